"""The interface of a look at the stores that `certclient remind` rests on later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Overview
    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore


class Look(Protocol):
    """One look at all stores, begun before anything is read."""

    def found(self, stores: Sequence[CertificateStore]) -> None:
        """The stores present, before they are read."""
        ...

    def end(self, overview: Overview, profiles: Sequence[Profile]) -> None:
        """What was found; `profiles`: of every bank that is set up, all of which can be used. Never
        raises."""
        ...


class NoLook:
    """A look that nobody remembers."""

    def found(self, stores: Sequence[CertificateStore]) -> None:
        """Does nothing."""

    def end(self, overview: Overview, profiles: Sequence[Profile]) -> None:
        """Does nothing."""


def no_look() -> Look:
    """For a program without an index."""
    return NoLook()
