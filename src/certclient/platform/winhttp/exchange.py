"""One request over one connection of WinHTTP, in asynchronous mode.

WinHTTP reports each step by a callback, usually in a thread of its own. The callback only checks
the server and queues the event; every other call is made by the thread that owns the exchange. It
waits in short slices, so that time limits and Ctrl+C take effect while WinHTTP is busy.
"""

from __future__ import annotations

import ctypes
import itertools
import queue
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.windows_certificates import CertContext
from certclient.platform.windows_dll import WindowsCallError, windows_build
from certclient.platform.winhttp import declarations as winhttp

_SLICE = 0.1
"""Seconds: how long Ctrl+C may take."""
_CHUNK = 16 * 1024
_MAX_RESENT = 10
"""How often WinHTTP may ask to send a request again, as in a login of several steps."""
_MAX_HEADERS, _MAX_HEADERS_SIZE = 100, 32 * 1024
_WINDOWS_11 = 22000
_SEND, _RECEIVE, _READ = "WinHttpSendRequest", "WinHttpReceiveResponse", "WinHttpReadData"


ServerCheck = Callable[[Sequence[bytes]], None]
"""Takes the chain (DER) that the server sent; raises CertclientError to refuse it."""


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request. `headers`: lines that end with CRLF.

    `proxy`: host:port, "" for a direct connection. `exceptions`: Windows' list of servers that are
    reached without the proxy.
    """

    method: str
    url: str
    headers: str = ""
    body: bytes = field(default=b"", repr=False)
    proxy: str = ""
    exceptions: str = ""


@dataclass(frozen=True, slots=True)
class Tls:
    """`check` is called for each TLS connection before the request is sent over it.

    `ignored`: WinHTTP's own checks to leave out (SECURITY_FLAG_…). `client`: the PCCERT_CONTEXT to
    log in with; None for none.
    """

    check: ServerCheck
    ignored: int = 0
    client: Any = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect and between two events; `end`: when to give up, as `monotonic` counts."""

    connect: float
    silence: float
    end: float
    monotonic: Callable[[], float] = time.monotonic


class Exchange:
    """Use it with `with`: everything is closed at the end, whatever WinHTTP is doing.

    Methods raise CertclientError (NETWORK_TIMEOUT, or that of `tls.check`) and WindowsCallError.
    """

    def __init__(self, request: OutgoingRequest, limits: Limits, tls: Tls) -> None:
        """Opens the handles; `send` opens the connection."""
        self._request = request
        self._limits = limits
        self._tls = tls
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        # WinHTTP uses the buffers until the handle is closed: `_live` keeps them and this object.
        self._body = ctypes.create_string_buffer(request.body, len(request.body))
        self._buffer = ctypes.create_string_buffer(_CHUNK)
        self._handles: list[int] = []
        self.secured = False
        """Whether `check` has accepted the server's certificate."""
        self.connected = False
        """Whether a connection has been opened, to the server or a proxy."""
        self.chain: Sequence[bytes] = ()
        """The certificates (DER) that the server sent; empty before."""
        self.resolved_host = ""
        """The last host whose address was looked up: the proxy's, if one is in use."""
        self.security_failure = 0
        """WINHTTP_CALLBACK_STATUS_FLAG_…: why WinHTTP itself refused the server."""
        try:
            self.handle = self._open()
        except WindowsCallError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def interrupt(self) -> None:
        """Ends what `send` or `read` waits for: it raises NETWORK_STOPPED. From any thread."""
        self._events.put(_Event(0, failure=CertclientError(ErrorCode.NETWORK_STOPPED)))

    def close(self) -> None:
        """Closes all handles, which ends what WinHTTP is doing for them."""
        while self._handles:
            with suppress(WindowsCallError):
                winhttp.close_handle(self._handles.pop())

    def send(self) -> int:
        """Sends the request and returns the response's status. May be repeated after a 407.

        While a proxy has not opened the way to the server, the response is the proxy's, and
        `secured` is False.
        """
        for _ in range(_MAX_RESENT):
            self.secured = False
            length = len(self._request.body)
            body = self._body if length else None
            winhttp.send_request(self.handle, None, 0, body, length, length, 0)
            self._wait(winhttp.STATUS_SENDREQUEST_COMPLETE, _SEND)
            winhttp.receive_response(self.handle, None)
            try:
                self._wait(winhttp.STATUS_HEADERS_AVAILABLE, _RECEIVE)
            except WindowsCallError as error:
                if error.code != winhttp.ERROR_RESEND_REQUEST:
                    raise
            else:
                return winhttp.status_code(self.handle)
        raise WindowsCallError(_RECEIVE, winhttp.ERROR_RESEND_REQUEST)

    def headers(self) -> Sequence[tuple[str, str]]:
        """The response's headers, names in lower case.

        Raises WindowsCallError for headers that are too long.
        """
        headers = winhttp.response_headers(self.handle)
        size = sum(len(name) + len(value) for name, value in headers)
        if len(headers) > _MAX_HEADERS or size > _MAX_HEADERS_SIZE:
            raise WindowsCallError(_RECEIVE, winhttp.ERROR_HEADER_SIZE_OVERFLOW)
        return headers

    def challenges(self) -> list[str]:
        """The Proxy-Authenticate headers of a 407."""
        headers = winhttp.response_headers(self.handle)
        return [value for name, value in headers if name == "proxy-authenticate"]

    def set_header(self, name: str, value: str) -> None:
        """Changes a header for the next `send`; "" removes it."""
        winhttp.add_headers(self.handle, f"{name}: {value}\r\n")

    def set_autologon(self, *, allowed: bool) -> None:
        """Whether a proxy that asks gets the logged-in user's credentials from Windows."""
        policy = winhttp.AUTOLOGON_MEDIUM if allowed else winhttp.AUTOLOGON_HIGH
        winhttp.set_number(self.handle, winhttp.OPTION_AUTOLOGON_POLICY, policy)

    def read(self, max_bytes: int) -> bytes | None:
        """The response's body, as it was sent; None if it is longer than `max_bytes`."""
        received = bytearray()
        while piece := self._piece():
            received += piece
            if len(received) > max_bytes:
                return None
        return bytes(received)

    def _piece(self) -> bytes:
        winhttp.read_data(self.handle, self._buffer, _CHUNK, None)
        length = self._wait(winhttp.STATUS_READ_COMPLETE, _READ)
        return self._buffer.raw[:length]

    def _open(self) -> int:
        """Returns the request's handle."""
        parts = urlsplit(self._request.url)
        proxy, exceptions = self._request.proxy or None, self._request.exceptions or None
        access = winhttp.ACCESS_TYPE_NAMED_PROXY if proxy else winhttp.ACCESS_TYPE_NO_PROXY
        agent = None  # the headers have it
        session = self._keep(
            winhttp.open_session(agent, access, proxy, exceptions, winhttp.FLAG_ASYNC)
        )
        winhttp.set_number(session, winhttp.OPTION_SECURE_PROTOCOLS, _secure_protocols())
        connect, silence = int(self._limits.connect * 1000), int(self._limits.silence * 1000)
        winhttp.set_timeouts(session, connect, connect, silence, silence)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        connection = self._keep(winhttp.connect(session, parts.hostname, port, 0))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        flags = winhttp.FLAG_SECURE if secure else 0
        request: int = winhttp.open_request(
            connection, self._request.method, path, None, None, None, flags
        )
        self._watch(request)
        self._configure(self._keep(request))
        if secure:
            self._configure_tls(request)
        return request

    def _keep(self, handle: int) -> int:
        self._handles.append(handle)
        return handle

    def _watch(self, request: int) -> None:
        number = next(_numbers)
        _live[number] = self
        winhttp.set_context(request, number)
        winhttp.watch(request, _on_event)

    def _configure(self, request: int) -> None:
        winhttp.set_number(request, winhttp.OPTION_REDIRECT_POLICY, winhttp.REDIRECT_POLICY_NEVER)
        winhttp.set_number(request, winhttp.OPTION_DISABLE_FEATURE, winhttp.DISABLE_COOKIES)
        # No login of the Windows user to anything, until the caller allows it for a proxy.
        winhttp.set_number(request, winhttp.OPTION_AUTOLOGON_POLICY, winhttp.AUTOLOGON_HIGH)
        silence = int(self._limits.silence * 1000)
        winhttp.set_number(request, winhttp.OPTION_RECEIVE_RESPONSE_TIMEOUT, silence)
        winhttp.set_number(request, winhttp.OPTION_CONNECT_RETRIES, 1)
        if self._request.headers:
            winhttp.add_headers(request, self._request.headers)

    def _configure_tls(self, request: int) -> None:
        if self._tls.ignored:
            winhttp.set_number(request, winhttp.OPTION_SECURITY_FLAGS, self._tls.ignored)
        # Without a certificate, NULL says so: else WinHTTP fails at a server that would take one.
        size = 0 if self._tls.client is None else ctypes.sizeof(CertContext)
        winhttp.set_option(request, winhttp.OPTION_CLIENT_CERT_CONTEXT, self._tls.client, size)

    def _wait(self, expected: int, function: str) -> int:
        """Waits for an event and returns its number (the length of what was read)."""
        now = self._limits.monotonic
        end = min(self._limits.end, now() + self._limits.silence + self._limits.connect)
        while True:
            try:
                event = self._events.get(timeout=_SLICE)
            except queue.Empty:
                event = None
            if event is not None:
                if event.failure is not None:
                    raise event.failure
                if event.status == winhttp.STATUS_REQUEST_ERROR:
                    raise WindowsCallError(function, event.number)
                if event.status == expected:
                    return event.number
            if now() > end:
                host = urlsplit(self._request.url).hostname or ""
                raise CertclientError(ErrorCode.NETWORK_TIMEOUT, host=host, phase=function)

    def notice(self, handle: int, status: int, information: Any, length: int) -> None:
        """Called by WinHTTP for each event, in any thread."""
        failure: CertclientError | WindowsCallError = CertclientError(
            ErrorCode.TLS_UNTRUSTED, reason="the check ended early", issuer=""
        )
        number = None
        try:
            number = self._noticed(handle, status, information, length)
        except (CertclientError, WindowsCallError) as error:
            failure = error
        finally:  # whatever has happened: without a finished check, nothing more is sent
            if number is None:
                self._events.put(_Event(status, failure=failure))
                self.close()
            else:
                self._events.put(_Event(status, number))

    def _noticed(self, handle: int, status: int, information: Any, length: int) -> int:
        if status == winhttp.STATUS_RESOLVING_NAME and information:
            self.resolved_host = ctypes.wstring_at(information)
        elif status == winhttp.STATUS_CONNECTED:
            self.connected = True
        elif status == winhttp.STATUS_SECURE_FAILURE:
            self.security_failure = ctypes.c_uint32.from_address(information).value
        elif status == winhttp.STATUS_SENDING_REQUEST:
            self._check_server(handle)
        elif status == winhttp.STATUS_REQUEST_ERROR:
            return int(winhttp.AsyncResult.from_address(information).error)
        elif status == winhttp.STATUS_READ_COMPLETE:
            return length
        return 0

    def _check_server(self, handle: int) -> None:
        if not self._request.url.startswith("https:"):
            return
        try:
            self.chain = winhttp.server_chain(handle)
        except WindowsCallError as error:
            if error.code != winhttp.ERROR_INCORRECT_HANDLE_STATE:
                raise
            return  # the request (CONNECT) goes to a proxy; there is no TLS yet
        self._tls.check(self.chain)
        self.secured = True


@dataclass(frozen=True, slots=True)
class _Event:
    status: int
    number: int = 0
    failure: CertclientError | WindowsCallError | None = None


def _secure_protocols() -> int:
    """TLS 1.2, and 1.3 where Windows has it: older releases fail if it is named."""
    newer = winhttp.PROTOCOL_TLS1_3 if windows_build() >= _WINDOWS_11 else 0
    return winhttp.PROTOCOL_TLS1_2 | newer


_numbers = itertools.count(1)
_live: dict[int, Exchange] = {}
"""By number, until WinHTTP has closed the request's handle and calls back no more."""


def _dispatch(handle: int, number: int, status: int, information: Any, length: int) -> None:
    if status == winhttp.STATUS_HANDLE_CLOSING:
        _live.pop(number, None)
    elif (exchange := _live.get(number)) is not None:
        exchange.notice(handle, status, information, length)


_on_event = winhttp.StatusCallback(_dispatch)
"""Never freed: WinHTTP may call it until the process ends."""
