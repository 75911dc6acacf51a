"""Debian's squid as a company's proxy on a loopback port, with Basic or Digest authentication."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.raw_server import free_port

REALM = "Example Kogyo 社内"
_HELPERS = Path("/usr/lib/squid")
_PATIENCE = 60.0


@dataclass(frozen=True)
class SquidLogin:
    """The only user that squid lets through. `scheme`: basic, digest, none or negotiate."""

    scheme: str
    user: str = "taro"
    password: str = "himitsu"
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Squid:
    """A running proxy; it knows `bank.test` as this computer."""

    port: int
    folder: Path

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What squid has answered, one request a line."""
        path = self.folder / "access.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


@contextmanager
def running_squid(login: SquidLogin) -> Iterator[Squid]:
    """Starts squid in a folder of its own, as it gives up root's rights."""
    folder = Path(tempfile.mkdtemp(prefix="squid-"))
    squid = Squid(free_port(), folder)
    (folder / "hosts").write_text("127.0.0.1 bank.test localhost\n", encoding="ascii")
    (folder / "squid.conf").write_text(_configuration(squid, login), encoding="utf-8")
    _write_users(folder, login)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "proxy", "proxy")
    process = subprocess.Popen(
        ["squid", "-N", "-f", folder / "squid.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"},
    )
    try:
        _wait_for(squid, process)
        yield squid
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _configuration(squid: Squid, login: SquidLogin) -> str:
    folder = squid.folder
    lines = [
        f"http_port 127.0.0.1:{squid.port}",
        f"pid_filename {folder}/squid.pid",
        f"access_log stdio:{folder}/access.log",
        f"cache_log {folder}/cache.log",
        f"coredump_dir {folder}",
        f"hosts_file {folder}/hosts",
        "cache deny all",
        "visible_hostname proxy.example.jp",
        "shutdown_lifetime 1 seconds",
    ]
    if login.scheme == "basic":
        lines += [
            f"auth_param basic program {_HELPERS}/basic_ncsa_auth {folder}/users",
            f"auth_param basic realm {REALM}",
        ]
    elif login.scheme == "digest":
        lines += [
            f"auth_param digest program {_HELPERS}/digest_file_auth -c {folder}/users",
            f"auth_param digest realm {REALM}",
        ]
    elif login.scheme == "negotiate":
        lines.append(f"auth_param negotiate program {_HELPERS}/negotiate_kerberos_auth -s HTTP/x")
    if login.scheme == "none":
        return "\n".join((*lines, "http_access allow all", ""))
    return "\n".join(
        (
            *lines,
            "acl known proxy_auth REQUIRED",
            "http_access allow known",
            "http_access deny all",
            "",
        )
    )


def _write_users(folder: Path, login: SquidLogin) -> None:
    user, password = login.user.encode(login.encoding), login.password.encode(login.encoding)
    if login.scheme == "basic":
        done = subprocess.run(
            ["openssl", "passwd", "-apr1", "-stdin"],
            input=password,
            capture_output=True,
            check=True,
        )
        line = user + b":" + done.stdout.strip()
    else:
        first = hashlib.md5(user + b":" + REALM.encode() + b":" + password).hexdigest()
        line = user + b":" + REALM.encode() + b":" + first.encode()
    (folder / "users").write_bytes(line + b"\n")


def _wait_for(squid: Squid, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", squid.port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    log = squid.folder / "cache.log"
    reason = log.read_text(errors="replace") if log.exists() else "no log"
    raise RuntimeError(f"squid does not start: {reason[-2000:]}")
