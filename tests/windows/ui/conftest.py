"""As in tests/ui, where the windows are on Windows' own screen."""

from support.qt_session import dressed, garbage_in_the_gui_thread, no_stray_log_record, texts

__all__ = ["dressed", "garbage_in_the_gui_thread", "no_stray_log_record", "texts"]
