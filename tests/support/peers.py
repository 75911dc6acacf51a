"""Third-party CAs for tests: OpenSSL's mock CMP server, and BouncyCastle for CMP and EST."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID

from support.pki import (
    Lab,
    TestCa,
    ca_name,
    certificate_pem,
    ec_key,
    private_key_pem,
    spki_of,
)

PEERS = Path(__file__).parent.parent / "peers"
_OPENSSL_PORT = 8801
_JARS = [f"/usr/share/java/{name}.jar" for name in ("bcpkix", "bcprov", "bcutil")]


@dataclass(frozen=True)
class Peer:
    """A running server. `log`: the lines it has written so far."""

    url: str
    log_file: Path

    @property
    def log(self) -> list[str]:
        return self.log_file.read_text(errors="replace").splitlines()


@contextlib.contextmanager
def openssl_mock_server(folder: Path, options: Sequence[str]) -> Iterator[Peer]:
    """`openssl cmp -port` with `options`, in a network namespace as it listens on all interfaces.

    Runs without a namespace if the system allows none. One transaction at a time.
    """
    log_file = folder / "openssl.log"
    namespace = _namespace_command()
    port = _OPENSSL_PORT if namespace else _free_port()
    with socket.create_server(("127.0.0.1", 0)) as listener, log_file.open("wb") as log:
        relay = [sys.executable, str(PEERS / "namespace_relay.py"), str(listener.fileno())]
        server = ["openssl", "cmp", "-config", "", "-port", str(port), *options]
        process = subprocess.Popen(
            [*namespace, *relay, str(port), *server],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[listener.fileno()],
        )
        try:
            yield Peer(f"http://127.0.0.1:{listener.getsockname()[1]}/pkix/", log_file)
        finally:
            process.communicate(timeout=200)


def compile_bouncycastle_ca(folder: Path) -> Path:
    """Compiles tests/peers/BcCa.java into `folder` and returns `folder`."""
    return _compile(folder, "BcCa")


def compile_bouncycastle_est(folder: Path) -> Path:
    """Compiles tests/peers/BcEst.java into `folder` and returns `folder`."""
    return _compile(folder, "BcEst")


def _compile(folder: Path, name: str) -> Path:
    command = ["javac", "-d", str(folder), "-cp", ":".join(_JARS), str(PEERS / f"{name}.java")]
    subprocess.run(command, check=True)
    return folder


@contextlib.contextmanager
def bouncycastle_ca(
    classes: Path,
    folder: Path,
    ca: TestCa,
    secret: str,
    *,
    polls: int = 0,
    algorithm: str = "SHA256withRSA",
) -> Iterator[Peer]:
    """BcCa from `classes`, issuing as `ca`, after `polls` polls (0: immediately).

    `algorithm`: JCA's name of the signature, which fits the key of `ca`.
    """
    (folder / "ca.pem").write_bytes(certificate_pem(ca.certificate))
    (folder / "ca.key").write_bytes(private_key_pem(ca.key))
    arguments = [str(folder / "ca.pem"), str(folder / "ca.key"), secret, str(polls), algorithm]
    with _java(classes, folder, "BcCa", *arguments) as (port, log_file):
        yield Peer(f"http://127.0.0.1:{port}/", log_file)


@contextlib.contextmanager
def bouncycastle_est(
    classes: Path, folder: Path, lab: Lab, user_id: str, code: str, **options: str
) -> Iterator[Peer]:
    """BcEst from `classes`, issuing as the lab's intermediate CA; BcEst.java names the options.

    `url` is the base of its operations. Its TLS certificate, for localhost, is the lab's as well.
    """
    tls_key = ec_key()
    tls = lab.intermediate.issue(
        spki_of(tls_key),
        ca_name("localhost"),
        usages=[ExtendedKeyUsageOID.SERVER_AUTH],
        dns_names=["localhost"],
    )
    (folder / "chain.pem").write_bytes(certificate_pem(*lab.chain, *lab.anchors))
    (folder / "ca.key").write_bytes(private_key_pem(lab.intermediate.key))
    (folder / "tls.pem").write_bytes(certificate_pem(tls, *lab.chain))
    (folder / "tls.key").write_bytes(private_key_pem(tls_key))
    given = [f"{name}={value}" for name, value in options.items()]
    with _java(classes, folder, "BcEst", str(folder), user_id, code, *given) as (port, log_file):
        yield Peer(f"https://localhost:{port}/.well-known/est", log_file)


@contextlib.contextmanager
def _java(classes: Path, folder: Path, name: str, *arguments: str) -> Iterator[tuple[int, Path]]:
    """Runs a server; returns its port and its log file."""
    log_file = folder / "bouncycastle.log"
    class_path = ":".join([*_JARS, str(classes)])
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            ["java", "-XX:TieredStopAtLevel=1", "-cp", class_path, name, *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _reported_port(log_file, process), log_file
        finally:
            process.terminate()
            process.wait(timeout=200)


def _reported_port(log_file: Path, process: subprocess.Popen[bytes]) -> int:
    """Waits for the line "port N"; returns N."""
    while True:
        match = re.search(r"^port (\d+)$", log_file.read_text(), re.MULTILINE)
        if match:
            return int(match.group(1))
        assert process.poll() is None, log_file.read_text()
        time.sleep(0.02)


@functools.cache
def _namespace_command() -> list[str]:
    command = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if allowed.returncode == 0 else []


def _free_port() -> int:
    with socket.create_server(("", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
