"""The stores a new certificate can go to, パソコン and 専用USB, and why one is unavailable. No
Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, Unavailable


@dataclass(frozen=True, slots=True)
class Place:
    """One option on the page 電子証明書更新開始.

    `problem` is why it cannot be chosen, None if it can. `allowed`: the bank's policy permits it.
    `present`: the certificate being renewed is stored here.
    """

    destination: Destination
    store: CertificateStore | None
    problem: CertclientError | None
    allowed: bool = True
    present: bool = False

    @property
    def usable(self) -> bool:
        """Whether the user can choose it."""
        return self.store is not None and self.problem is None and self.allowed

    @property
    def key(self) -> str:
        """Identifies the same place across scans."""
        return self.store.store_id if self.store is not None else self.destination.value


def find_places(
    profile: Profile, stores: Sequence[CertificateStore], home_id: str
) -> tuple[Place, ...]:
    """Returns PC and USB in the bank's order, then those it does not allow; each token is a place.

    `home_id` is the id of the current certificate's store, "" if there is none. Accesses every
    store and may block; call it in a worker.
    """
    favourites = [Destination(name) for name in profile.destinations]
    others = [one for one in Destination if one not in favourites]
    return tuple(
        place
        for destination in (*favourites, *others)
        for place in _of(destination, stores, home_id, allowed=destination in favourites)
    )


def _of(
    destination: Destination, stores: Sequence[CertificateStore], home_id: str, *, allowed: bool
) -> Iterator[Place]:
    found = [store for store in stores if store.destination is destination]
    if not found:
        missing = destination is Destination.USB
        code = ErrorCode.TOKEN_MISSING if missing else ErrorCode.STORE_UNAVAILABLE
        yield Place(destination, None, CertclientError(code), allowed)
    for store in found:
        state = store.availability()
        problem = (
            CertclientError(state.reason, **state.data) if isinstance(state, Unavailable) else None
        )
        yield Place(destination, store, problem, allowed, store.store_id == home_id)


def preferred(places: Sequence[Place]) -> Place | None:
    """Returns the preselected place: the current certificate's, or else the bank's first choice."""
    usable = [place for place in places if place.usable]
    present = [place for place in usable if place.present]
    return next(iter(present or usable), None)
