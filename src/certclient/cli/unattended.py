"""`certclient renew --all --unattended`: a scheduled job without prompts or windows."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from certclient.cli.enrollment import EnrollmentSession
from certclient.cli.exit_codes import worst
from certclient.cli.interaction import PresetAnswers
from certclient.cli.inventories import read_each
from certclient.cli.invocation import Invocation
from certclient.cli.outcomes import ProcedureResult, attempt, show_results
from certclient.enrollment.inventory import (
    Inventory,
    InventoryEntry,
    newest_per_owner,
    unread_stores,
)
from certclient.enrollment.key_ahead import NextRenewal
from certclient.enrollment.overview import read_overview
from certclient.enrollment.procedure import Outcome, ProcedureKind, ProcedureView
from certclient.enrollment.refusals import not_accepted
from certclient.enrollment.reminder import ReminderHistory
from certclient.enrollment.unattended import (
    is_its_turn,
    is_put_off,
    needing_attention,
    refused_alone,
    renewal_blocker,
    resume_blocker,
    store_blocker,
)
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.platform import log


class NonInteractiveTerminal:
    """`cli.terminal.Terminal` without a user."""

    @property
    def interactive(self) -> bool:
        """See Terminal.interactive. Always False."""
        return False

    def hidden(self, question: str) -> str:
        """See Terminal.hidden. Raises EOFError."""
        raise EOFError

    def visible(self, question: str) -> str:
        """See Terminal.visible. Raises EOFError."""
        raise EOFError

    def line(self) -> str | None:
        """See Terminal.line. Always None."""
        return None


def renew_unattended(invocation: Invocation, wait: float) -> int:
    """Renews at every bank what needs no user; reports the rest and schedules reminders for it.

    `wait`: seconds to wait for a CA. Returns the worst exit code. Raises UNATTENDED_OFF unless the
    policy allows it, NOTHING_RENEWABLE if there is nothing to do.
    """
    if not invocation.services.policy().unattended_renewal:
        raise CertclientError(ErrorCode.UNATTENDED_OFF)
    reported: set[str] = set()
    unusable = _unusable(invocation)
    _look_up_revocations(invocation)
    runs = _banks(invocation)
    owners = _owners(invocation, [run.profile(ask_ca_first=True) for run in runs])
    banks = [(bank, _Bank(bank, wait, owners, reported).renew()) for bank in runs]
    banks.append((invocation, unusable))
    results = [result for _, found in banks for result in found]
    if not results:
        raise CertclientError(ErrorCode.NOTHING_RENEWABLE)
    if invocation.json:
        return show_results(invocation, results)
    return worst([show_results(bank, found) for bank, found in banks if found])


def _banks(invocation: Invocation) -> list[Invocation]:
    """One run for the bank given, or one for each bank; none of them can prompt."""
    alone = replace(invocation.services, terminal=NonInteractiveTerminal())
    banks = invocation.banks(ask_ca_first=True)
    return [
        # Installing a root makes Windows prompt; a renewal works without it.
        replace(invocation, services=alone).at_bank(replace(profile, install_root=False))
        for profile in (banks.profiles if banks.configured else banks.some())
    ]


def _owners(invocation: Invocation, profiles: Sequence[Profile]) -> dict[str, str]:
    """The bank (profile id) of each certificate, by fingerprint (hex), that several could claim."""
    found = read_each(invocation, profiles) if len(profiles) > 1 else []
    return {entry.certificate.fingerprint: entry.bank for one in found for entry in one.entries}


def _look_up_revocations(invocation: Invocation) -> None:
    """Where nobody logs on, no reminder looks up what the banks have revoked."""
    services = invocation.services
    banks = invocation.banks(ask_ca_first=True).profiles
    publishing = [bank for bank in banks if bank.revocation is not None]
    if publishing:
        stores = services.stores(publishing)
        found = read_overview(publishing, stores, services.clock(), services.statuses())
        services.check_revocation(found.rows)


def _unusable(invocation: Invocation) -> list[ProcedureResult]:
    """Banks whose profile is unusable: otherwise nobody would notice the missing renewals."""
    results = []
    for bank in invocation.banks(ask_ca_first=True).configured:
        if bank.error is not None:
            name = bank.id or str(bank.file)
            invocation.reported.append(bank.error)
            results.append(ProcedureResult(None, "", None, None, bank.error, profile_id=name))
    return results


class _Bank:
    """The certificates of one bank.

    `owners`: see `_owners`; a certificate that it does not name is the first bank's that finds it,
    and is added. `reported`: the folders of unreadable stores that have been reported, for all
    banks.
    """

    def __init__(
        self,
        invocation: Invocation,
        wait: float,
        owners: dict[str, str],
        reported: set[str],
    ) -> None:
        self._invocation = invocation
        self._wait = wait
        self._owners = owners
        self._reported = reported

    def renew(self) -> list[ProcedureResult]:
        """Resumes interrupted procedures first, then renews the certificates that are due."""
        session = self._session()
        pending = [v for v in session.procedures.pending() if _resumes_unattended(v)]
        left = [view for view in pending if self._is_put_off(session, view)]
        finished = [self._resume(session, view) for view in pending if view not in left]
        if finished:
            session = self._session()
        tried = {result.user_id for result in finished} | {view.user_id for view in left}
        due = [
            entry
            for entry in needing_attention(session.inventory)
            if entry.owner.user_id not in tried
        ]
        refused = [
            entry for entry in refused_alone(session.inventory) if entry.owner.user_id not in tried
        ]
        renewed = [self._renew(session, one, due[number:]) for number, one in enumerate(due, 1)]
        results = finished + [one for one in renewed if one is not None]
        results += [one for entry in refused if (one := self._ask_again(session, entry))]
        return results + self._unread(session)

    def _unread(self, session: EnrollmentSession) -> list[ProcedureResult]:
        """Reports stores that could not be read, once for all banks: a certificate in one of them
        is not renewed, and nobody else would notice."""
        error = unread_stores(session.inventory)
        if error is None or error.data.get("path", "") in self._reported:
            return []
        self._reported.add(error.data.get("path", ""))
        return [self._requires_user(None, "", error)]

    def _session(self) -> EnrollmentSession:
        session = EnrollmentSession(self._invocation, PresetAnswers(agreed=True), self._wait)
        session.inventory = self._own(session.inventory)
        return session

    def _own(self, inventory: Inventory) -> Inventory:
        """`inventory` without the certificates of other banks."""
        bank = self._invocation.profile(ask_ca_first=True).id
        mine = [
            entry
            for entry in inventory.entries
            if self._owners.setdefault(entry.certificate.fingerprint, bank) == bank
        ]
        return replace(inventory, entries=tuple(mine))

    def _resume(self, session: EnrollmentSession, view: ProcedureView) -> ProcedureResult:
        reason = resume_blocker(session.profile, session.inventory, view)
        if reason is not None:
            return self._requires_user(_entry_of(session, view), view.user_id, reason)
        result = attempt(
            self._invocation,
            view.user_id,
            None,
            lambda: session.procedures.resume(view.id, session.interaction),
        )
        if result.error is not None and not result.error.code.retriable:
            self._remind(_entry_of(session, view))
        return result

    def _is_put_off(self, session: EnrollmentSession, view: ProcedureView) -> bool:
        services = self._invocation.services
        entry = _entry_of(session, view)
        return services.policy().spread_renewals and is_put_off(view, entry, services.clock())

    def _renew(
        self, session: EnrollmentSession, entry: InventoryEntry, left: Sequence[InventoryEntry]
    ) -> ProcedureResult | None:
        """The result; None if it is not this certificate's turn. `left`: those that come after."""
        reason = renewal_blocker(session.profile, entry)
        if reason is not None:
            return self._requires_user(entry, entry.full_id, reason)
        if not self._is_its_turn(entry):
            return None

        def run() -> Outcome:
            destination, following = session.store(None, "", entry), self._following(session, left)
            return session.procedures.renew(
                entry.stored, destination, session.interaction, following=following
            )

        result = attempt(self._invocation, entry.full_id, entry.owner, run)
        if result.error is not None and not result.error.code.retriable:
            self._remind(entry)
        return result

    def _is_its_turn(self, entry: InventoryEntry) -> bool:
        services = self._invocation.services
        return not services.policy().spread_renewals or is_its_turn(entry, services.clock())

    def _following(
        self, session: EnrollmentSession, left: Sequence[InventoryEntry]
    ) -> NextRenewal | None:
        """The next renewal, if nothing prevents it: its key may be made before its turn."""
        if not left or renewal_blocker(session.profile, left[0]) is not None:
            return None
        if not self._is_its_turn(left[0]):
            return None
        return NextRenewal(left[0].stored, left[0].store, lambda _request: True)

    def _ask_again(
        self, session: EnrollmentSession, entry: InventoryEntry
    ) -> ProcedureResult | None:
        """Asks the CA once more about a certificate that it has refused; None if it accepts it now.

        A refusal may have been passing, and nobody else notices that the owner has no certificate.
        """
        refused: CertclientError | None = not_accepted(entry.certificate, "")
        if store_blocker(session.profile, entry) is None:
            with contextlib.suppress(CertclientError):
                refused = session.procedures.check_with_bank(entry.stored, session.interaction)
        return None if refused is None else self._requires_user(entry, entry.full_id, refused)

    def _requires_user(
        self, entry: InventoryEntry | None, name: str, reason: CertclientError
    ) -> ProcedureResult:
        profile = self._invocation.profile()
        serial = entry.certificate.serial_hex if entry is not None else ""
        log.event("needs-person", profile=profile.id, serial=serial, code=reason.code.code)
        self._remind(entry)
        owner = entry.owner if entry is not None else None
        return ProcedureResult(self._invocation, name, owner, None, reason, needs_user=True)

    def _remind(self, entry: InventoryEntry | None) -> None:
        """Makes the next `remind` show this certificate again, but not twice on one day."""
        if entry is None:
            return
        services = self._invocation.services
        history = ReminderHistory(services.reminders)
        history.forget_earlier(entry.certificate.fingerprint, services.clock())


def _entry_of(session: EnrollmentSession, view: ProcedureView) -> InventoryEntry | None:
    """The certificate that now counts for the procedure's user ID."""
    counting = newest_per_owner(session.inventory.entries)
    return next((entry for entry in counting if entry.owner.user_id == view.user_id), None)


def _resumes_unattended(view: ProcedureView) -> bool:
    """取得 needs a user, except to confirm a certificate that is already issued."""
    return view.kind is ProcedureKind.RENEW or view.state.unconfirmed


def check_unattended_options(
    invocation: Invocation, *, everything: bool, others: Sequence[object]
) -> None:
    """Raises USAGE if `--unattended` lacks `--all` or is combined with interactive options."""
    if not everything or any(others):
        reason = invocation.catalogue.text("reason.unattended")
        raise CertclientError(ErrorCode.USAGE, reason=reason)
