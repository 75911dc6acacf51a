"""The interface of every certificate store: PC (Windows, NSS) and USB token (PKCS#11).

Reading a store (`availability`, `certificates`) never needs a PIN. Work with private keys is done
in a `StoreSession`, which asks for the PIN just in time and logs out when it closes.
Only one thread may use a store at a time. Every operation can be repeated after a crash.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from certclient.model.keys import KeyRef, KeySpec, SignaturePurpose, Signer

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from certclient.model.certificate import Certificate
    from certclient.model.destination import Destination
    from certclient.model.errors import CertclientError, ErrorCode
    from certclient.model.secret import Secret
    from certclient.store.token_description import TokenDescription


class AttemptsLeft(enum.Enum):
    """A token's PIN counter as reported by its flags (PKCS#11 v3.1, CK_TOKEN_INFO)."""

    UNKNOWN = "unknown"
    LOW = "low"
    """CKF_USER_PIN_COUNT_LOW: a wrong PIN has been entered since the last correct one."""
    FINAL = "final"
    """CKF_USER_PIN_FINAL_TRY: one more wrong PIN locks the token."""


class PinPurpose(enum.Enum):
    """What a PIN is asked for."""

    USE = "use"
    """To log in."""
    CURRENT = "current"
    """The one that is to be changed."""
    NEW = "new"
    """The one to set in its place."""


@dataclass(frozen=True, slots=True)
class PinRequest:
    """What a PIN prompt shows: the store, the attempts left, whether the last PIN was wrong.

    With PinPurpose.NEW, `previous_incorrect` says that the store refused the last new PIN.
    `min_length`, `max_length`: the token's limits in bytes, 0 if it sets none.

    `database`: asks for the master password of a database on this computer (NSS), not for a PIN.
    `full_ids`: of the certificates that it is wanted for, as far as the asker knows; a store leaves
    it empty.
    """

    store_id: str
    label: str
    attempts: AttemptsLeft
    previous_incorrect: bool = False
    database: bool = False
    full_ids: tuple[str, ...] = ()
    purpose: PinPurpose = PinPurpose.USE
    min_length: int = 0
    max_length: int = 0


class PinProvider(Protocol):
    """Asks the user for a PIN. Called once per login attempt.

    It must not return the same answer again after `previous_incorrect`. An answer given before is
    returned in one case only: `enrollment.batch_pins`.
    """

    def __call__(self, request: PinRequest, /) -> Secret | None:
        """Returns the PIN, or None to give up without a login attempt."""
        ...


def no_pin(_request: PinRequest) -> Secret | None:
    """A PinProvider for work that must not prompt: always gives up."""
    return None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a store cannot be used now. `data` fills in the error text (label, path)."""

    reason: ErrorCode
    data: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Available:
    """The store can be used. `needs_pin`: opening a session will ask for a PIN."""

    needs_pin: bool
    attempts: AttemptsLeft = AttemptsLeft.UNKNOWN


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate in a store. `key` is None if the store has no key for it.

    `key_hidden`: the store shows its keys to those only who have entered the PIN; that it has this
    one is presumed, because the certificate is stored as one with a key.
    """

    certificate: Certificate
    store_id: str
    friendly_name: str
    key: KeyRef | None
    archived: bool
    key_hidden: bool = False


class StoreSession(Protocol):
    """A store opened for work with private keys.

    Every method may raise CertclientError with TOKEN_REMOVED, TOKEN_FAILED or STORE_UNAVAILABLE;
    each method lists its other codes. Writes are atomic: an error leaves nothing half-written.
    """

    def create_key(self, spec: KeySpec, label: str) -> KeyRef:
        """Generates a key pair inside the store: persistent, sensitive and not extractable.

        `label` (unique per procedure) is stored with the key pair, so that the pair can be found
        again if the computer stops before the returned KeyRef is journalled: calling `create_key`
        again returns the existing pair, and so does `find_key`.
        Raises TOKEN_FULL, TOKEN_WRITE_PROTECTED, KEY_UNSUPPORTED.
        """
        ...

    def find_key(self, label: str, *, interrupted: bool = False) -> KeyRef | None:
        """Returns the complete key pair that `create_key` made under `label`, or None.

        Removes an incomplete pair (a public key without its private key). `interrupted`: an own
        `create_key` has been stopped in this store, so that what such a one leaves without a name
        may go, too; else it may be what another program is just making.
        """
        ...

    def signer(self, key: KeyRef) -> Signer:
        """Returns a Signer for `key`, usable while the session is open. Raises KEY_NOT_FOUND."""
        ...

    def install(self, key: KeyRef, certificate: Certificate, friendly_name: str) -> None:
        """Writes `certificate` next to its key. Installing it again changes nothing.

        Raises KEY_NOT_FOUND, ISSUED_KEY_MISMATCH (the certificate has another public key),
        TOKEN_FULL, TOKEN_WRITE_PROTECTED.
        """
        ...

    def install_intermediates(self, chain: Sequence[Certificate]) -> None:
        """Adds the CA certificates that browsers need to offer the client certificate.

        Leaves certificates that are already present unchanged. Does nothing if the store has no
        room for CA certificates by design.
        """
        ...

    def archive(self, certificate: Certificate) -> None:
        """Hides a certificate from browsers and keeps its key; `unarchive` undoes it.

        Archiving an archived certificate changes nothing. Raises CERTIFICATE_NOT_FOUND.
        """
        ...

    def unarchive(self, certificate: Certificate) -> None:
        """Restores an archived certificate as it was. Raises CERTIFICATE_NOT_FOUND."""
        ...

    def delete(self, certificate: Certificate) -> None:
        """Deletes exactly this certificate (issuer, serial number, public key), then its key.

        The key of an archived certificate goes first, so that a deletion that stops in between
        leaves a certificate to find. Keeps the key while another certificate in the store uses it.
        No error if the certificate is already gone. The caller decides whether it may be deleted
        (`enrollment.cleanup`).
        """
        ...

    def delete_key(self, key: KeyRef) -> None:
        """Deletes a key pair that no certificate uses. No error if it is already gone.

        Raises LAST_VALID_CERTIFICATE if a certificate in the store, archived or not, uses the key.
        """
        ...

    def self_test(
        self, certificate: Certificate, purpose: SignaturePurpose = SignaturePurpose.LOGIN
    ) -> None:
        """Reads the certificate back and signs a random challenge as `purpose` needs it.

        Tests with an RSA key PKCS#1 v1.5 only if its store claims no PSS signatures (CAPI on
        Windows; some tokens).

        Raises CERTIFICATE_NOT_FOUND, KEY_NOT_FOUND, KEY_SELF_TEST_FAILED.
        """
        ...


@runtime_checkable
class KeyWarnings(Protocol):
    """A StoreSession that may create keys elsewhere than the KeySpec prefers (no TPM, say)."""

    def take_warnings(self) -> Sequence[CertclientError]:
        """Returns the warnings to show for keys created since the last call, and clears them."""
        ...


@runtime_checkable
class RootInstaller(Protocol):
    """A StoreSession of a system that can add a trusted root CA after asking the user."""

    def install_root(self, root: Certificate) -> None:
        """Adds a trusted root; does nothing if it is already trusted.

        Raises CONSENT_REFUSED if the user declines.
        """
        ...


@runtime_checkable
class PinChanging(Protocol):
    """A CertificateStore whose PIN can be changed."""

    def change_pin(self, pin: PinProvider) -> None:
        """Asks `pin` for the current PIN, then for the new one, and sets it.

        A PIN that breaks the token's limits is never sent. A wrong current PIN is asked for again
        with `previous_incorrect`, as is a new one that the token refuses. A token with a PIN pad
        asks by itself; `pin` is not called. Raises PIN_REQUIRED, PIN_INCORRECT (`pin` gave up after
        a wrong one), PIN_NEW_REFUSED (it gave up after a refused one), PIN_LOCKED, and TOKEN_… as
        `availability` reports them.
        """
        ...


@runtime_checkable
class Described(Protocol):
    """A CertificateStore that tells of the device behind it."""

    def describe(self) -> TokenDescription:
        """Describes the token; needs no PIN. Raises CertclientError as `certificates` does."""
        ...


@runtime_checkable
class ChangeStamped(Protocol):
    """A CertificateStore that tells without reading its content whether it was written to."""

    def change_stamp(self) -> Hashable:
        """Returns a value that differs after each change, by whichever program. Never raises."""
        ...


@runtime_checkable
class Watched(Protocol):
    """A CertificateStore whose content is in files or registry keys of this computer."""

    def watched(self) -> Sequence[str]:
        """Returns the places (`platform.change_stamps`) of which one changes whenever the store's
        content does, by whichever program. Never raises."""
        ...


@runtime_checkable
class SilentSigning(Protocol):
    """A CertificateStore whose system may prompt the user itself before a key is used."""

    def try_alone(self, certificate: Certificate) -> None:
        """Returns if the certificate's key signs without user interaction; shows no window.

        Raises CertclientError: KEY_PROTECTED (the key would prompt), PIN_REQUIRED (the key is on
        a card), CERTIFICATE_NOT_FOUND, KEY_NOT_FOUND.
        """
        ...


@runtime_checkable
class BrowserStore(Protocol):
    """A CertificateStore that may be one of several of its kind."""

    @property
    def browser(self) -> str:
        """The browsers that read it ("Firefox", "Google Chrome / Chromium"), "" if unknown."""
        ...

    @property
    def title(self) -> str:
        """What tells it from the other stores of its kind; "" if there is no other."""
        ...

    @property
    def offered(self) -> bool:
        """Whether new certificates belong there unless the user names another store."""
        ...


@runtime_checkable
class TitledToken(Protocol):
    """A token as a CertificateStore, which may have the label of another."""

    def titled(self, title: str) -> CertificateStore:
        """Returns the same token under `title` (`BrowserStore.title`)."""
        ...


@runtime_checkable
class WriteCheck(Protocol):
    """A CertificateStore that may be readable without being writable."""

    def write_problem(self) -> CertclientError | None:
        """Returns why nothing can be written to the store, or None. Never raises."""
        ...


class CertificateStore(Protocol):
    """A place that holds keys and certificates."""

    @property
    def store_id(self) -> str:
        """A durable name: `nss:/home/x/.pki/nssdb`, `windows:MY`, `pkcs11:…;serial=…`."""
        ...

    @property
    def label(self) -> str:
        """A name that the customer recognises: the token's label or the database's folder."""
        ...

    @property
    def destination(self) -> Destination:
        """Whether this is a store of the PC or a USB token."""
        ...

    def availability(self) -> Available | Unavailable:
        """Checks the store's current state. Needs no PIN and never raises."""
        ...

    def certificates(self) -> Sequence[StoredCertificate]:
        """Returns the certificates, archived ones included. Needs no PIN.

        One that cannot be read, wholly or in part, is returned as well (`Certificate.read`). A CA's
        certificate is only if its key is here: others belong to a chain.
        Raises CertclientError with the code that `availability` would report.
        """
        ...

    def unused_keys(self) -> Sequence[str]:
        """Returns labels of this program's key pairs that no certificate, archived or not, uses.

        Recognises them by label (`model.keys.procedure_of`); keys of other programs are never
        listed. Needs no PIN and therefore misses keys that are hidden until login. The caller
        decides whether a procedure still needs a key (`enrollment.leftovers`). Raises
        CertclientError like `certificates`.
        """
        ...

    def open(self, pin: PinProvider) -> AbstractContextManager[StoreSession]:
        """Opens a session for private-key work; calls `pin` if the store requires a PIN.

        After a wrong PIN it calls `pin` again with `previous_incorrect`, which decides whether the
        user tries again; it never retries a PIN by itself. Raises PIN_REQUIRED (no PIN entered),
        PIN_INCORRECT (`pin` gave up after a wrong one), for a database PASSWORD_REQUIRED and
        PASSWORD_INCORRECT instead; PIN_LOCKED, TOKEN_MISSING and the codes of `availability`.
        """
        ...
