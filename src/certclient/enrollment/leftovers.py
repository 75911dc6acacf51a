"""Keys created by certclient that have neither a certificate nor an open procedure.

They remain if a journal was lost, or if other software deleted a certificate without its key. They
are harmless but take up space on a token; they are deleted only on the user's request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from certclient.enrollment.journal import Journal, Record
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import procedure_of
from certclient.store.base import CertificateStore, PinProvider


@dataclass(frozen=True, slots=True)
class Leftover:
    """A key pair without a certificate. `label` is its exact name in `store`."""

    store: CertificateStore
    label: str

    @property
    def name(self) -> str:
        """The id of the procedure that created it, by which the user refers to it."""
        return procedure_of(self.label) or self.label


def find_leftovers(journal: Journal, stores: Sequence[CertificateStore]) -> Sequence[Leftover]:
    """Lists the leftovers in `stores`, as far as visible without a PIN.

    A store that cannot be read counts as empty. Raises JOURNAL_DAMAGED, DATA_FOLDER.
    """
    found = [Leftover(store, label) for store in stores for label in _labels(store)]
    if not found:
        return []
    # Read after the keys: a procedure that starts in between is journalled before it creates
    # its key.
    contents = journal.contents(only_open=True)
    needed = {record.key_label for record in contents.records}
    if contents.damaged:
        # A record that cannot be read may need any key that no other record names.
        closed = {record.key_label for record in journal.closed()}
        found = [one for one in found if one.label in closed]
    return [one for one in found if one.label not in needed]


def _labels(store: CertificateStore) -> Sequence[str]:
    try:
        return store.unused_keys()
    except CertclientError:
        return ()


def named(leftovers: Sequence[Leftover], name: str) -> Leftover:
    """The leftover with exactly this name or label. Raises LEFTOVER_NOT_FOUND."""
    found = [one for one in leftovers if name in (one.name, one.label)]
    if len(found) != 1:
        raise CertclientError(ErrorCode.LEFTOVER_NOT_FOUND, name=name)
    return found[0]


def remove_leftover(journal: Journal, leftover: Leftover, pin: PinProvider) -> None:
    """Deletes exactly this key pair; does nothing if it is gone or in use by now.

    Raises PROCEDURE_RUNNING if an open procedure needs it, and the store's errors.
    """
    _check_idle(journal, leftover)
    with leftover.store.open(pin) as session:
        # Checked again: another program may have used the key during the PIN prompt.
        if leftover.label in leftover.store.unused_keys():
            key = session.find_key(leftover.label)
            if key is not None:
                session.delete_key(key)
    record = journal.load(leftover.name)
    if record is not None and record.leftover:
        journal.save(replace(record, leftover=False))


def _check_idle(journal: Journal, leftover: Leftover) -> None:
    needing: Sequence[Record] = [
        record for record in journal.open_procedures() if record.key_label == leftover.label
    ]
    for record in needing:
        raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=record.user_id)
