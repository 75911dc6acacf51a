"""A bug in the child costs its token's rows, not the whole list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import Unavailable
from certclient.store.isolated.messages import Bug
from certclient.store.isolated.module import IsolatedModule, ModuleBugError
from certclient.store.isolated.store import IsolatedTokenStore


class ModuleWithBug(IsolatedModule):
    """A module whose child answers every call with an exception that nobody expected."""

    def process(self) -> object:  # type: ignore[override] # no child is started
        return object()

    def call(self, *_arguments: object, **_options: object) -> object:  # type: ignore[override]
        raise ModuleBugError(Bug("KeyError", "objects.py:1 certificates"))


@pytest.fixture
def store() -> IsolatedTokenStore:
    return IsolatedTokenStore(ModuleWithBug(Path("/usr/lib/vendor.so")), "pkcs11:token=x", "x")


def test_look_at_the_token_says_that_it_cannot_be_used(store: IsolatedTokenStore) -> None:
    state = store.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.STORE_UNAVAILABLE


@pytest.mark.parametrize(
    "look_up",
    [IsolatedTokenStore.certificates, IsolatedTokenStore.unused_keys, IsolatedTokenStore.describe],
)
def test_lookup_raises_what_the_list_can_show(
    store: IsolatedTokenStore, look_up: Callable[[IsolatedTokenStore], object]
) -> None:
    with pytest.raises(CertclientError) as error:
        look_up(store)
    assert error.value.code is ErrorCode.STORE_UNAVAILABLE
    assert error.value.data["path"] == "/usr/lib/vendor.so"
