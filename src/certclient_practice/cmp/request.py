"""The requested certificate in one form for CRMF (ir, cr, kur) and PKCS#10 (p10cr)."""

from __future__ import annotations

from certclient.cmp import syntax
from certclient.cmp.bodies import CertificateRequest, Pkcs10Request, ReplyKind, RequestKind
from certclient.cmp.crmf import CertTemplate
from certclient.cmp.messages import MalformedMessageError
from certclient.cmp.names import EMPTY_NAME
from certclient.cmp.protection import AlgorithmError, ProtectionError
from certclient.cmp.signatures import check_possession
from certclient_practice.bank.csr import read_csr
from certclient_practice.bank.enrollment import RequestedCertificate
from certclient_practice.bank.policy import BankPolicy, check_key
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.refusals import bad_algorithm

CRMF_ID = 0
"""certReqId of the one request in a message (RFC 9483, 4.1.1)."""
PKCS10_ID = -1
"""certReqId in the reply to a p10cr (RFC 9810, 5.3.4)."""

_NO_EXTENSIONS = syntax.wrapped_list(())
_ISSUED = {
    "2.5.29.15": bytes.fromhex("03020780"),  # keyUsage: digitalSignature
    "2.5.29.19": bytes.fromhex("3000"),  # basicConstraints: no CA
    "2.5.29.37": bytes.fromhex("300a06082b06010505070302"),  # extendedKeyUsage: clientAuth
}
"""The extensions of customers' certificates that a template may name, with their values (DER)."""

KUR = "kur"
P10CR = "p10cr"


def read_request(
    body: CertificateRequest | Pkcs10Request, policy: BankPolicy
) -> RequestedCertificate:
    """Decodes the request and verifies its proof of possession. Raises RefusedError.

    A key that the policy does not allow is refused before its proof is verified. PIN and one-time
    password are the authenticator and regToken controls (RFC 4211, 6.1, 6.2).
    """
    if isinstance(body, Pkcs10Request):
        return _from_csr(body.csr)
    return _from_crmf(body, policy)


def reply_kind(kind: str) -> ReplyKind:
    """Returns ip for ir, kup for kur, cp for cr and p10cr."""
    return {"ir": ReplyKind.IP, KUR: ReplyKind.KUP}.get(kind, ReplyKind.CP)


def reply_id(kind: str) -> int:
    """Returns the certReqId of the reply: -1 for p10cr, 0 for the others."""
    return PKCS10_ID if kind == P10CR else CRMF_ID


def _from_crmf(body: CertificateRequest, policy: BankPolicy) -> RequestedCertificate:
    if len(body.requests) != 1:
        raise RefusedError.unsupported()
    message = body.requests[0]
    request = message.request
    if request.cert_req_id != CRMF_ID:
        raise RefusedError.malformed()
    if request.template.spki is None:
        raise RefusedError.bad_key()
    check_key(request.template.spki, policy)
    try:
        check_possession(message)
    except AlgorithmError as error:
        raise bad_algorithm() from error
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
        wishes=_wishes(request.template),
    )


def _wishes(template: CertTemplate) -> bool:
    """Whether it names a validity, or extensions that no certificate of this bank has."""
    try:
        extensions = [
            syntax.decode(syntax.Extension, syntax.encode(one))
            for one in syntax.items(template.extensions or _NO_EXTENSIONS)
        ]
    except MalformedMessageError as error:
        raise RefusedError.malformed() from error
    granted = all(_ISSUED.get(one.oid.dotted_string) == one.value for one in extensions)
    return template.validity is not None or not granted


def _from_csr(der: bytes) -> RequestedCertificate:
    csr = read_csr(der)
    return RequestedCertificate(P10CR, False, csr.spki, csr.subject, wishes=csr.alternative_names)
