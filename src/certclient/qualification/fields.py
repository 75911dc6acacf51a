"""Messages in the terms of their RFC, for a report: no secret, and nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from certclient.cmp.bodies import (
    Body,
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    ErrorMessage,
    GeneralMessage,
    PkiConfirm,
    PkiStatusInfo,
    PollReply,
    PollRequest,
    RevokeReply,
    RevokeRequest,
)
from certclient.cmp.mac import PBM, PBMAC1
from certclient.cmp.messages import MalformedMessageError, Message
from certclient.cmp.status import PkiStatus
from certclient.model.certificate import Certificate
from certclient.qualification import est_fields
from certclient.qualification.line import Exchange

_PROTECTION = {
    PBMAC1: "PBMAC1",
    PBM: "PBM",
    "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
    "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
    "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
    "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
    "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_BODIES: Mapping[type, str] = {
    PkiConfirm: "pkiConf",
    PollRequest: "pollReq",
    PollReply: "pollRep",
    CertificateConfirm: "certConf",
    RevokeRequest: "rr",
    RevokeReply: "rp",
    ErrorMessage: "error",
}


def message_fields(der: bytes) -> dict[str, str]:
    """The fields of a message (DER) by name, in the order of the message; `malformed` if none."""
    try:
        message = Message.decode(der)
        return dict(_fields(message))
    except (MalformedMessageError, ValueError) as error:
        return {"malformed": str(error)[:200], "bytes": str(len(der))}


def sent_fields(exchange: Exchange) -> dict[str, str]:
    """What was sent, by the names of its protocol; of a plug-in's, how much."""
    if not exchange.request:
        return message_fields(exchange.sent)
    if est_fields.is_est(exchange):
        return est_fields.sent_fields(exchange)
    return {"request": exchange.request, "bytes": str(len(exchange.sent))}


def received_fields(exchange: Exchange) -> dict[str, str] | None:
    """What was received, by the names of its protocol; None if nothing was."""
    if exchange.received is None:
        return None
    if not exchange.request:
        return message_fields(exchange.received)
    if est_fields.is_est(exchange):
        return est_fields.received_fields(exchange)
    return {"status": str(exchange.status), "bytes": str(len(exchange.received))}


def certificates_in(der: bytes) -> list[bytes]:
    """The certificates (DER) that an answer issues, by CMP or EST; [] for any other answer."""
    try:
        body = Message.decode(der).body
    except MalformedMessageError:
        return est_fields.certificates_of(der)
    responses = body.responses if isinstance(body, CertificateReply) else ()
    return [one.certificate for one in responses if one.certificate is not None]


def _fields(message: Message) -> Iterator[tuple[str, str]]:
    header, algorithm = message.header, message.header.protection_alg
    yield "body", _name(message.body)
    yield "transactionID", header.transaction_id.hex() if header.transaction_id else "none"
    oid = algorithm.oid if algorithm is not None else ""
    yield "protection", _PROTECTION.get(oid, oid) or "none"
    if header.implicit_confirm:
        yield "generalInfo", "implicitConfirm"
    yield from _body(message.body)
    if message.extra_certs:
        yield "extraCerts", str(len(message.extra_certs))


def _name(body: Body) -> str:
    if isinstance(body, (CertificateRequest, CertificateReply, GeneralMessage)):
        return body.kind.name.lower()
    return _BODIES.get(type(body), f"tag {body.tag}")


def _body(body: Body) -> Iterator[tuple[str, str]]:
    if isinstance(body, CertificateRequest):
        yield from _request(body)
    elif isinstance(body, CertificateReply):
        for response in body.responses:
            yield from _status(response.status)
            yield from _certificate(response.certificate)
    elif isinstance(body, RevokeReply):
        for status in body.statuses:
            yield from _status(status)
    else:
        yield from _small_body(body)


def _small_body(body: Body) -> Iterator[tuple[str, str]]:
    if isinstance(body, CertificateConfirm):
        for one in body.statuses:
            yield "statusInfo", "accepted" if one.status is None else "rejection"
    elif isinstance(body, PollReply):
        for entry in body.entries:
            yield "checkAfter", str(entry.check_after)
    elif isinstance(body, ErrorMessage):
        yield from _status(body.status)
        if body.details:
            yield "errorDetails", " ".join(body.details)[:300]


def _request(body: CertificateRequest) -> Iterator[tuple[str, str]]:
    for one in body.requests:
        request = one.request
        template = {"subject": request.template.subject, "publicKey": request.template.spki}
        fields = [name for name, value in template.items() if value is not None]
        yield "certTemplate", ", ".join(fields)
        controls = {
            "oldCertID": request.old_cert_id,
            "regToken": request.registration_token,
            "authenticator": request.authenticator,
        }
        if request.old_cert_id is not None:
            yield "oldCertID", f"{request.old_cert_id.serial:x}"
        if named := [name for name, value in controls.items() if value is not None]:
            yield "controls", ", ".join(named)


def _status(status: PkiStatusInfo) -> Iterator[tuple[str, str]]:
    known = {int(one): one.name.lower().replace("_", " ") for one in PkiStatus}
    yield "status", known.get(status.status, str(status.status))
    if status.failures:
        yield "failInfo", ", ".join(one.asn1_name for one in sorted(status.failures))
    if status.text:
        yield "statusString", " ".join(status.text)[:300]


def _certificate(der: bytes | None) -> Iterator[tuple[str, str]]:
    if der is None:
        return
    certificate = Certificate.read(der)
    yield "serialNumber", certificate.serial_hex
    yield "subject", ", ".join(f"{label}={value}" for label, value in certificate.dn_lines)
    yield "issuer", certificate.issuer_common_name
    yield "notAfter", certificate.not_after.isoformat()
