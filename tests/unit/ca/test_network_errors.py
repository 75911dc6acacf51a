"""Exceptions of sockets and ssl become errors that locate the failure."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from certclient.ca.network_errors import network_error
from certclient.model.errors import ErrorCode

IGNORE_UNEXPECTED_EOF = 1 << 7
"""SSL_OP_IGNORE_UNEXPECTED_EOF (openssl/ssl.h); Python's ssl names it from 3.12 on."""


@contextlib.contextmanager
def line_cut_in_handshake() -> Iterator[int]:
    """The port of a server whose connection is lost after the client's first message."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def cut() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)

        thread = threading.Thread(target=cut)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("options", [0, IGNORE_UNEXPECTED_EOF])
def test_connection_lost_in_the_handshake_is_a_network_failure(options: int) -> None:
    """Some Pythons set the option by default, and OpenSSL then reports the loss otherwise."""
    context = ssl.create_default_context()
    context.options = (context.options & ~IGNORE_UNEXPECTED_EOF) | options
    with (
        line_cut_in_handshake() as port,
        socket.create_connection(("127.0.0.1", port)) as line,
        pytest.raises(ssl.SSLError) as lost,
    ):
        context.wrap_socket(line, server_hostname="localhost")
    error = network_error(lost.value, "localhost")
    assert error.code is ErrorCode.NETWORK_UNREACHABLE
