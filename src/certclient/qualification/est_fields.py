"""EST requests and answers in the terms of RFC 7030, for a report: no secret, as the issue code is
in a header, which is not recorded."""

from __future__ import annotations

from collections.abc import Iterator

from certclient.ca.est.attributes import csr_attributes
from certclient.ca.est.certificates import certificates_in, decoded_body
from certclient.ca.est.transaction import Operation
from certclient.ca.pkcs10 import requested_names
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError
from certclient.model.names import dn_lines
from certclient.qualification.line import Exchange

_MAX_WORDS = 300
_OPERATIONS = frozenset({"cacerts", "csrattrs", *(one.value for one in Operation)})


def is_est(exchange: Exchange) -> bool:
    """Whether a request over HTTP is for one of EST's operations; else, it is a plug-in's."""
    return exchange.request.rpartition(" ")[2] in _OPERATIONS


def sent_fields(exchange: Exchange) -> dict[str, str]:
    """The operation, and the fields of a PKCS#10 request."""
    return {"request": exchange.request, **dict(_request(exchange.sent))}


def received_fields(exchange: Exchange) -> dict[str, str]:
    """The status, and what the body holds: certificates, attributes or words."""
    status = {"status": str(exchange.status)}
    body = exchange.received or b""
    if not body.strip():
        return status
    return status | dict(_answer(exchange.request, exchange.status, body))


def certificates_of(body: bytes) -> list[bytes]:
    """The certificates (DER) that an answer issues; [] for any other answer."""
    try:
        return [one.der for one in certificates_in(body) if not one.is_ca]
    except CertclientError:
        return []


def _request(body: bytes) -> Iterator[tuple[str, str]]:
    if not body:
        return
    try:
        names = requested_names(decoded_body(body))
    except CertclientError:
        names = None
    if names is None:
        yield "malformed", f"{len(body)} bytes"
        return
    subject, extensions = names
    yield "subject", _text(dn_lines(subject))
    if extensions:
        yield "extensionRequest", ", ".join(extensions)


def _answer(request: str, status: int, body: bytes) -> Iterator[tuple[str, str]]:
    if status not in (200, 202):
        yield "text", body.decode(errors="replace").strip()[:_MAX_WORDS]
        return
    try:
        if request.endswith("csrattrs"):
            yield "attributes", ", ".join(one.oid for one in csr_attributes(body))
        elif status == 200:
            for one in certificates_in(body):
                yield from _certificate(one)
    except CertclientError as error:
        yield "malformed", str(error.data.get("reason", ""))


def _certificate(certificate: Certificate) -> Iterator[tuple[str, str]]:
    if not certificate.is_ca:
        yield "serialNumber", certificate.serial_hex
        yield "subject", _text(certificate.dn_lines)
        yield "issuer", certificate.issuer_common_name


def _text(lines: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{label}={value}" for label, value in lines)
