"""Fixtures for the windows: they need no display and fail on stray log records."""

from support.qt_session import garbage_in_the_gui_thread, no_stray_log_record, styled, texts
from support.wizards import ui

__all__ = ["garbage_in_the_gui_thread", "no_stray_log_record", "styled", "texts", "ui"]
