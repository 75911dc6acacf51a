"""Which token a command is about."""

from __future__ import annotations

from collections.abc import Sequence

from certclient.cli.invocation import Invocation
from certclient.enrollment.store_choice import names_of
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import CertificateStore, Unavailable
from certclient.store.names import named


def chosen_tokens(invocation: Invocation, name: str) -> Sequence[CertificateStore]:
    """Returns the tokens that are connected, or those called `name`.

    Raises TOKEN_MISSING if there is none, or the reason if the token software cannot be used.
    """
    stores = invocation.services.stores(invocation.banks().some())
    tokens = [one for one in stores if one.destination is Destination.USB]
    found = named(tokens, name) if name else tokens
    if not found:
        raise CertclientError(ErrorCode.TOKEN_MISSING, token=name)
    return found


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
