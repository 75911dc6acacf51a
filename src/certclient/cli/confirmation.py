"""Retries outstanding confirmations to the banks, without a user and without a window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, error_record
from certclient.cli.ports import Procedures
from certclient.enrollment.interaction import NonInteractive
from certclient.enrollment.inventory import read_inventory
from certclient.enrollment.procedure import (
    Finished,
    Outcome,
    Pending,
    ProcedureState,
    ProcedureView,
)
from certclient.enrollment.unattended import resume_blocker
from certclient.model.errors import CertclientError
from certclient.model.profile import Profile
from certclient.platform import log


@dataclass(frozen=True, slots=True)
class ConfirmationAttempt:
    """How one attempt ended: `outcome`, or the `error` that stopped it."""

    view: ProcedureView
    outcome: Outcome | None
    error: CertclientError | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the bank has been told and the procedure is done."""
        done = isinstance(self.outcome, Pending) and self.outcome.state is ProcedureState.DONE
        return done or isinstance(self.outcome, Finished)

    @property
    def not_accepted(self) -> str:
        """The serial number (hex) of a certificate that was replaced in this attempt, "" for
        none."""
        return self.outcome.not_accepted if isinstance(self.outcome, Finished) else ""


def confirm_unattended(invocation: Invocation) -> Sequence[ConfirmationAttempt]:
    """Tries each confirmation once, at the given bank or at all; returns errors instead of raising.

    Skips keys that require user interaction. Raises only as `Invocation.usable_banks` and
    `Services.procedures`.
    """
    tries: list[ConfirmationAttempt] = []
    for profile in invocation.usable_banks():
        tries += _of_bank(invocation, profile)
    return tries


def _of_bank(invocation: Invocation, profile: Profile) -> Iterator[ConfirmationAttempt]:
    services = invocation.services
    # Trusting a root would prompt.
    profile = replace(profile, install_root=False)
    stores = services.stores([profile])
    procedures = services.procedures(profile, stores, 0.0)
    for view in procedures.pending():
        if not view.state.unconfirmed:
            continue
        inventory = read_inventory(profile, stores, services.clock(), services.statuses())
        yield _try(procedures, view, resume_blocker(profile, inventory, view))


def _try(
    procedures: Procedures, view: ProcedureView, blocker: CertclientError | None
) -> ConfirmationAttempt:
    try:
        if blocker is not None:
            raise blocker
        return ConfirmationAttempt(view, procedures.resume(view.id, NonInteractive()))
    except CertclientError as error:
        log.error(error)
        return ConfirmationAttempt(view, None, error)


def attempt_record(invocation: Invocation, one: ConfirmationAttempt) -> JsonObject:
    """The record of one attempt for `--json`."""
    return {
        "procedure": one.view.id,
        "profile": one.view.profile_id,
        "user_id": one.view.user_id,
        "confirmed": one.confirmed,
        "not_accepted": one.not_accepted or None,
        "error": error_record(invocation, one.error) if one.error else None,
    }


def attempt_sentence(invocation: Invocation, one: ConfirmationAttempt) -> str:
    """One attempt as a sentence for the terminal."""
    catalogue, user_id = invocation.catalogue, one.view.user_id
    if one.not_accepted:
        return catalogue.text("remind.replaced", user_id=user_id, serial=one.not_accepted)
    if one.confirmed:
        return catalogue.text("remind.confirmed", user_id=user_id)
    if one.error is not None:
        return catalogue.text("remind.unconfirmed", user_id=user_id, code=one.error.code.code)
    return catalogue.text("remind.unfinished", user_id=user_id)
