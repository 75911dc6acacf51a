"""CMP: any message, and what a client does with answers whose protection is right.

The protection of an answer is renewed after each change, so that what lies behind it is reached.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from certclient.ca.client import CertificateCredential, IssueCodeCredential, Issued, Transaction
from certclient.ca.cmp.client import CmpClient
from certclient.cmp.bodies import (
    Body,
    CertificateReply,
    CertResponse,
    ErrorMessage,
    GeneralKind,
    GeneralMessage,
    PkiConfirm,
    PollEntry,
    PollReply,
    ReplyKind,
)
from certclient.cmp.mac import PBM, AlgorithmError, ProtectionError, make_mac
from certclient.cmp.messages import Header, MalformedMessageError, Message
from certclient.cmp.names import AlgorithmIdentifier, directory_name
from certclient.cmp.protection import is_mac, protect_with_mac, protect_with_signature
from certclient.cmp.revocation import RevokeReply
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.cmp.syntax import PBMParameter, encode, tlv
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.model.profile import CaSettings, MacAlgorithm, MacFloor
from certclient.model.secret import Secret
from support.cmp_server import URL, ScriptedServer
from support.fuzzing.keys import NOW, fixed_lab, fixed_signer
from support.fuzzing.mutations import mutated_der
from support.fuzzing.target import FindingError, Target

_CODE = Secret("FUZZ4711CODE")
_NONCE = bytes(range(16))
"""All nonces and transactionIDs: the client's random bytes."""
_SHA256, _HMAC = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9"


def read_message(data: bytes) -> None:
    """Reads any message; what was read is written as it came, and read again."""
    message = Message.decode(data)
    again = Message.decode(message.encode())
    if again != message:
        raise FindingError("a message is read in two ways")


@dataclass
class _OneAnswer(ScriptedServer):
    """Answers each request with `data`, and reads none."""

    data: bytes = b""

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        return self.data


@dataclass(frozen=True)
class _Customer:
    """A client amid its transactions, and the credentials for them."""

    server: _OneAnswer
    client: CmpClient
    by_code: IssueCodeCredential
    by_key: CertificateCredential
    obtaining: Transaction
    renewing: Transaction
    issued: Issued

    @classmethod
    @functools.cache
    def shared(cls) -> _Customer:
        lab, server, old, new = fixed_lab(), _OneAnswer([]), fixed_signer(3), fixed_signer(4)
        settings = CaSettings(
            URL,
            lab.anchors,
            implicit_confirm=True,
            mac=MacAlgorithm.PBM,
            mac_floor=MacFloor(iterations=1),
        )
        client = CmpClient(settings, server, lambda: NOW, lambda length: _NONCE[:length])
        by_code = IssueCodeCredential("TKYM1408054", _CODE)
        by_key = CertificateCredential(lab.issue(old.spki, days=20), old, lab.chain)
        renewing = client.prepare_renew(by_key, new)
        issued = Issued(renewing, lab.issue(new.spki), lab.chain, confirmed=False)
        obtaining = client.prepare_obtain(by_code, new)
        return cls(server, client, by_code, by_key, obtaining, renewing, issued)

    def actions(self, *, code: bool) -> Sequence[Callable[[], object]]:
        """What the client does when an answer comes. By code only what needs no new MAC."""
        client, key = self.client, self.by_key
        if code:
            return (lambda: client.send(self.obtaining, self.by_code),)
        return (
            lambda: client.send(self.renewing, key),
            lambda: client.poll(self.renewing, key),
            lambda: client.confirm(self.issued, key),
            lambda: client.revoke(key, key.certificate),
            lambda: client.signer_status(key),
        )


def take_answer(data: bytes) -> None:
    """Gives the answer to the client in every transaction that could await it."""
    customer = _Customer.shared()
    customer.server.data, by_code = _protected(data)
    refused: list[CertclientError] = []
    for action in customer.actions(code=by_code):
        try:
            action()
        except CertclientError as error:
            if error.code not in _CODES:
                raise
            refused.append(error)
    if refused:
        raise refused[0]


def _protected(data: bytes) -> tuple[bytes, bool]:
    """The message with the protection that its header names, and whether that is a MAC."""
    try:
        message = Message.decode(data)
    except MalformedMessageError:
        return data, False
    algorithm = message.header.protection_alg
    if algorithm is None:
        return data, False
    if not is_mac(message):
        made = fixed_signer(2).sign(message.protected_part, SignatureAlgorithm.ECDSA_SHA256)
        return message.protected(made).encode(), False
    with suppress(ProtectionError, AlgorithmError):
        return message.protected(
            make_mac(algorithm, _CODE.copied(), message.protected_part)
        ).encode(), True
    return data, True


def _pbm() -> AlgorithmIdentifier:
    return AlgorithmIdentifier(
        PBM,
        encode(
            PBMParameter(
                salt=bytes(16),
                owf=tlv(AlgorithmIdentifier(_SHA256).encode()),
                iteration_count=1000,
                mac=tlv(AlgorithmIdentifier(_HMAC).encode()),
            )
        ),
    )


def _bodies(certificate: Certificate) -> Sequence[Body]:
    granted = PkiStatusInfo(PkiStatus.ACCEPTED, ("よし",))
    refused = PkiStatusInfo(PkiStatus.REJECTION, ("no",), frozenset({Failure.BAD_CERT_TEMPLATE}))
    issued = CertResponse(0, granted, certificate.der)
    waiting = CertResponse(0, PkiStatusInfo(PkiStatus.WAITING), None)
    authorities = tuple(one.der for one in fixed_lab().chain)
    return (
        CertificateReply(ReplyKind.KUP, (issued,), authorities),
        CertificateReply(ReplyKind.IP, (issued,), authorities),
        CertificateReply(ReplyKind.KUP, (waiting,)),
        CertificateReply(ReplyKind.IP, (CertResponse(0, refused, None),)),
        PollReply((PollEntry(0, 60, ("later",)),)),
        PkiConfirm(),
        ErrorMessage(refused, 7, ("details",)),
        RevokeReply((granted,)),
        GeneralMessage(GeneralKind.GENP, (AlgorithmIdentifier("1.3.6.1.5.5.7.4.17"),)),
    )


def _answers() -> Sequence[bytes]:
    """One message of each kind, signed and with a MAC."""
    lab, signer = fixed_lab(), fixed_signer(2)
    header = Header(
        sender=directory_name(lab.chain[0].subject),
        recipient=directory_name(lab.chain[0].subject),
        transaction_id=_NONCE,
        sender_nonce=bytes(16),
        recip_nonce=_NONCE,
        message_time=NOW,
    )
    bodies, extra = _bodies(lab.issue(fixed_signer(4).spki)), (lab.chain[0].der,)
    return [
        *(protect_with_signature(header, body, signer, extra).encode() for body in bodies),
        *(protect_with_mac(header, body, _CODE, _pbm()).encode() for body in bodies),
    ]


_CODES = frozenset(
    {
        ErrorCode.CA_MALFORMED,
        ErrorCode.CA_PROTECTION_INVALID,
        ErrorCode.CA_TRANSACTION_MISMATCH,
        ErrorCode.CA_REFUSED,
        ErrorCode.CA_CONFIRM_FAILED,
        ErrorCode.CERTIFICATE_UNREADABLE,
        ErrorCode.FOREIGN_ANSWER,
        ErrorCode.ISSUE_CODE_WRONG,
    }
)

TARGETS = (
    Target("cmp-message", read_message, _answers, mutated_der, refusals=(MalformedMessageError,)),
    Target("cmp-answer", take_answer, _answers, mutated_der, codes=_CODES),
)
