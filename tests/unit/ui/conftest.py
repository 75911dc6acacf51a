"""The parts of the windows need no display either."""

from support.qt_session import no_stray_log_record

__all__ = ["no_stray_log_record"]
