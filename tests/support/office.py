"""A bank outside the office: https://bank.test, which only the office's proxy can resolve."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from support.bank import RunningBank
from support.pki import SERVER_AUTH, Lab, certificate_pem, make_lab, rsa_signer
from support.raw_server import raw_server, tls_context

HOST = "bank.test"


@dataclass(frozen=True)
class OutsideBank:
    """The bank's CA at https://bank.test:`port`. `profile`: a copy of its profile that says so."""

    port: int
    profile: Path


@contextlib.contextmanager
def outside_bank(bank: RunningBank, folder: Path) -> Iterator[OutsideBank]:
    """Puts a TLS server in front of the bank's CA."""
    lab, key = make_lab(), rsa_signer(1)
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=[HOST])
    context = tls_context(folder, [leaf, *lab.chain], key)
    target = urlsplit(bank.cmp_url).port
    assert target is not None
    with raw_server(lambda request: [forwarded(request, target)], context) as server:
        yield OutsideBank(server.port, _profile(bank, folder, lab, server.port))


def _profile(bank: RunningBank, folder: Path, lab: Lab, port: int) -> Path:
    text = bank.profile_path.read_text(encoding="utf-8")
    text = text.replace(bank.cmp_url, f"https://{HOST}:{port}{urlsplit(bank.cmp_url).path}")
    # The login test and the announcements would need TLS servers of their own.
    text = re.sub(r"^login_test_url = .*\n", "", text, flags=re.MULTILINE)
    text = text.partition("[updates]")[0]
    head, _, tail = text.partition("[tls]")
    anchors = certificate_pem(*lab.anchors).decode()
    rest = tail.split('"""', 2)[2]
    path = folder / "outside.toml"
    path.write_text(f'{head}[tls]\ntrust_anchors = """\n{anchors}"""{rest}', encoding="utf-8")
    return path


def forwarded(request: bytes, target: int) -> bytes:
    """The CA's whole answer to a request, after which the connection is closed."""
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    request = b"\r\n".join([*lines, b"Connection: close", b"", body])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # one computer, one test
    with (
        socket.create_connection(("127.0.0.1", target)) as line,
        context.wrap_socket(line) as server,
    ):
        server.sendall(request)
        answer = b""
        while piece := server.recv(65536):
            answer += piece
    return answer
