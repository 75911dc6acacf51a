"""The transports that must pass the contract suite. A new one needs a line in TRANSPORTS."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from certclient.ca.transport import DEFAULT_TIMEOUTS, Timeouts, Transport
from certclient.ca.transports.http import HttpTransport
from certclient.model.certificate import Certificate
from certclient.platform.proxies.logins import ProxyLogins
from certclient.platform.proxies.routes import ProxyResolver
from support.raw_server import RawServer

if sys.platform == "win32":
    from certclient.ca.transports.winhttp import WinHttpTransport
    from certclient.store.windows import crypt32
    from support.windows_pc import WINE


class TransportFactory(Protocol):
    """Makes a transport. Arguments as those of HttpTransport; whatever is left out, its default."""

    def __call__(
        self,
        tls_anchors: Sequence[Certificate] = (),
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        proxies: ProxyResolver | None = None,
        logins: ProxyLogins | None = None,
        max_bytes: int = 256 * 1024,
        allow_http: bool = False,
    ) -> Transport: ...


def assert_refused_before_sending(make: TransportFactory, server: RawServer) -> None:
    """The server that was refused has received no request.

    Wine sends one although the callback has closed its handle (tests/windows/REAL_WINDOWS.md).
    """
    if not (sys.platform == "win32" and WINE and make is WinHttpTransport):
        assert server.requests == []


@contextmanager
def trusted_by_windows(roots: Sequence[Certificate]) -> Iterator[None]:
    """Adds `roots` to the user's roots on Windows, which asks the user; nothing elsewhere."""
    with ExitStack() as stack:
        if sys.platform == "win32":
            store = stack.enter_context(crypt32.opened("Root", writable=True))
            for root in roots:
                store.add(root, "", None)
                stack.callback(store.delete, root)
        yield


TRANSPORTS: dict[str, TransportFactory] = {"http": HttpTransport}
"""Those of this operating system."""
WINE_SKIPS: tuple[str, ...] = ()
"""Tests of roots that are added while they run: Wine reads the roots once per process.

tests/windows/test_windows_network.py checks the same in a process of its own.
"""
WINE_DIFFERS: dict[str, str] = {}
"""Tests that Wine's winhttp.dll cannot pass, and what it does instead of Windows. Without brackets:
all cases of a test.

Each must fail under Wine. On Windows they run as all others (tests/windows/REAL_WINDOWS.md).
"""

if sys.platform == "win32":
    TRANSPORTS = {"winhttp": WinHttpTransport}
    if WINE:
        WINE_SKIPS = (
            "test_system_roots_apply_without_anchors[winhttp]",
            "test_system_roots_require_a_subject_alternative_name[winhttp]",
        )
        _connect = "it takes any response to CONNECT for yes, and starts TLS"
        _interim = "it takes an interim response for the final one"
        WINE_DIFFERS = {
            "test_truncated_response_is_an_error[winhttp-chunk]": "it takes a cut chunk for whole",
            **{
                f"test_interim_responses_are_skipped[winhttp-interim of {size} bytes]": _interim
                for size in (25, 27, 61, 163)
            },
            "test_endless_interim_responses_end[winhttp]": _interim,
            "test_endless_headers_are_cut_off[winhttp-headers of 1000005 bytes]": (
                "it cuts a long header off without an error"
            ),
            **dict.fromkeys(
                (
                    "test_login_from_the_holder_opens_the_proxy",
                    "test_missing_login_is_asked_for_and_the_request_repeated",
                    "test_wrong_login_is_sent_once_and_then_asked_for",
                    "test_login_in_the_setting_is_the_first_one",
                    "test_probe_and_get_use_the_login_as_well",
                ),
                _connect,
            ),
            "test_proxy_that_requires_a_password_is_reported[winhttp-https]": _connect,
            "test_proxy_that_refuses_the_connection_is_reported[winhttp]": _connect,
            "test_proxy_that_cannot_reach_the_server_is_not_to_blame": _connect,
            "test_system_proxy_is_used_except_for_loopback[winhttp]": _connect,
        }
