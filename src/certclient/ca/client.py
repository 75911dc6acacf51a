"""The CA client interface: prepare, send, poll, confirm, revoke. Implemented for CMP; fits EST.

`prepare_…` returns a Transaction whose bytes the caller stores durably *before* calling `send`.
After a crash, the identical request can be sent again from them. A Transaction's `state` holds no
secret.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Signer
from certclient.model.secret import Secret


@dataclass(frozen=True, slots=True)
class MacCredential:
    """User ID and issue code (取得): protects messages with a MAC."""

    user_id: str
    issue_code: Secret


@dataclass(frozen=True, slots=True)
class SignatureCredential:
    """The current certificate and its key (更新): signs messages. `chain` is sent along."""

    certificate: Certificate
    signer: Signer
    chain: Sequence[Certificate] = ()


Credential = MacCredential | SignatureCredential


@dataclass(frozen=True, slots=True)
class BankSecrets:
    """Secrets that some banks require on renewal (ways B1, B2), sent as CRMF controls.

    `authenticator` is ご契約先暗証番号, `registration_token` the one-time password or a ticket.
    """

    authenticator: Secret | None = None
    registration_token: Secret | None = None


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

    `confirmed` is True if the CA requires no confirmation (implicit confirm, EST). `message` is the
    CA's own text.
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


def names_failure(error: CertclientError, *failures: str) -> bool:
    """Whether a CA's refusal names one of these failures (`certRevoked`, as in RFC 9810).

    Counts only if the response was protected, so that nobody on the network path can have forged
    it.
    """
    named = error.data.get("failure", "").split(",")
    return error.data.get("protected") == "yes" and any(one in named for one in failures)


class SignerStatus(enum.Enum):
    """Whether the CA accepts the certificate that signed a message."""

    ACCEPTED = "accepted"
    REVOKED = "revoked"
    """Revoked or superseded: the CA will never accept it again."""
    NOT_TRUSTED = "not-trusted"
    """Not accepted now: for example, the certificate is not yet confirmed."""
    UNKNOWN = "unknown"
    """The protocol has no such query, or the CA did not answer it."""


class CaClient(Protocol):
    """One CA of one profile. Methods block; every error is a CertclientError.

    Network errors: NETWORK_…, TLS_UNTRUSTED, PROXY_…, SERVER_…. Responses that fail authentication
    or do not fit the request: CA_MALFORMED, CA_PROTECTION_INVALID, CA_TRANSACTION_MISMATCH,
    ISSUE_CODE_WRONG. A refusal: CA_REFUSED with the CA's own text in data["message"] and the
    failures in data["failure"].
    """

    def prepare_obtain(self, credential: MacCredential, new_key: Signer) -> Transaction:
        """First issue, or after expiry (CMP ir). Signs the proof of possession with `new_key`."""
        ...

    def prepare_renew(
        self,
        credential: SignatureCredential,
        new_key: Signer,
        secrets: BankSecrets = BankSecrets(),
    ) -> Transaction:
        """Renewal (CMP kur): same subject, `oldCertID`, signed with the current key."""
        ...

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        """Sends the prepared request, byte for byte the same on every call."""
        ...

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        """Polls the CA after Waiting (CMP pollReq)."""
        ...

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        """Tells the CA, after Waiting, that the request is no longer wanted (CMP error message).

        Raises CA_REFUSED if the CA does not take it: nothing then holds the CA from issuing a
        certificate, which it revokes as never confirmed.
        """
        ...

    def confirm(
        self,
        issued: Issued,
        credential: Credential,
        rejection: ErrorCode | None = None,
    ) -> None:
        """Confirms the certificate (certConf), or rejects it with `rejection` as the reason.

        May be repeated: a response of "already confirmed" is not an error. Raises CA_CONFIRM_FAILED
        for any other error from the CA, with its text and failures as in CA_REFUSED. After a lost
        pkiConf this may only mean a repetition, so the caller verifies by using the certificate.
        """
        ...

    def signer_status(self, credential: SignatureCredential) -> SignerStatus:
        """Queries whether the CA accepts messages signed with this certificate. Changes nothing.

        Raises the network errors and whatever the key's `sign` raises.
        """
        ...

    def revoke(self, credential: SignatureCredential, certificate: Certificate) -> None:
        """Requests revocation of `certificate` (CMP rr, reason cessationOfOperation)."""
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
