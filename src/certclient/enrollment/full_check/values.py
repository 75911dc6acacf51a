"""What is checked, and what was found. The words are in i18n."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from certclient.enrollment.preflight import Check, CheckResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.enrollment.overview import Row
    from certclient.model.destination import Destination
    from certclient.model.errors import CertclientError
    from certclient.model.lifecycle import Lifecycle
    from certclient.store.base import CertificateStore


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is checked; equal items are the same line of the report.

    `bank`: the id of its profile, "" for what all banks share. `bank_name`: in Japanese and English
    ("" for a profile that cannot be read). `full_id`, `serial`: of a certificate; `store`, `title`,
    `destination`: where it is, or the store that is checked. `folder`: whose free space counts.
    """

    check: Check
    bank: str = ""
    bank_name: tuple[str, str] = ("", "")
    full_id: str = ""
    serial: str = ""
    store: str = ""
    title: str = ""
    destination: Destination | None = None
    folder: str = ""

    @property
    def of_certificate(self) -> bool:
        """Whether it belongs to one certificate."""
        return bool(self.serial)


class Note(enum.Enum):
    """What is said about a result beyond its verdict and its error."""

    PIN_LOW = "pin-low"
    """A wrong PIN has been entered since the last correct one."""
    PIN_FINAL = "pin-final"
    """One more wrong PIN locks the token."""
    PIN_UNTOUCHED = "pin-untouched"
    """The key is there; whether it signs is known with the PIN only, which is not asked for."""
    KEY_ASKS = "key-asks"
    """The key is there; the system would ask its owner before it signs."""
    UNFINISHED = "unfinished"
    """It has arrived, and its procedure is not finished."""
    NOT_DUE = "not-due"
    """The certificate cannot be renewed yet (`life`)."""
    DUE = "due"
    """It can be renewed now (`life`)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `error`: why it failed, or what it warns of."""

    item: Item
    verdict: Verdict
    error: CertclientError | None = None
    note: Note | None = None
    life: Lifecycle | None = None

    @classmethod
    def of(cls, item: Item, result: CheckResult) -> Finding:
        """A finding with what one of the checks before a renewal has found."""
        return cls(item, result.verdict, result.error)


class Listener(Protocol):
    """Where results go, from any thread."""

    def expect(self, items: Sequence[Item]) -> None:
        """These will be reported, in addition to what the group has named."""
        ...

    def found(self, finding: Finding) -> None:
        """A result, as soon as it is known."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """Checks that are made one after the other; groups are independent of each other.

    `items`: those known before it starts. `seconds`: how long it may take; what is not reported by
    then has failed with CHECK_TIMEOUT. `stores`: whether it uses the certificate stores. `work`:
    makes the checks; raises nothing but bugs.
    """

    items: tuple[Item, ...]
    seconds: float
    work: Callable[[Listener], None]
    stores: bool = False


def store_item(check: Check, store: CertificateStore, title: str) -> Item:
    """The item for a check of one store; `title` as `store.names.title_of` returns it."""
    return Item(check, store=store.store_id, title=title, destination=store.destination)


def certificate_item(check: Check, row: Row, title: str) -> Item:
    """The item for a check of one certificate; `title`: of its store."""
    profile, entry = row.profile, row.entry
    return Item(
        check,
        bank=profile.id,
        bank_name=(profile.bank.ja, profile.bank.en),
        full_id=entry.full_id,
        serial=entry.certificate.serial_hex,
        store=entry.store.store_id,
        title=title,
        destination=entry.store.destination,
    )
