"""Chooses the store for a new key: by name, by kind, or the current certificate's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from certclient.enrollment.inventory import Inventory, InventoryEntry, write_problem
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore
from certclient.store.names import named, offered, typed_name

Ask = Callable[[Sequence[CertificateStore]], CertificateStore | None]
"""Asks the user for one of several stores; None if nobody can answer."""


def nobody(_stores: Sequence[CertificateStore]) -> CertificateStore | None:
    """An Ask without a user."""
    return None


UNKNOWN_NAME = "unknown-name"
"""Data `problem` of STORE_UNAVAILABLE: no store has the name that was given."""


def choose_store(
    inventory: Inventory,
    destination: Destination | None,
    name: str,
    current: InventoryEntry | None,
    *,
    preferred: Sequence[str] = (),
    ask: Ask = nobody,
) -> CertificateStore:
    """Selects the store for the new key.

    By `name` (`store.names.named`) if given, else by `destination`, else the store of `current`.
    Of several, the first of `preferred` (store ids), else the one that `ask` returns.
    Raises the store's reason if it cannot be written to, TOKEN_MISSING or STORE_UNAVAILABLE (by
    name: problem "unknown-name", data `stores`: all there are) if none matches, STORE_AMBIGUOUS
    (data `stores`: names to choose from) if several do.
    """
    if not name and current is not None and destination in (None, current.store.destination):
        return _required(current.store)
    fitting = fitting_stores(inventory.stores, destination, name)
    liked = [one for wanted in preferred for one in fitting if one.store_id == wanted]
    if liked:
        return _required(liked[0])
    usable = [store for store in fitting if write_problem(store) is None]
    chosen = usable[0] if len(usable) == 1 else ask(usable) if usable else None
    if chosen is not None:
        return chosen
    if usable:
        raise CertclientError(ErrorCode.STORE_AMBIGUOUS, stores=names_of(usable))
    for store in fitting:
        return _required(store)
    if destination is Destination.USB:
        raise CertclientError(ErrorCode.TOKEN_MISSING, token=name)
    if not name:
        raise CertclientError(ErrorCode.STORE_UNAVAILABLE)
    found = names_of(inventory.stores)
    raise CertclientError(
        ErrorCode.STORE_UNAVAILABLE, problem=UNKNOWN_NAME, token=name, stores=found
    )


def fitting_stores(
    stores: Sequence[CertificateStore], destination: Destination | None, name: str
) -> list[CertificateStore]:
    """Returns the stores of this kind (None: any) with this name ("": those offered unasked)."""
    kind = [store for store in stores if destination in (None, store.destination)]
    return named(kind, name) if name else [store for store in kind if offered(store)]


def names_of(stores: Sequence[CertificateStore]) -> str:
    """Returns the names by which the user can choose one of `stores`."""
    return ", ".join(typed_name(store) for store in stores)


def _required(store: CertificateStore) -> CertificateStore:
    problem = write_problem(store)
    if problem is not None:
        raise problem
    return store
