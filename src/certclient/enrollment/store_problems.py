"""Which stores that cannot be used concern this user, and what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.enrollment.bank_status import TOKEN_PREFIX
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.token_absence import Absence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.overview import Overview
    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore


def store_problems(
    overview: Overview, profiles: Sequence[Profile]
) -> Sequence[tuple[CertificateStore, CertclientError]]:
    """The stores that cannot be used, and why, in the order of the stores.

    That the software of a USB token is missing concerns only those who have one: a token is or was
    there, or a procedure has used one. All others would read it for ever. A wizard says it to those
    who choose USB.
    """
    unusable = [
        (store, overview.unusable[store.store_id])
        for store in overview.stores
        if store.store_id in overview.unusable
    ]
    return [
        (store, with_guide(error, profiles))
        for store, error in unusable
        if error.code is not ErrorCode.STORE_MIDDLEWARE_MISSING or _has_token(overview)
    ]


def store_notes(
    overview: Overview, profiles: Sequence[Profile]
) -> Sequence[tuple[CertificateStore, CertclientError]]:
    """The `store_problems` of a window, which stands there for long.

    That no token is plugged in is none for those who never had one, and the rows of a token that
    was there say it by its name.
    """
    seen = _has_token(overview) and not any(row.absent for row in overview.rows)
    return [
        (store, error)
        for store, error in store_problems(overview, profiles)
        if seen or error.data.get("problem") not in _NOTHING_PLUGGED_IN
    ]


_NOTHING_PLUGGED_IN = frozenset({Absence.NO_CARD.value, Absence.NO_READER.value})


def _has_token(overview: Overview) -> bool:
    stores = [store.store_id for store in overview.stores]
    places = [row.entry.stored.store_id for row in overview.rows]
    seen = any(place.startswith(TOKEN_PREFIX) for place in (*stores, *places))
    return seen or overview.statuses.token_used


def with_guide(error: CertclientError, profiles: Sequence[Profile]) -> CertclientError:
    """Adds the page from which a bank's customers get the software, if its profile names one."""
    if error.code is not ErrorCode.STORE_MIDDLEWARE_MISSING:
        return error
    path = error.data.get("path", "")
    pages = (
        profile.usb_guide_url
        for profile in profiles
        if profile.usb_guide_url and path in map(str, profile.pkcs11_modules)
    )
    page = next(pages, "")
    return CertclientError(error.code, **error.data, problem="guide", guide=page) if page else error
