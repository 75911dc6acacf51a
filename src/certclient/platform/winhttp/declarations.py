"""WinHTTP (winhttp.h): functions and constants for the network and the store's login test.

Each function raises WindowsCallError if a call fails.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_int, c_size_t, c_void_p, c_wchar_p
from ctypes.wintypes import BOOL, DWORD, WORD
from typing import Any

from certclient.platform.windows_certificates import (
    CertContextPointer,
    contexts,
    encoded,
    free_certificate_context,
)
from certclient.platform.windows_dll import WindowsCallError, declare, load, not_zero, system_text

if sys.platform == "win32":
    from ctypes import WINFUNCTYPE as _CALLBACK
else:  # never called: `load` below fails. For type checks only.
    from ctypes import CFUNCTYPE as _CALLBACK

ACCESS_TYPE_NO_PROXY = 1
ACCESS_TYPE_NAMED_PROXY = 3
FLAG_ASYNC = 0x10000000
FLAG_SECURE = 0x800000

OPTION_CONNECT_RETRIES = 4
OPTION_RECEIVE_RESPONSE_TIMEOUT = 7
OPTION_SECURITY_FLAGS = 31
OPTION_CONTEXT_VALUE = 45
OPTION_CLIENT_CERT_CONTEXT = 47
OPTION_DISABLE_FEATURE = 63
OPTION_AUTOLOGON_POLICY = 77
OPTION_SERVER_CERT_CONTEXT = 78
OPTION_SECURE_PROTOCOLS = 84
OPTION_REDIRECT_POLICY = 88

REDIRECT_POLICY_NEVER = 0
SECURITY_FLAG_IGNORE_UNKNOWN_CA = 0x100
SECURITY_FLAG_IGNORE_DATES = 0x2000
SECURITY_FLAG_IGNORE_ALL = 0x3300
"""Unknown CA, wrong usage, other name, dates."""
DISABLE_COOKIES = 1
AUTOLOGON_MEDIUM = 0
"""The logged-in user's credentials go to a proxy that asks for them, and to intranet servers."""
AUTOLOGON_HIGH = 2
"""They go nowhere."""
PROTOCOL_TLS1_2 = 0x800
PROTOCOL_TLS1_3 = 0x2000

AUTH_TARGET_PROXY = 1
AUTH_BASIC = 1
AUTH_NTLM = 2
AUTH_DIGEST = 8
AUTH_NEGOTIATE = 0x10

_QUERY_STATUS_CODE_NUMBER = 19 | 0x20000000
_QUERY_RAW_HEADERS_CRLF = 22

STATUS_RESOLVING_NAME = 0x1
STATUS_CONNECTED = 0x8
STATUS_SENDING_REQUEST = 0x10
STATUS_HANDLE_CLOSING = 0x800
STATUS_SECURE_FAILURE = 0x10000
STATUS_HEADERS_AVAILABLE = 0x20000
STATUS_READ_COMPLETE = 0x80000
STATUS_REQUEST_ERROR = 0x200000
STATUS_SENDREQUEST_COMPLETE = 0x400000

ERROR_TIMEOUT = 12002
ERROR_NAME_NOT_RESOLVED = 12007
ERROR_LOGIN_FAILURE = 12015
ERROR_INCORRECT_HANDLE_STATE = 12019
ERROR_CANNOT_CONNECT = 12029
ERROR_CONNECTION_ERROR = 12030
ERROR_RESEND_REQUEST = 12032
ERROR_CLIENT_AUTH_CERT_NEEDED = 12044
ERROR_INVALID_SERVER_RESPONSE = 12152
ERROR_SECURE_CHANNEL = 12157
ERROR_SECURE_FAILURE = 12175
ERROR_AUTO_PROXY_SERVICE = 12178
ERROR_AUTODETECTION_FAILED = 12180
ERROR_CLIENT_CERT_NO_PRIVATE_KEY = 12185
ERROR_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY = 12186
ERROR_HEADER_SIZE_OVERFLOW = 12182
_ERROR_INSUFFICIENT_BUFFER = 122

_NUL_TERMINATED = 0xFFFFFFFF
"""-1 as a length: WinHTTP measures the headers itself."""
_ADD_OR_REPLACE = 0xA0000000
"""WINHTTP_ADDREQ_FLAG_ADD and _REPLACE; an empty value removes a header."""

library = load("winhttp.dll")

open_session = declare(
    library, "WinHttpOpen", not_zero, c_void_p, c_wchar_p, DWORD, c_wchar_p, c_wchar_p, DWORD
)
connect = declare(library, "WinHttpConnect", not_zero, c_void_p, c_void_p, c_wchar_p, WORD, DWORD)
open_request = declare(
    library,
    "WinHttpOpenRequest",
    not_zero,
    c_void_p,
    c_void_p,
    *(c_wchar_p,) * 4,
    c_void_p,
    DWORD,
)
set_timeouts = declare(library, "WinHttpSetTimeouts", not_zero, BOOL, c_void_p, *(c_int,) * 4)
set_option = declare(library, "WinHttpSetOption", not_zero, BOOL, c_void_p, DWORD, c_void_p, DWORD)
_query_option = declare(
    library, "WinHttpQueryOption", not_zero, BOOL, c_void_p, DWORD, c_void_p, POINTER(DWORD)
)
send_request = declare(
    library,
    "WinHttpSendRequest",
    not_zero,
    BOOL,
    c_void_p,
    c_wchar_p,
    DWORD,
    c_void_p,
    DWORD,
    DWORD,
    c_size_t,
)
_add_request_headers = declare(
    library, "WinHttpAddRequestHeaders", not_zero, BOOL, c_void_p, c_wchar_p, DWORD, DWORD
)
receive_response = declare(library, "WinHttpReceiveResponse", not_zero, BOOL, c_void_p, c_void_p)
read_data = declare(
    library, "WinHttpReadData", not_zero, BOOL, c_void_p, c_void_p, DWORD, POINTER(DWORD)
)
_query_headers = declare(
    library,
    "WinHttpQueryHeaders",
    not_zero,
    BOOL,
    c_void_p,
    DWORD,
    c_wchar_p,
    c_void_p,
    POINTER(DWORD),
    POINTER(DWORD),
)
_query_auth_schemes = declare(
    library, "WinHttpQueryAuthSchemes", not_zero, BOOL, c_void_p, *(POINTER(DWORD),) * 3
)
set_credentials = declare(
    library,
    "WinHttpSetCredentials",
    not_zero,
    BOOL,
    c_void_p,
    DWORD,
    DWORD,
    c_wchar_p,
    c_wchar_p,
    c_void_p,
)
close_handle = declare(library, "WinHttpCloseHandle", not_zero, BOOL, c_void_p)

StatusCallback = _CALLBACK(None, c_void_p, c_size_t, DWORD, c_void_p, DWORD)
"""WINHTTP_STATUS_CALLBACK: handle, context, status, information and its length."""
_ALL_NOTIFICATIONS = 0xFFFFFFFF
_INVALID_STATUS_CALLBACK = c_void_p(-1).value
# The result is the previous callback, NULL for none.
_set_status_callback = declare(
    library,
    "WinHttpSetStatusCallback",
    lambda previous: 1 if previous == _INVALID_STATUS_CALLBACK else None,
    c_void_p,
    c_void_p,
    StatusCallback,
    DWORD,
    c_size_t,
)


class AsyncResult(ctypes.Structure):
    """WINHTTP_ASYNC_RESULT, the information of STATUS_REQUEST_ERROR."""

    _fields_ = (("function", c_size_t), ("error", DWORD))


@contextmanager
def closing(handle: int) -> Iterator[int]:
    """Closes an HINTERNET at the end."""
    try:
        yield handle
    finally:
        close_handle(handle)


def set_number(handle: int, option: int, value: int) -> None:
    """Sets an option whose value is a DWORD."""
    number = DWORD(value)
    set_option(handle, option, byref(number), ctypes.sizeof(number))


def set_context(handle: int, value: int) -> None:
    """Sets the value that the status callback receives for `handle`."""
    number = c_size_t(value)
    set_option(handle, OPTION_CONTEXT_VALUE, byref(number), ctypes.sizeof(number))


def watch(handle: int, callback: Any) -> None:
    """Calls `callback`, a StatusCallback that must never be freed, for all events of `handle`."""
    _set_status_callback(handle, callback, _ALL_NOTIFICATIONS, 0)


def status_code(request: int) -> int:
    """The HTTP status of the response that has been received."""
    status, length = DWORD(0), DWORD(ctypes.sizeof(DWORD))
    _query_headers(request, _QUERY_STATUS_CODE_NUMBER, None, byref(status), byref(length), None)
    return status.value


def response_headers(request: int) -> list[tuple[str, str]]:
    """The response's headers in order, names in lower case."""
    length = DWORD(0)
    arguments = (request, _QUERY_RAW_HEADERS_CRLF, None)
    try:
        _query_headers(*arguments, None, byref(length), None)
    except WindowsCallError as error:
        if error.code != _ERROR_INSUFFICIENT_BUFFER:
            raise
    buffer = ctypes.create_unicode_buffer(length.value // 2 + 1)
    _query_headers(*arguments, buffer, byref(length), None)
    _status_line, *lines = buffer.value.split("\r\n")
    fields = (line.partition(":") for line in lines if line)
    return [(name.strip().lower(), value.strip()) for name, _, value in fields]


def add_headers(request: int, lines: str) -> None:
    """Adds headers to a request, or replaces them. `lines`: each ends with CRLF."""
    _add_request_headers(request, lines, _NUL_TERMINATED, _ADD_OR_REPLACE)


def auth_schemes(request: int) -> int:
    """The authentication schemes (AUTH_…, combined) that a 401 or 407 response offers."""
    supported, first, target = DWORD(0), DWORD(0), DWORD(0)
    _query_auth_schemes(request, byref(supported), byref(first), byref(target))
    return supported.value


def server_chain(request: int) -> list[bytes]:
    """The certificates (DER) that the server sent, its own first.

    Raises WindowsCallError(ERROR_INCORRECT_HANDLE_STATE) without a TLS connection to the server.
    """
    context, length = CertContextPointer(), DWORD(ctypes.sizeof(c_void_p))
    _query_option(request, OPTION_SERVER_CERT_CONTEXT, byref(context), byref(length))
    try:
        own = encoded(context)
        # hCertStore holds the other certificates that the server sent. It belongs to the context,
        # so it is not closed here.
        sent_along = [encoded(other) for other in contexts(context.contents.store)]
    finally:
        free_certificate_context(context)
    return [own, *(other for other in sent_along if other != own)]


def error_text(function: str, code: int) -> str:
    """The error in Windows' words and language, with its function and number for support."""
    return f"{system_text(code, library)} ({function} {code})".strip()
