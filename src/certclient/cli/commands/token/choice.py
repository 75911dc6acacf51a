"""Which token a command is about."""

from __future__ import annotations

from collections.abc import Sequence

from certclient.cli.invocation import Invocation
from certclient.enrollment.store_choice import names_of
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, Unavailable
from certclient.store.names import named
from certclient.store.unavailable import UnavailableStore


def chosen_tokens(invocation: Invocation, name: str) -> Sequence[CertificateStore]:
    """Returns the tokens that are connected, or those called `name`.

    Token software that cannot be used counts only if no token is there: a profile may name that of
    several vendors. Raises TOKEN_MISSING.
    """
    stores = invocation.services.stores(invocation.banks().some())
    tokens = [one for one in stores if one.destination is Destination.USB]
    found = named(tokens, name) if name else tokens
    if not found:
        raise CertclientError(ErrorCode.TOKEN_MISSING, token=name)
    return [one for one in found if not isinstance(one, UnavailableStore)] or found


def chosen_token(invocation: Invocation, name: str) -> CertificateStore:
    """Returns the only token of `chosen_tokens`.

    Raises as it does, and STORE_AMBIGUOUS with the names to choose from.
    """
    found = chosen_tokens(invocation, name)
    if len(found) > 1:
        raise CertclientError(ErrorCode.STORE_AMBIGUOUS, stores=names_of(found))
    return found[0]


def why_not(store: CertificateStore) -> CertclientError:
    """Why a store of USB's kind is no token that can be worked with."""
    state = store.availability()
    if isinstance(state, Unavailable):
        return CertclientError(state.reason, **state.data)
    return CertclientError(ErrorCode.TOKEN_MISSING, token=store.label)
