"""The PINs of すべて更新, asked for before anything is made or sent: one question per token.

A store logs out at the end of each renewal, so the next one on the same token needs the PIN again.
It is kept in memory for the batch only (docs/adr/0024-pins-of-a-batch.md).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from certclient.enrollment.interaction import ConsentRequest, Interaction, SecretRequest
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Progress
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.store.base import (
    AttemptsLeft,
    Available,
    CertificateStore,
    PinProvider,
    PinRequest,
)

_DECLINED = frozenset(
    {
        ErrorCode.PASSWORD_INCORRECT,
        ErrorCode.PASSWORD_REQUIRED,
        ErrorCode.PIN_INCORRECT,
        ErrorCode.PIN_REQUIRED,
    }
)
"""How a store's login ends when its user gives no (further) PIN."""


@dataclass(frozen=True, slots=True)
class PinNeeded:
    """A store that asks for a PIN, and the full IDs of the certificates in it to renew."""

    store: CertificateStore
    full_ids: tuple[str, ...]


def pins_needed(places: Iterable[tuple[CertificateStore, str]]) -> list[PinNeeded]:
    """The stores that will ask for a PIN, each once, in their order.

    `places`: store and full ID of each certificate to renew. Looks at the stores: call it in a
    worker. A store that cannot be used is left out; the renewal itself says why.
    """
    full_ids: dict[str, list[str]] = {}
    stores: dict[str, CertificateStore] = {}
    for store, full_id in places:
        stores.setdefault(store.store_id, store)
        full_ids.setdefault(store.store_id, []).append(full_id)
    found = []
    for store_id, store in stores.items():
        state = store.availability()
        if isinstance(state, Available) and state.needs_pin:
            found.append(PinNeeded(store, tuple(full_ids[store_id])))
    return found


class BatchPins:
    """Holds each store's PIN in memory until `forget`. Thread-safe.

    `forget` drops the only references that are kept, and a PIN without any is overwritten.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pins: dict[str, Secret] = {}

    def __repr__(self) -> str:
        return "BatchPins(***)"

    def ask(self, needed: PinNeeded, pin: PinProvider) -> None:
        """Asks `pin` for the PIN of one store and logs in with it, to check it at once.

        The requests name `needed.full_ids`. Each answer of `pin` is one login attempt; nothing is
        tried twice. Raises as `CertificateStore.open`; `is_declined` tells a user's own choice.
        """
        answered: list[Secret] = []

        def provider(request: PinRequest) -> Secret | None:
            answered.clear()
            secret = pin(replace(request, full_ids=needed.full_ids))
            if secret is not None:
                answered.append(secret)
            return secret

        with needed.store.open(provider):
            pass
        if answered:
            with self._lock:
                self._pins[needed.store.store_id] = answered[-1]

    def take(self, request: PinRequest) -> Secret | None:
        """The PIN that this request may be answered with, None if its user has to be asked.

        A PIN that was just refused is dropped. The PIN is not sent either to a token that reports
        wrong attempts since: somebody may have changed it, and it would cost one more.
        """
        with self._lock:
            if request.previous_incorrect:
                self._pins.pop(request.store_id, None)
            if request.attempts is not AttemptsLeft.UNKNOWN:
                return None
            return self._pins.get(request.store_id)

    def forget(self) -> None:
        """Drops all PINs. Call it at the end of the batch, however it ends."""
        with self._lock:
            self._pins.clear()


def is_declined(error: CertclientError) -> bool:
    """Whether `BatchPins.ask` ended because the user gave no (further) PIN."""
    return error.code in _DECLINED


class WithPins:
    """An `Interaction` that answers for a PIN what is held, and passes on all else."""

    def __init__(
        self, interaction: Interaction, pins: BatchPins, full_ids: Mapping[str, Sequence[str]]
    ) -> None:
        """`full_ids`: the IDs to name if the PIN of the store with this id must be asked for."""
        self._interaction = interaction
        self._pins = pins
        self._full_ids = full_ids

    def consent(self, request: ConsentRequest) -> bool:
        """See Interaction.consent."""
        return self._interaction.consent(request)

    def pin(self, request: PinRequest) -> Secret | None:
        """See Interaction.pin; a PIN that is held is given without a question."""
        held = self._pins.take(request)
        if held is not None:
            return held
        named = tuple(self._full_ids.get(request.store_id, ()))
        return self._interaction.pin(replace(request, full_ids=named))

    def secret(self, request: SecretRequest) -> Secret | None:
        """See Interaction.secret."""
        return self._interaction.secret(request)

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """See Interaction.proxy_login."""
        return self._interaction.proxy_login(request)

    def progress(self, report: Progress) -> None:
        """See Interaction.progress."""
        self._interaction.progress(report)

    def warning(self, error: CertclientError) -> None:
        """See Interaction.warning."""
        self._interaction.warning(error)

    def stop_requested(self) -> bool:
        """See Interaction.stop_requested."""
        return self._interaction.stop_requested()
