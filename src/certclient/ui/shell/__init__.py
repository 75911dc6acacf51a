"""The application shell: single instance, tray, links and shutdown."""
