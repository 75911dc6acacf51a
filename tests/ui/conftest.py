"""Fixtures for the windows: they need no display and fail on stray log records."""

from support.qt_session import dressed, garbage_in_the_gui_thread, no_stray_log_record, texts
from support.wizards import office

__all__ = ["dressed", "garbage_in_the_gui_thread", "no_stray_log_record", "office", "texts"]
