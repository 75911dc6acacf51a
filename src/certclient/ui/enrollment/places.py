"""Where the new certificate can be stored, パソコン and 専用USB, and why one cannot. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore, Unavailable


@dataclass(frozen=True, slots=True)
class Place:
    """One choice on the page 電子証明書更新開始.

    `problem` says why it cannot be chosen; None where it can. `allowed` is the bank's policy.
    `present`: the certificate that is renewed lives here.
    """

    destination: Destination
    store: CertificateStore | None
    problem: CertclientError | None
    allowed: bool = True
    present: bool = False

    @property
    def usable(self) -> bool:
        return self.store is not None and self.problem is None and self.allowed

    @property
    def key(self) -> str:
        """The same place again after another look."""
        return self.store.store_id if self.store is not None else self.destination.value


def find_places(
    profile: Profile, stores: Sequence[CertificateStore], home_id: str
) -> tuple[Place, ...]:
    """PC and USB in the bank's order, then what the bank does not allow; each token is a place.

    `home_id` is the id of the store where the present certificate lives, "" if there is none.
    Looks at every store: blocks.
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


def favourite(places: Sequence[Place]) -> Place | None:
    """What is chosen beforehand: where the certificate lives now, else the bank's favourite."""
    usable = [place for place in places if place.usable]
    present = [place for place in usable if place.present]
    return next(iter(present or usable), None)
