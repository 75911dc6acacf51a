"""OpenSSL's server, which asks for the client certificate only after it has read the request.

So do web servers that want a certificate for some paths only: by renegotiation in TLS 1.2
(RFC 5746), by post-handshake authentication in TLS 1.3 (RFC 8446, 4.6.2).
"""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certclient.ca.transport import HttpRequest, TlsIdentity
from certclient.ca.transports.http import HttpTransport
from support.pki import (
    CLIENT_AUTH,
    SERVER_AUTH,
    Lab,
    certificate_pem,
    customer_name,
    make_lab,
    private_key_pem,
    rsa_signer,
)

_PATIENCE = 120
"""Seconds, against hanging."""
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nwelcome\n"


@contextmanager
def s_server(lab: Lab, folder: Path, version: str, ask: bytes) -> Iterator[int]:
    """`openssl s_server` on a port: once it has a request, `ask` makes it ask for a certificate;
    once it has verified that, it answers."""
    key = rsa_signer(1)
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    chain, secret, anchors = folder / "chain.pem", folder / "key.pem", folder / "anchors.pem"
    chain.write_bytes(certificate_pem(leaf, *lab.chain))
    secret.write_bytes(private_key_pem(key.private_key))
    anchors.write_bytes(certificate_pem(*lab.anchors))
    command = ["openssl", "s_server", "-accept", "0", version, "-verify_return_error"]
    command += ["-cert", str(chain), "-cert_chain", str(chain), "-key", str(secret)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, "-CAfile", str(anchors)], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
    ) as process:
        port: queue.Queue[int] = queue.Queue()
        operator = threading.Thread(target=_operate, args=(process, port, ask))
        operator.start()
        try:
            yield port.get(timeout=_PATIENCE)
        finally:
            process.kill()
            operator.join()


def _operate(process: subprocess.Popen[bytes], port: queue.Queue[int], ask: bytes) -> None:
    """Reads the port at the server's terminal, and types there."""
    assert process.stdin is not None
    assert process.stdout is not None
    answers = {b"GET ": ask, b"depth=0": _ANSWER}
    for line in process.stdout:
        if line.startswith(b"ACCEPT"):  # "ACCEPT [::]:39165"
            port.put(int(line.rpartition(b":")[2]))
        for beginning in [one for one in answers if line.startswith(one)]:
            process.stdin.write(answers.pop(beginning))
            process.stdin.flush()


@pytest.mark.parametrize(
    ("version", "ask"),
    [("-tls1_2", b"R\n"), ("-tls1_3", b"c\n")],
    ids=["renegotiation", "post-handshake"],
)
def test_server_asks_for_the_certificate_later(tmp_path: Path, version: str, ask: bytes) -> None:
    lab, signer = make_lab(), rsa_signer(2)
    certificate = lab.intermediate.issue(signer.spki, customer_name(), usages=[CLIENT_AUTH])
    identity = TlsIdentity(certificate, tuple(lab.chain), signer)
    with s_server(lab, tmp_path, version, ask) as port:
        request = HttpRequest("GET", f"https://localhost:{port}/", identity=identity)
        response = HttpTransport(lab.anchors).exchange(request)
    assert (response.status, response.body) == (200, b"welcome\n")
    assert len(signer.signed) == 1, "only when it was asked for"
