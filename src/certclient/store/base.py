"""The interface of every certificate store: PC (Windows, NSS) and USB token (PKCS#11).

A store is looked at without a PIN (`availability`, `certificates`); whatever touches a private
key happens in a `StoreSession`, which asks for the PIN just in time and logs out at its end.
A store is used by one thread at a time. Each operation can be repeated after a crash.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import TLS_ALGORITHMS, KeyRef, KeySpec, SignatureAlgorithm, Signer
from certclient.model.secret import Secret


class AttemptsLeft(enum.Enum):
    """What a token tells about its PIN counter (PKCS#11 v3.1, CK_TOKEN_INFO flags)."""

    UNKNOWN = "unknown"
    LOW = "low"
    """CKF_USER_PIN_COUNT_LOW: a wrong PIN was entered since the last good one."""
    FINAL = "final"
    """CKF_USER_PIN_FINAL_TRY: one more wrong PIN locks the token."""


@dataclass(frozen=True, slots=True)
class PinRequest:
    """What a user must know to enter a PIN: whose, what is left, whether one just failed.

    `database`: it is the master password of a database on this computer (NSS), and no PIN.
    """

    store_id: str
    label: str
    attempts: AttemptsLeft
    previous_incorrect: bool = False
    database: bool = False


class PinProvider(Protocol):
    """Asks for a PIN. Called once per login attempt; never answers from a memory of its own."""

    def __call__(self, request: PinRequest, /) -> Secret | None:
        """Returns the PIN, or None if the user has none to give: no attempt is then made."""
        ...


def no_pin(_request: PinRequest) -> Secret | None:
    """A PinProvider for work that must not ask."""
    return None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a store cannot be used now; `data` is for the sentence (label, path)."""

    reason: ErrorCode
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Available:
    """The store can be used; `needs_pin` says whether a session will ask for one."""

    needs_pin: bool
    attempts: AttemptsLeft = AttemptsLeft.UNKNOWN


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate in a store. `key` is None where the store has no key for it."""

    certificate: Certificate
    store_id: str
    friendly_name: str
    key: KeyRef | None
    archived: bool


class StoreSession(Protocol):
    """A store that is open for work with private keys.

    Every method may raise CertclientError with TOKEN_REMOVED, TOKEN_FAILED or STORE_UNAVAILABLE;
    others are named. After any error nothing half-written is left: a write happened or it did not.
    """

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        """Makes a key pair inside the store, persistent, sensitive and not extractable.

        `label` (unique per procedure) is written to the key pair so that it can be found again if
        the machine stops before the returned KeyRef is journalled: by the same call, which then
        takes up the pair that is there, or by `find_key`.
        Raises TOKEN_FULL, TOKEN_WRITE_PROTECTED, KEY_UNSUPPORTED.
        """
        ...

    def find_key(self, label: str) -> KeyRef | None:
        """The complete key pair that `create_key` made under `label`; None if there is none.

        A half-made pair (a public key without its private key) is removed on the way.
        """
        ...

    def signer(self, key: KeyRef) -> Signer:
        """The key as a Signer, usable while the session is open. Raises KEY_NOT_FOUND."""
        ...

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        """Writes `certificate` next to its key. The same one again changes nothing.

        Raises KEY_NOT_FOUND, ISSUED_KEY_MISMATCH (another public key), TOKEN_FULL,
        TOKEN_WRITE_PROTECTED.
        """
        ...

    def install_intermediates(self, chain: Sequence[Certificate]) -> None:
        """Adds CA certificates that browsers need to offer ours; those present stay as they are.

        Does nothing where the store has no room for CA certificates by design.
        """
        ...

    def archive(self, certificate: Certificate) -> None:
        """Hides a certificate from browsers' choosers; the key stays. Undone by `unarchive`.

        Archiving what is archived changes nothing. Raises CERTIFICATE_NOT_FOUND.
        """
        ...

    def unarchive(self, certificate: Certificate) -> None:
        """Brings an archived certificate back as it was. Raises CERTIFICATE_NOT_FOUND."""
        ...

    def delete(self, certificate: Certificate) -> None:
        """Deletes exactly this certificate (issuer, serial and public key) and then its key.

        The key stays while another certificate in the store uses it. Gone already: no error.
        Whether it may be deleted is the caller's decision (`enrollment.cleanup`).
        """
        ...

    def delete_key(self, key: KeyRef) -> None:
        """Deletes a key pair that no certificate uses. Gone already: no error.

        Raises LAST_VALID_CERTIFICATE if a certificate in the store, archived or not, uses the key.
        """
        ...

    def self_test(
        self, certificate: Certificate, algorithms: Sequence[SignatureAlgorithm] = TLS_ALGORITHMS
    ) -> None:
        """Reads the certificate back and signs a random challenge with its key in each way.

        PKCS#1 alone where the key is of a kind that cannot make PSS signatures (CAPI on Windows).

        Raises CERTIFICATE_NOT_FOUND, KEY_NOT_FOUND, KEY_SELF_TEST_FAILED.
        """
        ...


@runtime_checkable
class TellsAboutKeys(Protocol):
    """A StoreSession that may have made a key otherwise than the KeySpec preferred."""

    def take_warnings(self) -> Sequence[CertclientError]:
        """What the user is to be told about keys made since the last call."""
        ...


@runtime_checkable
class TrustsRoots(Protocol):
    """A StoreSession of a system that can be told to trust a root CA, and asks its user first."""

    def install_root(self, root: Certificate) -> None:
        """Trusted already: nothing happens. Raises CONSENT_REFUSED if the user said no."""
        ...


@runtime_checkable
class LogsIn(Protocol):
    """A CertificateStore whose system logs in with a certificate by itself, without a browser."""

    def log_in(
        self,
        certificate: Certificate,
        url: str,
        anchors: Sequence[Certificate],
        proxy: str | None = None,
    ) -> None:
        """GETs `url` (https) with the certificate; returns if the server takes it.

        `anchors`: roots for the server's TLS, in place of the system's where given. `proxy`:
        `http://host:port`, "" for none, None for what the system's own settings say. Raises
        CertclientError: CERTIFICATE_NOT_FOUND, LOGIN_REFUSED (the server said no), LOGIN_FAILED
        (no connection with this certificate), TLS_UNTRUSTED, NETWORK_…, PROXY_…, SERVER_ERROR.
        """
        ...


@runtime_checkable
class WorksAlone(Protocol):
    """A CertificateStore of a system that may itself ask the user before a key is used."""

    def try_alone(self, certificate: Certificate) -> None:
        """Returns if the certificate's key signs without a question; finds out without a window.

        Raises CertclientError: KEY_PROTECTED (it would ask), PIN_REQUIRED (it is on a card),
        CERTIFICATE_NOT_FOUND, KEY_NOT_FOUND.
        """
        ...


class CertificateStore(Protocol):
    """A place for keys and certificates."""

    @property
    def store_id(self) -> str:
        """A durable name, the same after a restart: `nss:/home/x/.pki/nssdb`, `pkcs11:SERIAL`."""
        ...

    @property
    def label(self) -> str:
        """A name that the customer recognises: the token's label, the database's folder."""
        ...

    @property
    def destination(self) -> Destination: ...

    def availability(self) -> Available | Unavailable:
        """Looks now, without a PIN and without raising."""
        ...

    def certificates(self) -> Sequence[StoredCertificate]:
        """End-entity certificates here, archived ones included, without a PIN.

        Raises CertclientError as `availability` would name it.
        """
        ...

    def unused_keys(self) -> Sequence[str]:
        """Labels of key pairs that this program made (`model.keys.procedure_of`) and that belong to
        no certificate here, archived or not; without a PIN, so only as far as they are seen then.

        Keys of other programs are never among them. Whether a procedure still needs one, the
        caller knows (`enrollment.leftovers`). Raises CertclientError as `certificates`.
        """
        ...

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        """Opens for private-key work. Asks through `pin` where the store wants a PIN.

        A wrong PIN is told to `pin` (`previous_incorrect`), which decides whether the user tries
        again; it is never retried from here. Raises PIN_REQUIRED, PIN_INCORRECT (provider gave up
        after a wrong one), or PASSWORD_REQUIRED, PASSWORD_INCORRECT of a database; PIN_LOCKED,
        TOKEN_MISSING and what `availability` names.
        """
        ...
