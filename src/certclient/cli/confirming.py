"""Confirmations that a bank still awaits, tried without a person and without a window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from certclient.cli.invocation import Invocation
from certclient.cli.records import JsonObject, error_record
from certclient.enrollment.interaction import Nobody
from certclient.enrollment.inventory import take_inventory
from certclient.enrollment.procedure import ProcedureView
from certclient.enrollment.unattended import resume_obstacle
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.platform import log


@dataclass(frozen=True, slots=True)
class ConfirmationTry:
    """`error` is why the bank does not know yet, None if it does."""

    view: ProcedureView
    error: CertclientError | None


def confirm_alone(invocation: Invocation) -> Sequence[ConfirmationTry]:
    """Tries each once, at the bank that was named or at every bank; never raises for one of them.

    A key that asks for a PIN is not touched.
    """
    every = () if invocation.profile_name else invocation.services.profiles()
    tries: list[ConfirmationTry] = []
    for profile in every or [invocation.profile()]:
        tries += _of_bank(invocation, profile)
    return tries


def _of_bank(invocation: Invocation, profile: Profile) -> Iterator[ConfirmationTry]:
    services = invocation.services
    stores = services.stores(profile)
    procedures = services.procedures(profile, stores, 0.0)
    for view in procedures.pending():
        if view.profile_id != profile.id or not view.state.unconfirmed:
            continue
        inventory = take_inventory(profile, stores, services.clock(), services.statuses())
        error = resume_obstacle(profile, inventory, view)
        if error is None:
            try:
                procedures.resume(view.id, Nobody())
            except CertclientError as failure:
                error = failure
        if error is not None:
            log.error(error)
        yield ConfirmationTry(view, error)


def try_record(invocation: Invocation, one: ConfirmationTry) -> JsonObject:
    """For `--json`."""
    return {
        "procedure": one.view.id,
        "profile": one.view.profile_id,
        "user_id": one.view.user_id,
        "confirmed": one.error is None,
        "error": error_record(invocation, one.error) if one.error else None,
    }


def try_sentence(invocation: Invocation, one: ConfirmationTry) -> str:
    """For a person."""
    words, user_id = invocation.words, one.view.user_id
    if one.error is None:
        return words.text("remind.confirmed", user_id=user_id)
    return words.text("remind.unconfirmed", user_id=user_id, code=one.error.code.code)
