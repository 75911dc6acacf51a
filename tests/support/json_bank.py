"""A bank with an interface of its own: JSON over https, as the example plug-in speaks it.

with json_bank(lab) as bank:
    profile = profile_from_text(bank.profile_text(), "json-bank.toml")
    code = bank.issue_code("TKYM1408054")
"""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import NameOID

from certclient.model.certificate import Certificate
from support.pki import (
    SERVER_AUTH,
    Lab,
    certificate_pem,
    customer_name,
    name,
    private_key_pem,
    rsa_key,
    spki_of,
)

Answer = tuple[int, dict[str, Any]]

_BRANCH = "014"


@dataclass
class JsonBank:
    """`waits`: how many answers say "waiting" before a certificate is issued; `refuses`: the bank's
    words to every request, "" to issue. `bodies`: what has arrived at /requests."""

    lab: Lab
    url: str = ""
    waits: int = 0
    refuses: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    issued: dict[str, tuple[bytes, Certificate]] = field(default_factory=dict)
    revoked: set[bytes] = field(default_factory=set)

    def issue_code(self, user_id: str, code: str = "AB12CD34EF56") -> str:
        """The user's issue code from now on."""
        self.codes[user_id] = code
        return code

    def profile_text(self, protocol: str = "example-json", options: str = "") -> str:
        """The bank's profile; `options`: in place of the right ones."""
        root = certificate_pem(self.lab.root.certificate).decode()
        return f"""\
schema = 1
id = "json-bank"
login_url = "{self.url}"
bank = {{ ja = "独自信用金庫", en = "Bank of its Own" }}
[subject]
pattern = '(?P<user_id>[A-Z0-9]+)( (?P<suffix>[0-9]{{4}}))?'
[ca]
protocol = "{protocol}"
url = "{self.url}"
options = {options or f"{{ branch = '{_BRANCH}' }}"}
trust_anchors = '''
{root}'''
[tls]
trust_anchors = '''
{root}'''
[contacts]
user = {{ ja = "管理者の方", en = "your administrator" }}
administrator = {{ ja = "お取引店", en = "your branch" }}
"""

    def answer(self, path: str, body: bytes, login: str) -> Answer:
        """Status and JSON for a POST; `login`: what Basic gives as "user:code"."""
        request = json.loads(body)
        if path.endswith("/revocations"):
            return self._revoke(request)
        self.bodies.append(body)
        try:
            csr = x509.load_der_x509_csr(base64.b64decode(request["csr"]))
            subject = self._authenticated(request, csr, login)
        except PermissionError as error:
            reason = str(error.filename or "")
            return int(error.errno or 403), {"message": str(error.strerror), "reason": reason}
        if not csr.is_signature_valid or request["branch"] != _BRANCH:
            return 403, {"message": "申請が正しくありません", "reason": "request"}
        return self._decided(request["id"], body, csr, subject)

    def _authenticated(
        self, request: dict[str, Any], csr: x509.CertificateSigningRequest, login: str
    ) -> x509.Name:
        """The subject of the certificate. Raises PermissionError: status, words, reason."""
        if "certificate" not in request:
            user, _, code = login.partition(":")
            if not code or self.codes.get(user) != code:
                raise PermissionError(401, "発行コードが違います")
            return customer_name(user)
        current = Certificate.from_der(base64.b64decode(request["certificate"]))
        signed = request["id"].encode() + base64.b64decode(request["csr"])
        signer_known = current.x509.issuer == self.lab.intermediate.name
        if not signer_known or not _verifies(current, request["signature"], signed):
            raise PermissionError(403, "電子証明書を確認できません")
        if current.der in self.revoked:
            raise PermissionError(403, "失効しています", "revoked")
        if csr.subject != current.x509.subject:
            raise PermissionError(403, "名義が違います")
        return current.x509.subject

    def _decided(
        self, number: str, body: bytes, csr: x509.CertificateSigningRequest, subject: x509.Name
    ) -> Answer:
        if self.refuses:
            return 403, {"message": self.refuses, "reason": "policy"}
        if self.waits:
            self.waits -= 1
            return 202, {"id": number, "seconds": 1, "message": "発行手続き中です"}
        known = self.issued.get(number)
        if known is not None and known[0] != body:
            return 403, {"message": "同じ番号の別の申請です", "reason": "request"}
        if known is None:
            spki = csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            known = self.issued[number] = (body, self.lab.issue(spki, subject))
        chain = [_text(one.der) for one in self.lab.chain]
        return 200, {"id": number, "certificate": _text(known[1].der), "chain": chain}

    def _revoke(self, request: dict[str, Any]) -> Answer:
        certificate = Certificate.from_der(base64.b64decode(request["certificate"]))
        if not _verifies(certificate, request["signature"], certificate.der):
            return 403, {"message": "電子証明書を確認できません", "reason": ""}
        self.revoked.add(certificate.der)
        return 204, {}


def _verifies(certificate: Certificate, signature: str, data: bytes) -> bool:
    key = load_der_public_key(certificate.spki)
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(base64.b64decode(signature), data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _handler(bank: JsonBank) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._reply(200, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            scheme, _, value = self.headers.get("Authorization", "").partition(" ")
            login = base64.b64decode(value).decode() if scheme == "Basic" else ""
            status, answer = bank.answer(self.path, body, login)
            self._reply(status, b"" if status == 204 else json.dumps(answer).encode())

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if body:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Prints nothing."""

    return Handler


def _tls(lab: Lab) -> ssl.SSLContext:
    key = rsa_key(77)
    subject = name((NameOID.COMMON_NAME, "localhost"))
    own = lab.intermediate.issue(
        spki_of(key), subject, usages=(SERVER_AUTH,), dns_names=["localhost"]
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(private_key_pem(key) + certificate_pem(own, *lab.chain))
    context.load_cert_chain(file.name)
    Path(file.name).unlink()
    return context


@contextlib.contextmanager
def json_bank(lab: Lab) -> Iterator[JsonBank]:
    """Serves on a free port of this computer until the block ends."""
    bank = JsonBank(lab)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(bank))
    server.socket = _tls(lab).wrap_socket(server.socket, server_side=True)
    bank.url = f"https://localhost:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bank
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
