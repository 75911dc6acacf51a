"""The requested certificate in one form for CRMF (ir, cr, kur) and PKCS#10 (p10cr)."""

from __future__ import annotations

from certclient.cmp.bodies import CertificateRequest, Pkcs10Request, ReplyKind, RequestKind
from certclient.cmp.names import EMPTY_NAME
from certclient.cmp.protection import ProtectionError
from certclient.cmp.signatures import check_possession
from certclient_practice.bank.csr import read_csr
from certclient_practice.bank.enrollment import RequestedCertificate
from certclient_practice.bank.refusal import RefusedError

CRMF_ID = 0
"""certReqId of the one request in a message (RFC 9483, 4.1.1)."""
PKCS10_ID = -1
"""certReqId in the reply to a p10cr (RFC 9810, 5.3.4)."""

KUR = "kur"
P10CR = "p10cr"


def read_request(body: CertificateRequest | Pkcs10Request) -> RequestedCertificate:
    """Decodes the request and verifies its proof of possession. Raises RefusedError.

    PIN and one-time password are the authenticator and regToken controls (RFC 4211, 6.1, 6.2).
    """
    if isinstance(body, Pkcs10Request):
        return _from_csr(body.csr)
    return _from_crmf(body)


def reply_kind(kind: str) -> ReplyKind:
    """Returns ip for ir, kup for kur, cp for cr and p10cr."""
    return {"ir": ReplyKind.IP, KUR: ReplyKind.KUP}.get(kind, ReplyKind.CP)


def reply_id(kind: str) -> int:
    """Returns the certReqId of the reply: -1 for p10cr, 0 for the others."""
    return PKCS10_ID if kind == P10CR else CRMF_ID


def _from_crmf(body: CertificateRequest) -> RequestedCertificate:
    if len(body.requests) != 1:
        raise RefusedError.unsupported()
    message = body.requests[0]
    request = message.request
    if request.cert_req_id != CRMF_ID:
        raise RefusedError.malformed()
    if request.template.spki is None:
        raise RefusedError.bad_key()
    try:
        check_possession(message)
    except ProtectionError as error:
        raise RefusedError.bad_pop() from error
    old = request.old_cert_id
    return RequestedCertificate(
        kind={RequestKind.IR: "ir", RequestKind.CR: "cr", RequestKind.KUR: KUR}[body.kind],
        renews=body.kind is RequestKind.KUR,
        spki=request.template.spki,
        subject=request.template.subject or EMPTY_NAME,
        old_certificate=None if old is None else (old.issuer, old.serial),
        pin=(request.authenticator or "").encode(),
        one_time_password=(request.registration_token or "").encode(),
    )


def _from_csr(der: bytes) -> RequestedCertificate:
    csr = read_csr(der)
    return RequestedCertificate(P10CR, False, csr.spki, csr.subject)
