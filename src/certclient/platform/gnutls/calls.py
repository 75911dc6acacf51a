"""Calls into GnuTLS and back: errors, and data in C's memory."""

from __future__ import annotations

import ctypes
from ctypes import c_void_p
from types import TracebackType
from typing import Self

from certclient.platform.gnutls import declarations as gnutls
from certclient.platform.gnutls.declarations import Datum, Library


class GnuTlsError(Exception):
    """A failed call. `code`: E_…; `alert`: the server's (RFC 8446, 6), -1 if it sent none."""

    def __init__(self, code: int, text: str, alert: int = -1) -> None:
        super().__init__(text)
        self.code = code
        self.alert = alert


class Caught:
    """Keeps an error out of C code, for the caller of the C code."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None and self.error is None:
            self.error = error
        return True

    def take(self) -> BaseException | None:
        """The error, once."""
        error, self.error = self.error, None
        return error


def checked(library: Library, caught: Caught, result: int, session: c_void_p) -> int:
    """Returns the `result` of a call. Raises what a function has raised meanwhile, or GnuTlsError.

    `session`: the one that the call was for, for the alert.
    """
    if (error := caught.take()) is not None:
        raise error
    if result >= 0:
        return result
    if result != gnutls.E_FATAL_ALERT_RECEIVED:
        raise GnuTlsError(result, library.strerror(result).decode(errors="replace"))
    alert = library.alert_get(session)
    name = library.alert_get_name(alert) or b"unknown"
    raise GnuTlsError(result, f"alert {alert}: {name.decode(errors='replace')}", alert)


def datum_of(content: bytes) -> Datum:
    """Keeps `content` alive as long as itself."""
    buffer = ctypes.create_string_buffer(content, len(content))
    datum = Datum(ctypes.cast(buffer, c_void_p), len(content))
    datum.owner = buffer
    return datum


def content_of(datum: Datum) -> bytes:
    return ctypes.string_at(datum.data, datum.size)
