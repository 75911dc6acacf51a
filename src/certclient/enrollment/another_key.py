"""Another key in place of one that the CA takes no more.

Some CAs take a key only once. If the answer to the first request was lost, they refuse the same key
in every further request, and the certificate that they issued for it can never be fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from certclient.enrollment.disposition import KEY_STAYS
from certclient.enrollment.journal import ProcedureState, Record
from certclient.enrollment.run_context import RunContext
from certclient.model.errors import CertclientError
from certclient.model.keys import KeyRef, own_label
from certclient.store.base import StoreSession


def with_another_key(record: Record, random_bytes: Callable[[int], bytes]) -> Record:
    """The procedure before its key was created, with a new label; the used key is to be deleted.

    Journalled before anything is deleted. `random_bytes` takes a length.
    """
    return replace(
        record,
        state=ProcedureState.PREPARED,
        key_label=own_label(random_bytes(8).hex()),
        key_id=b"",
        spki=b"",
        used_key_id=record.key_id,
        keys=record.keys + 1,
        transactions=0,
        transaction_id="",
        transaction_state=b"",
        check_at=None,
        unanswered=False,
    )


def delete_used_key(context: RunContext, record: Record, session: StoreSession) -> None:
    """Deletes the used key, before another one is created: a token may have room for one only.

    No error if it is gone. One that its store does not delete (the customer declined) is a warning;
    it is then listed as a leftover. Raises the store's other errors.
    """
    if not record.used_key_id:
        return
    try:
        session.delete_key(KeyRef(record.store_id, record.used_key_id))
    except CertclientError as error:
        if error.code not in KEY_STAYS:
            raise
        context.interaction.warning(error)
