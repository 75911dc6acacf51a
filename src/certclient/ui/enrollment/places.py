"""The stores a new certificate can go to, パソコン and 専用USB, and why one is unavailable. No
Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.enrollment.inventory import write_problem
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.names import offered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore


@dataclass(frozen=True, slots=True)
class Place:
    """One option on the page 電子証明書更新開始.

    `problem` is why it cannot be chosen, None if it can. `allowed`: the bank's policy permits it.
    `present`: the certificate being renewed is stored here. `remembered`: the user chose it last
    time.
    """

    destination: Destination
    store: CertificateStore | None
    problem: CertclientError | None
    allowed: bool = True
    present: bool = False
    remembered: bool = False

    @property
    def usable(self) -> bool:
        """Whether the user can choose it."""
        return self.store is not None and self.problem is None and self.allowed

    @property
    def key(self) -> str:
        """Identifies the same place across scans."""
        return self.store.store_id if self.store is not None else self.destination.value


def find_places(
    profile: Profile, stores: Sequence[CertificateStore], home_id: str, remembered_id: str = ""
) -> tuple[Place, ...]:
    """Returns PC and USB in the bank's order, then those it does not allow.

    Each browser with a store of its own and each token is a place. `home_id` is the id of the
    current certificate's store, `remembered_id` that of the store chosen last time, "" if there is
    none. Accesses every store and may block; call it in a worker.
    """
    choices = [store for store in stores if offered(store) or store.store_id == home_id]
    favourites = [Destination(name) for name in profile.destinations]
    others = [one for one in Destination if one not in favourites]
    return tuple(
        place
        for destination in (*favourites, *others)
        for place in _of(destination, choices, home_id, remembered_id, destination in favourites)
    )


def _of(
    destination: Destination,
    stores: Sequence[CertificateStore],
    home_id: str,
    remembered_id: str,
    allowed: bool,
) -> Iterator[Place]:
    found = [store for store in stores if store.destination is destination]
    if not found:
        missing = destination is Destination.USB
        code = ErrorCode.TOKEN_MISSING if missing else ErrorCode.STORE_UNAVAILABLE
        yield Place(destination, None, CertclientError(code), allowed)
    for store in found:
        yield Place(
            destination,
            store,
            write_problem(store),
            allowed,
            present=store.store_id == home_id,
            remembered=store.store_id == remembered_id,
        )


def preferred(places: Sequence[Place]) -> Place | None:
    """Returns the preselected place: the current certificate's, or else the bank's first choice.

    If that is the PC and several browsers have a store, the one chosen last time; None if the user
    has not chosen yet.
    """
    usable = [place for place in places if place.usable]
    present = [place for place in usable if place.present]
    best = next(iter(present or usable), None)
    if best is None or best.present or len(same_kind(usable, best)) == 1:
        return best
    return next((place for place in same_kind(usable, best) if place.remembered), None)


def same_kind(places: Sequence[Place], place: Place) -> list[Place]:
    """Returns `place` and the others among which only the user can choose: browsers of this PC."""
    if place.destination is Destination.USB:
        return [place]
    return [one for one in places if one.destination is place.destination]
