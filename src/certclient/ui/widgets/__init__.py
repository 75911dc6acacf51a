"""Widgets, layouts, icons and styles shared by all windows."""
