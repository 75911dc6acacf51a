"""A proxy on a loopback port that asks for a user and password, by Basic or by Digest."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from support.raw_server import Piece, Script, http, tunnel

REALM = "Example Kogyo"
_NONCE = "7ypf/xlj9XXwfDPEoM4URrv"


@dataclass(frozen=True)
class LoginProxy:
    """The script of a `raw_server`: lets only this login pass, to the server at `target_port`.

    `scheme`: basic, md5 or sha-256. `encoding`: of the user and password that it expects.
    """

    target_port: int
    user: str
    password: str
    scheme: str = "basic"
    encoding: str = "utf-8"

    def script(self) -> Script:
        """Accepts CONNECT if the login is right, else asks for it."""
        return self._serve

    def _serve(self, request: bytes) -> Iterable[Piece]:
        if self._is_right(request):
            return tunnel(self.target_port)(request)
        return [
            http("407 Proxy Authentication Required", b"", f"Proxy-Authenticate: {self._offer}")
        ]

    @property
    def _offer(self) -> str:
        if self.scheme == "basic":
            return f'Basic realm="{REALM}"'
        algorithm = self.scheme.upper()
        return f'Digest realm="{REALM}", nonce="{_NONCE}", algorithm={algorithm}, qop="auth"'

    def _is_right(self, request: bytes) -> bool:
        found = re.search(rb"^Proxy-Authorization: (.*)\r$", request, re.MULTILINE | re.IGNORECASE)
        if found is None:
            return False
        user, password = self.user.encode(self.encoding), self.password.encode(self.encoding)
        if self.scheme == "basic":
            return found[1] == b"Basic " + b64encode(user + b":" + password)
        return self._is_right_digest(found[1], request, user, password)

    def _is_right_digest(self, header: bytes, request: bytes, user: bytes, password: bytes) -> bool:
        """RFC 7616, 3.4.1, worked out here once more."""
        given: dict[bytes, bytes] = dict(
            re.findall(rb'(\w+)="?((?<=")(?:[^"\\]|\\.)*|[^",\s]+)', header)
        )
        method, uri, _ = request.split(b" ", 2)
        first = self._hash(b":".join((user, REALM.encode(), password)))
        second = self._hash(method + b":" + uri)
        middle = b":".join((_NONCE.encode(), given[b"nc"], given[b"cnonce"], b"auth"))
        expected = self._hash(b":".join((first, middle, second)))
        return given[b"response"] == expected and given[b"uri"] == uri

    def _hash(self, octets: bytes) -> bytes:
        name = {"md5": "md5", "sha-256": "sha256"}[self.scheme]
        return hashlib.new(name, octets).hexdigest().encode()
