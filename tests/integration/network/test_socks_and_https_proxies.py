"""Proxies that are reached by SOCKS (Debian's microsocks; SOCKS 4 by a script) or by TLS."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from certclient.ca.proxies import FixedProxy
from certclient.ca.tls.probe import TlsRoute, presented_certificates
from certclient.ca.transports.http import HttpTransport
from certclient.model.errors import CertclientError, ErrorCode
from support.pki import SERVER_AUTH, Lab, certificate_pem, make_lab, rsa_signer
from support.raw_server import RawServer, always, free_port, http, raw_server, tls_context, tunnel

CMP = "application/pkixcmp"


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


@pytest.fixture
def bank(lab: Lab, tmp_path: Path) -> Iterator[RawServer]:
    key = rsa_signer(1)
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, [leaf, *lab.chain], key)
    with raw_server(always(http("200 OK", b"answer")), context) as server:
        yield server


@contextlib.contextmanager
def microsocks(*options: str) -> Iterator[str]:
    """Runs the proxy; gives its host:port."""
    port = free_port()
    process = subprocess.Popen(
        ["microsocks", "-i", "127.0.0.1", "-p", str(port), *options], stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def asked_through(address: str, bank: RawServer, lab: Lab) -> bytes:
    transport = HttpTransport(lab.anchors, proxies=FixedProxy(address))
    return transport.post(bank.url("https", "localhost"), b"question", CMP)


@pytest.mark.parametrize("scheme", ["socks", "socks5", "socks5h"])
def test_socks_5_without_a_password(bank: RawServer, lab: Lab, scheme: str) -> None:
    with microsocks() as proxy:
        assert asked_through(f"{scheme}://{proxy}", bank, lab) == b"answer"


@pytest.mark.parametrize(("user", "password"), [("taro", "secret"), ("太郎", "ひみつ/@")])
def test_socks_5_with_a_password(bank: RawServer, lab: Lab, user: str, password: str) -> None:
    with microsocks("-u", user, "-P", password) as proxy:
        assert asked_through(f"socks5h://{user}:{password}@{proxy}", bank, lab) == b"answer"
        with pytest.raises(CertclientError) as caught:
            asked_through(f"socks5h://{proxy}", bank, lab)
        assert caught.value.code is ErrorCode.PROXY_AUTHENTICATION
        with pytest.raises(CertclientError) as caught:
            asked_through(f"socks5h://{user}:hidden-wrong@{proxy}", bank, lab)
        assert caught.value.data["previous_incorrect"] == "yes"
        assert "hidden-wrong" not in str(caught.value)


def test_socks_5_that_cannot_reach_the_server_is_reported(lab: Lab) -> None:
    with microsocks() as proxy, pytest.raises(CertclientError) as caught:
        asked_through(f"socks5h://{proxy}", RawServer(free_port()), lab)
    assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
    assert caught.value.data["host"] == proxy
    assert caught.value.data["reason"] == "connection refused"


@contextlib.contextmanager
def socks_4(granted: int = 90) -> Iterator[tuple[str, list[bytes]]]:
    """A SOCKS 4 and 4a proxy for one connection to this computer; gives what it was sent."""
    requests: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client:
            request = client.recv(1000)
            requests.append(request)
            client.sendall(bytes((0, granted)) + bytes(6))
            if granted != 90:
                return
            with socket.create_connection(
                ("127.0.0.1", int.from_bytes(request[2:4], "big"))
            ) as far:
                back = threading.Thread(target=copy, args=(far, client))
                back.start()
                copy(client, far)
                back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", requests
        thread.join()


def copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    ("scheme", "target"),
    [
        ("socks4", b"\x7f\x00\x00\x01taro\x00"),
        ("socks4a", b"\x00\x00\x00\x01taro\x00localhost\x00"),
    ],
)
def test_socks_4(bank: RawServer, lab: Lab, scheme: str, target: bytes) -> None:
    with socks_4() as (proxy, requests):
        assert asked_through(f"{scheme}://taro@{proxy}", bank, lab) == b"answer"
        assert requests == [b"\x04\x01" + bank.port.to_bytes(2, "big") + target]


@pytest.mark.parametrize(
    ("reply", "code"),
    [(91, ErrorCode.PROXY_UNREACHABLE), (93, ErrorCode.PROXY_AUTHENTICATION)],
)
def test_socks_4_that_refuses_is_reported(lab: Lab, reply: int, code: ErrorCode) -> None:
    with socks_4(reply) as (proxy, _), pytest.raises(CertclientError) as caught:
        asked_through(f"socks4a://{proxy}", RawServer(free_port()), lab)
    assert caught.value.code is code


@pytest.mark.parametrize("scheme", ["socks4", "socks5"])
def test_proxy_that_speaks_no_socks_is_reported(lab: Lab, scheme: str) -> None:
    with raw_server(always(), greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as proxy:
        with pytest.raises(CertclientError) as caught:
            asked_through(f"{scheme}://127.0.0.1:{proxy.port}", RawServer(1), lab)
        assert caught.value.code is ErrorCode.PROXY_UNREACHABLE


def test_proxy_behind_tls(
    bank: RawServer, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS to the proxy with the system's roots, and TLS to the bank inside with the bank's."""
    office, key = make_lab(label="Office"), rsa_signer(2)
    root = tmp_path / "office.pem"
    root.write_bytes(certificate_pem(*office.anchors))
    folder = tmp_path / "proxy"
    folder.mkdir()
    leaf = office.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(folder, [leaf, *office.chain], key)
    with raw_server(tunnel(bank.port), context) as proxy:
        address = f"https://localhost:{proxy.port}"
        with pytest.raises(CertclientError) as caught:
            asked_through(address, bank, lab)
        assert caught.value.code is ErrorCode.PROXY_UNREACHABLE
        monkeypatch.setenv("SSL_CERT_FILE", str(root))
        assert asked_through(address, bank, lab) == b"answer"
        route = TlsRoute(bank.url("https", "localhost"), address, 10)
        assert presented_certificates(route)[0].issuer_common_name == "Example Issuing CA"
