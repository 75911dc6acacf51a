"""The CA client interface: prepare, send, poll, confirm, revoke; the same for every protocol.

`prepare_…` returns a Transaction whose bytes the caller stores durably *before* calling `send`.
After a crash, the identical request can be sent again from them. A Transaction's `state` holds no
secret. `tests/contract/test_ca_client_contract.py` is the contract of every client.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Signer
from certclient.model.revocation_reason import RevocationReason
from certclient.model.secret import Secret


@dataclass(frozen=True, slots=True)
class IssueCodeCredential:
    """User ID and issue code (取得): what a customer without a certificate proves itself with."""

    user_id: str
    issue_code: Secret


@dataclass(frozen=True, slots=True)
class CertificateCredential:
    """The current certificate and its key (更新). `chain`: CA certificates to send along."""

    certificate: Certificate
    signer: Signer
    chain: Sequence[Certificate] = ()


Credential = IssueCodeCredential | CertificateCredential


@dataclass(frozen=True, slots=True)
class BankSecrets:
    """Secrets that some banks require on renewal (ways B1, B2), sent inside the request.

    `authenticator` is ご契約先暗証番号, `registration_token` the one-time password or a ticket.
    """

    authenticator: Secret | None = None
    registration_token: Secret | None = None

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.authenticator is not None or self.registration_token is not None


@dataclass(frozen=True, slots=True)
class CaAbilities:
    """What a protocol can do beyond issuing; the procedure does without what is False.

    `confirms`: the CA awaits `confirm` before a certificate counts. Without it, a certificate
    counts as soon as it is issued; the old one stays until the new one has proven itself.
    `withdraws`: a waiting request can be taken back. `revokes`: `revoke` reaches the CA.
    `tells_signer_status`: `signer_status` can give another answer than UNKNOWN.
    `carries_bank_secrets`: a request can hold `BankSecrets`; a profile that asks customers for them
    (`renewal.ask_pin`, `ask_one_time_password`) needs it.
    """

    confirms: bool = False
    withdraws: bool = False
    revokes: bool = False
    tells_signer_status: bool = False
    carries_bank_secrets: bool = False


ALL_ABILITIES = CaAbilities(
    confirms=True,
    withdraws=True,
    revokes=True,
    tells_signer_status=True,
    carries_bank_secrets=True,
)


@dataclass(frozen=True, slots=True)
class Transaction:
    """Everything needed to continue after a crash. `transaction_id` (hex) identifies it in logs.

    `state` is opaque to callers, contains no secret and is stored in the journal. `volatile` is the
    request if it contains a bank PIN or one-time password, and is kept in memory only. A
    Transaction restored from the journal lacks it, so `send` raises BANK_SECRETS_REQUIRED; the
    caller then prompts again and prepares a new transaction with the same key.
    """

    transaction_id: str
    state: bytes
    volatile: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """The CA issued a certificate. `chain`: the received CA certificates, the leaf's issuer first.

    `confirmed` is True if the CA requires no confirmation; always, if the protocol has none.
    `message` is the CA's own text.
    """

    transaction: Transaction
    certificate: Certificate
    chain: tuple[Certificate, ...]
    confirmed: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The CA needs time: poll again after `check_after` seconds. `message` is the CA's own text."""

    transaction: Transaction
    check_after: float
    message: str = ""


Answer = Issued | Waiting


class RefusalReason(enum.Enum):
    """Why a CA refuses, as far as the procedure acts upon it. Values are error data (`refusal`).

    The client translates its protocol's own reasons into these; anything else has none.
    """

    CERTIFICATE_REVOKED = "certificate-revoked"
    """The certificate that is confirmed, that authenticates the request, or that is to be revoked
    is revoked or superseded: the CA will never accept it again."""
    SIGNER_NOT_TRUSTED = "signer-not-trusted"
    """The certificate that authenticates the request is not accepted now."""
    CERTIFICATE_UNKNOWN = "certificate-unknown"
    """The CA has not issued the certificate that is confirmed."""
    REQUEST_UNKNOWN = "request-unknown"
    """The CA does not know, or no longer knows, the request that the message belongs to."""
    ALREADY_CONFIRMED = "already-confirmed"
    """The certificate has been confirmed before."""
    KEY_NOT_ACCEPTED = "key-not-accepted"
    """The CA issues nothing for this request. After a lost answer, that may be because it has
    issued for its key before."""
    TIME = "time"
    """The CA's clock and this computer's differ too much."""


def refusal_error(
    message: str, *reasons: RefusalReason, failure: str = "", proven: bool = True
) -> CertclientError:
    """CA_REFUSED with the CA's own text in `message`.

    `failure`: the protocol's own name of the reason, for logs and support. `proven`: whether the
    answer certainly comes from the CA and is about this request; if anybody on the network path
    could have sent it, it must not cost the customer anything. Its text is then shown as unproven.
    """
    proof = {"proven": "yes"} if proven else {"proven": "no", "problem": "unproven"}
    return CertclientError(
        ErrorCode.CA_REFUSED,
        message=message,
        failure=failure,
        refusal=",".join(reason.value for reason in reasons),
        **proof,
    )


def is_proven(error: CertclientError) -> bool:
    """Whether an error is a refusal that certainly comes from the CA."""
    return error.data.get("proven") == "yes"


def is_unproven(error: CertclientError) -> bool:
    """Whether an error is a refusal that anybody on the network path could have sent."""
    return error.data.get("proven") == "no"


ALTERED = MappingProxyType({"proven": "no", "problem": "unproven", "altered": "maybe"})
"""Error data: a refusal whose protection fails. A bit may have been changed on the way."""


def may_be_altered(error: CertclientError) -> bool:
    """Whether the answer may have been another one when it was sent, so that it is worth asking
    again before anybody is told."""
    return error.data.get("altered") == "maybe"


def refused_because(error: CertclientError, *reasons: RefusalReason) -> bool:
    """Whether a CA refuses for one of these reasons. Only a proven refusal counts."""
    named = error.data.get("refusal", "").split(",")
    return is_proven(error) and any(reason.value in named for reason in reasons)


def not_offered(operation: str) -> CertclientError:
    """CA_NOT_OFFERED: the protocol has no message for `operation`, a method of CaClient."""
    return CertclientError(ErrorCode.CA_NOT_OFFERED, operation=operation)


class SignerStatus(enum.Enum):
    """Whether the CA accepts a certificate as proof of who sends a message."""

    ACCEPTED = "accepted"
    REVOKED = "revoked"
    """Revoked or superseded: the CA will never accept it again."""
    NOT_TRUSTED = "not-trusted"
    """Not accepted now: for example, the certificate is not yet confirmed."""
    UNKNOWN = "unknown"
    """The protocol has no such query, or the CA did not answer it."""


class CaClient(Protocol):
    """One CA of one profile. Methods block; every error is a CertclientError.

    Network errors: NETWORK_…, TLS_UNTRUSTED, PROXY_…, SERVER_…, FOREIGN_ANSWER. Responses that fail
    authentication or do not fit the request: CA_MALFORMED, CA_PROTECTION_INVALID,
    CA_TRANSACTION_MISMATCH, ISSUE_CODE_WRONG. A refusal: CA_REFUSED, made by `refusal_error`. Where
    the protocol lacks an operation (`abilities`): CA_NOT_OFFERED.
    """

    @property
    def abilities(self) -> CaAbilities:
        """What this CA's protocol can do. Constant; asks nobody."""
        ...

    def prepare_obtain(self, credential: IssueCodeCredential, new_key: Signer) -> Transaction:
        """First issue, or after expiry (CMP: ir, EST: simpleenroll). Requests nothing yet.

        May ask the CA what a request must contain (EST: csrattrs), and raises then the network
        errors, and CA_REQUIREMENT for what cannot be done here.

        Signs the proof of possession with `new_key`. Raises ISSUE_CODE_REQUIRED for an empty code,
        USAGE for a user ID that cannot be a Common Name, and whatever `new_key.sign` raises.
        """
        ...

    def prepare_renew(
        self,
        credential: CertificateCredential,
        new_key: Signer,
        secrets: BankSecrets = BankSecrets(),
    ) -> Transaction:
        """Renewal (CMP: kur, EST: simplereenroll) with the current subject. Requests nothing yet.

        May ask the CA as `prepare_obtain` does. Raises CA_NOT_OFFERED for `secrets` that the
        protocol cannot carry, and whatever the two keys' `sign` raises.
        """
        ...

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        """Sends the prepared request, byte for byte the same on every call."""
        ...

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        """Polls the CA after Waiting (CMP: pollReq, EST: the same request again)."""
        ...

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        """Tells the CA, after Waiting, that the request is no longer wanted.

        Raises CA_REFUSED if the CA does not take it: nothing then holds the CA from issuing a
        certificate.
        """
        ...

    def confirm(
        self,
        issued: Issued,
        credential: Credential,
        rejection: ErrorCode | None = None,
    ) -> None:
        """Confirms the certificate, or rejects it with `rejection` as the reason.

        Does nothing if the CA requires no confirmation (`Issued.confirmed`). May be repeated: a
        response of "already confirmed" is not an error. Raises CA_CONFIRM_FAILED for any other
        refusal, with the data of CA_REFUSED. After a lost response this may only mean a repetition,
        so the caller verifies by using the certificate.
        """
        ...

    def signer_status(self, credential: CertificateCredential) -> SignerStatus:
        """Queries whether the CA accepts messages with this credential. Changes nothing.

        UNKNOWN, without any exchange, if the protocol has no such query. Raises the network errors
        and whatever the key's `sign` raises.
        """
        ...

    def revoke(
        self,
        credential: CertificateCredential,
        certificate: Certificate,
        reason: RevocationReason = RevocationReason.NO_LONGER_USED,
    ) -> None:
        """Requests revocation of `certificate` for `reason`.

        One that is already revoked is not an error.
        """
        ...

    def probe(self) -> Sequence[CertclientError]:
        """Makes one harmless request, so that network problems show before a key is generated.

        Raises the network errors; an error response from the server itself is not one. Returns
        findings to report although the CA is reachable: PROXY_SCRIPT, TLS_OPENED, PROBE_UNANSWERED.
        """
        ...

    def interrupt(self) -> None:
        """Ends the exchange that runs now; it raises NETWORK_STOPPED. Callable from any thread."""
        ...

    def server_time(self) -> datetime | None:
        """The Date header of the CA server's last response, aware; None before any response."""
        ...


@runtime_checkable
class KeepsConnection(Protocol):
    """A client whose messages can share a connection."""

    def kept_open(self) -> AbstractContextManager[None]:
        """See `Transport.kept_open`."""
        ...


@runtime_checkable
class ChecksCredential(Protocol):
    """A client that may be unable to use a certificate on this computer, and knows it before."""

    def check_credential(self, credential: CertificateCredential) -> None:
        """Raises why this computer cannot prove itself with `credential`: TLS_LIBRARY_MISSING,
        KEY_UNSUPPORTED. Asks neither the CA nor the key."""
        ...
