"""The interface to a CA: prepare, send, poll, confirm, revoke. CMP today; EST fits the same shape.

`prepare_…` makes a Transaction, whose bytes the caller stores durably *before* `send`; with them
the identical request can be sent again after a crash. No Transaction holds a secret.
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
    """The current certificate and its key (更新): signs messages. `chain` travels along."""

    certificate: Certificate
    signer: Signer
    chain: Sequence[Certificate] = ()


Credential = MacCredential | SignatureCredential


@dataclass(frozen=True, slots=True)
class BankSecrets:
    """What some banks ask for on renewal (ways B1, B2): CRMF authenticator and regToken controls.

    `authenticator` is ご契約先暗証番号, `registration_token` the one-time password or a ticket.
    """

    authenticator: Secret | None = None
    registration_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """Everything needed to go on after a crash. `transaction_id` identifies it in logs (hex).

    `state` is opaque, belongs to the client, holds no secret and goes into the journal.
    `volatile` is the request where it carries a bank PIN or one-time password: kept in memory
    only, so a Transaction restored from the journal has none and `send` raises
    BANK_SECRETS_REQUIRED; the caller asks again and prepares a new transaction with the same key.
    """

    transaction_id: str
    state: bytes
    volatile: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    """The CA issued. `chain`: the CA certificates that came along, the leaf's issuer first.

    `confirmed` is True where the CA asked for no confirmation (implicit confirm, EST).
    """

    transaction: Transaction
    certificate: Certificate
    chain: tuple[Certificate, ...]
    confirmed: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The CA needs time: poll not before `check_after` seconds from now. `message` is the CA's."""

    transaction: Transaction
    check_after: float
    message: str = ""


Answer = Issued | Waiting


def names_failure(error: CertclientError, *failures: str) -> bool:
    """Whether a CA's refusal names one of these failures (`certRevoked`, as RFC 9810 writes them)
    in an answer that is protected, so that nobody on the way can have made it up."""
    named = error.data.get("failure", "").split(",")
    return error.data.get("protected") == "yes" and any(one in named for one in failures)


class SignerStatus(enum.Enum):
    """What a CA says of the certificate that signed a message."""

    ACCEPTED = "accepted"
    REVOKED = "revoked"
    """Revoked or superseded: it will never be accepted again."""
    NOT_TRUSTED = "not-trusted"
    """Not accepted now; a certificate that awaits its confirmation is not accepted yet."""
    UNKNOWN = "unknown"
    """The protocol has no such question, or the CA did not answer it."""


class CaClient(Protocol):
    """One CA of one profile. Methods block; every error is a CertclientError.

    Network errors: NETWORK_…, TLS_UNTRUSTED, PROXY_…, SERVER_…. Answers that cannot be believed:
    CA_MALFORMED, CA_PROTECTION_INVALID, CA_TRANSACTION_MISMATCH, ISSUE_CODE_WRONG. A refusal:
    CA_REFUSED with the CA's own words in data["message"] and data["failure"].
    """

    def prepare_obtain(self, credential: MacCredential, new_key: Signer) -> Transaction:
        """First issue or after expiry (CMP ir). Signs the proof of possession with `new_key`."""
        ...

    def prepare_renew(
        self,
        credential: SignatureCredential,
        new_key: Signer,
        secrets: BankSecrets = BankSecrets(),
    ) -> Transaction:
        """Renewal (CMP kur): same subject, `oldCertID`, signed by the current key."""
        ...

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        """Sends the prepared request, byte for byte the same each time."""
        ...

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        """Asks a CA that said Waiting (CMP pollReq)."""
        ...

    def confirm(
        self,
        issued: Issued,
        credential: Credential,
        rejection: ErrorCode | None = None,
    ) -> None:
        """Tells the CA that the certificate is in use (certConf), or why it is rejected.

        Can be repeated: a CA that says "confirmed already" is no error. Raises CA_CONFIRM_FAILED
        where the CA answers with any other error, with its words and failures as in CA_REFUSED
        (after a lost pkiConf that may mean a repetition: the caller verifies by use).
        """
        ...

    def signer_status(self, credential: SignatureCredential) -> SignerStatus:
        """Asks whether the CA accepts messages signed with this certificate. Changes nothing.

        Raises the network errors and what the key's `sign` raises.
        """
        ...

    def revoke(self, credential: SignatureCredential, certificate: Certificate) -> None:
        """Asks the CA to revoke `certificate` (CMP rr, reason cessationOfOperation)."""
        ...

    def probe(self) -> Sequence[CertclientError]:
        """Makes one harmless request, so that a closed way to the CA is known before a key is made.

        Raises the network errors; an error that the server itself answers with is none. Returns
        what is worth a word although the way is open: PROXY_SCRIPT, TLS_OPENED.
        """
        ...

    def server_time(self) -> datetime | None:
        """The Date that the CA's server sent with its last answer, aware; None before any."""
        ...
