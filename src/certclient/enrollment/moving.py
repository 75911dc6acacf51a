"""新しいパソコンに移る: the steps on the old computer, and the new one's proof that it logs in.

On the old computer nothing changes before the new one has logged in (`Move.step`); while its
certificate is accepted, `undo` takes everything back. Each step is journalled before its effect if
that cannot be repeated, and after it; a run that was stopped in between is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from certclient.ca.client import CertificateCredential, SignerStatus, is_unproven
from certclient.ca.transport import TlsIdentity
from certclient.enrollment.bank_status import BankStatus, read_statuses
from certclient.enrollment.interaction import Interaction
from certclient.enrollment.journal import Journal
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.enrollment.login_test import LoginTest, LoginTestResult, log_in, result_of_error
from certclient.enrollment.moves import Ended, Move, MoveRecords, MoveStep
from certclient.enrollment.own_revocation import OwnRevocation, Removal
from certclient.enrollment.run_context import Environment, RunContext
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.moving import number_problem, read_number
from certclient.model.progress import Step
from certclient.model.revocation_reason import RevocationReason
from certclient.platform import log
from certclient.store.base import StoredCertificate

_CANNOT = (ErrorCode.REVOKE_AT_BANK, ErrorCode.POLICY_FORBIDS)


class ComputerMove:
    """The moves at one bank. The caller has the user's consent to `revoke` and `remove`."""

    def __init__(self, environment: Environment, journal: Journal) -> None:
        self._environment = environment
        self._journal = journal
        self._records = MoveRecords(journal)

    def step(self, move: Move) -> MoveStep:
        """What has to be done next."""
        return move.step(self._environment.profile.move.old)

    def all(self) -> Sequence[Move]:
        """Every move from this bank's certificates, finished ones included."""
        mine = self._environment.profile.id
        return [move for move in self._records.all() if move.profile_id == mine]

    def begin(self, stored: StoredCertificate) -> Move:
        """Begins a move from this certificate, or returns the one that was begun.

        Changes nothing but the journal. Raises MOVE_TOKEN for one on a token, which moves with it;
        KEY_NOT_FOUND, CERTIFICATE_NOT_ACCEPTED and MOVE_NOT_BEGUN (`problem` "replaced") for one
        that is not what its owner logs in with.
        """
        certificate = stored.certificate
        owner = certificate.named_owner(self._environment.profile.subject_rule)
        if owner is None:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        with self._lock(owner.user_id):
            known = self._records.of(certificate.fingerprint)
            if known is not None and not known.removed:
                return known
            self._check_counts(stored)
            move = Move(
                certificate.fingerprint,
                certificate.der,
                self._environment.profile.id,
                owner.user_id,
                self._environment.clock(),
            )
            self._records.save(move)
        log.event("move-begun", serial=move.serial)
        return move

    def undo(self, move: Move, interaction: Interaction) -> None:
        """Forgets the move; the old computer goes on as if nothing had happened.

        Raises MOVE_OVER if the certificate has ended, and PROCEDURE_RUNNING while `revoke` or
        `remove` runs. If a revocation may have been sent, or the customer may have asked the bank
        for it, asks the CA, and raises the errors of the store and the network, too.
        """
        with self._lock(move.user_id):
            move = self._current(move)
            if not self._may_go_back(move, interaction):
                raise CertclientError(ErrorCode.MOVE_OVER, serial=move.serial)
            self._records.delete(move)
        log.event("move-undone", serial=move.serial)

    def enter(self, move: Move, typed: str) -> Move:
        """Takes the new computer's number. Raises MOVE_NUMBER with data `problem`: "typed", "same",
        "older"; MOVE_NOT_BEGUN, with `problem` "replaced" if the certificate was renewed here."""
        digits = read_number(typed)
        with self._lock(move.user_id):
            move = self._current(move)
            problem = number_problem(digits, move.old, move.profile_id, move.user_id)
            if problem is not None:
                data = {"problem": problem.value, "user_id": move.user_id}
                raise CertclientError(ErrorCode.MOVE_NUMBER, **data)
            if move.fingerprint in read_statuses(self._journal).successors:
                raise _replaced(move.old)
            return self._save(replace(move, number=digits), "move-number")

    def revoke(self, move: Move, interaction: Interaction) -> Move:
        """Ends the old certificate at the bank, if this program can; what cannot is `AT_BANK`.

        With the bank's rule `revoked-first`, also before the new computer's number is known, and
        then a refusal by the CA is an error; so is one that anybody could have sent, always. Raises
        as `OwnRevocation.revoke`; the same call can then be repeated.
        """
        # All under one lock: between the record and the request, nobody may call the move off.
        with self._lock(move.user_id):
            move = self._current(move)
            return self._revoke(move, interaction) if self.step(move) is MoveStep.REVOKE else move

    def _revoke(self, move: Move, interaction: Interaction) -> Move:
        signing = self._signing(move)
        if signing is None:
            return self._save(replace(move, ended=Ended.AT_BANK), "move-ended")
        revocation = OwnRevocation(self._environment, self._journal)
        try:
            revocation.check(signing)
        except CertclientError as error:
            ended = _without_request(error, requested=move.ending)
            return self._save(replace(move, ended=ended), "move-ended")
        move = self._save(replace(move, ending=True), "move-ending")
        reason = RevocationReason.NO_LONGER_USED
        try:
            revocation.revoke_locked(signing, reason, Removal.ARCHIVE, interaction)
        except CertclientError as error:
            refused = error.code is ErrorCode.CA_REFUSED and not is_unproven(error)
            if not refused or not move.number:
                raise
            # Many a CA has ended it with the issue of the new one, and answers it no more.
            interaction.warning(error)
            return self._save(replace(move, ended=Ended.AT_BANK), "move-ended")
        return self._save(replace(move, ended=Ended.OWN_REQUEST), "move-ended")

    def remove(self, move: Move, interaction: Interaction) -> Move:
        """Archives the old certificate in every store of this computer, then deletes it with its
        key. Only once the new computer has logged in. Raises the store's errors, and can then be
        repeated."""
        with self._lock(move.user_id):
            move = self._current(move)
            if self.step(move) is not MoveStep.REMOVE:
                return move
            context = RunContext.begin(self._environment, interaction, resumed=False)
            try:
                for one in self._copies(move):
                    session = context.session(one.store_id)
                    if not one.archived:
                        session.archive(one.certificate)
                    session.delete(one.certificate)
                    log.event("deleted", serial=move.serial)
            finally:
                context.close()
            over = replace(move, removed=True, finished=self._environment.clock())
            return self._save(over, "move-done")

    def test_login(self, stored: StoredCertificate, interaction: Interaction) -> LoginTest:
        """On the new computer: logs in with this certificate, if this computer and the bank can.

        Raises KEY_NOT_FOUND and the errors of the store; what the bank and the network say is in
        the result.
        """
        environment, certificate = self._environment, stored.certificate
        url, transport = environment.profile.login_test_url, environment.login
        if not url or transport is None:
            return LoginTest(LoginTestResult.BROWSER_ONLY if url else LoginTestResult.NO_ADDRESS)
        context = RunContext.begin(environment, interaction, resumed=False)
        try:
            signer = self._credential(context, stored).signer
            identity = TlsIdentity(certificate, self._chain(certificate), signer)
            if not transport.can_authenticate(identity):
                return LoginTest(LoginTestResult.BROWSER_ONLY)
            with context.step(Step.LOGIN):
                context.through_proxy(lambda: log_in(transport, identity, url), transport.interrupt)
        except CertclientError as error:
            if error.code is ErrorCode.KEY_NOT_FOUND:
                raise
            return result_of_error(error)
        finally:
            context.close()
        return LoginTest(LoginTestResult.WORKED)

    def _chain(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """The CA certificates that came with it, if this program obtained it."""
        for record in reversed(self._journal.finished()):
            if record.issued == certificate.der:
                return tuple(Certificate.read(der) for der in record.chain)
        return ()

    def _check_counts(self, stored: StoredCertificate) -> None:
        certificate, statuses = stored.certificate, read_statuses(self._journal)
        store = next(
            (one for one in self._environment.stores if one.store_id == stored.store_id), None
        )
        if store is not None and store.destination is Destination.USB:
            raise CertclientError(ErrorCode.MOVE_TOKEN, token=store.label)
        if stored.key is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
        if stored.archived or certificate.fingerprint in statuses.successors:
            raise _replaced(certificate)
        if statuses.of(certificate) is BankStatus.NOT_ACCEPTED:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_ACCEPTED, serial=certificate.serial_hex)

    def _current(self, move: Move) -> Move:
        """The move as the journal has it now. Raises MOVE_NOT_BEGUN."""
        known = self._records.of(move.fingerprint)
        if known is None:
            raise CertclientError(ErrorCode.MOVE_NOT_BEGUN, serial=move.serial)
        return known

    def _copies(self, move: Move) -> list[StoredCertificate]:
        """The certificate in every store of this computer; browsers on Linux have one each. Raises
        the error of a store that cannot be read: a copy may be in it."""
        return [
            one
            for store in self._environment.stores
            if store.destination is Destination.PC
            for one in store.certificates()
            if one.certificate.fingerprint == move.fingerprint
        ]

    def _signing(self, move: Move) -> StoredCertificate | None:
        return next((one for one in self._copies(move) if one.key is not None), None)

    def _may_go_back(self, move: Move, interaction: Interaction) -> bool:
        """Whether the old certificate still logs in as before the move, as far as anybody tells."""
        if move.removed or move.ended not in (None, Ended.AT_BANK):
            return False
        if move.ended is None and not move.ending:
            return True  # nothing was asked for
        if read_statuses(self._journal).of(move.old) is BankStatus.NOT_ACCEPTED:
            return False
        status = self._status(move, interaction)
        return status is SignerStatus.ACCEPTED or (
            status is SignerStatus.UNKNOWN and not move.ending
        )

    def _status(self, move: Move, interaction: Interaction) -> SignerStatus:
        """What the CA says of the old certificate; UNKNOWN if it has no key here."""
        signing = self._signing(move)
        if signing is None:
            return SignerStatus.UNKNOWN
        context = RunContext.begin(self._environment, interaction, resumed=False)
        try:
            credential = self._credential(context, signing)
            ca = self._environment.ca
            return context.through_proxy(lambda: ca.signer_status(credential))
        finally:
            context.close()

    @staticmethod
    def _credential(context: RunContext, stored: StoredCertificate) -> CertificateCredential:
        certificate = stored.certificate
        if stored.key is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
        return CertificateCredential(certificate, context.signer(stored.store_id, stored.key))

    def _save(self, move: Move, event: str) -> Move:
        self._records.save(move)
        log.event(event, serial=move.serial)
        return move

    def _lock(self, user_id: str) -> AbstractContextManager[None]:
        folder = locks_folder(self._journal.path)
        return exclusive(folder, self._environment.profile.id, user_id)


def _without_request(error: CertclientError, *, requested: bool) -> Ended:
    """How the certificate ends without a request to the CA. Raises any other error.

    `requested`: an earlier run was stopped after it had sent one.
    """
    if error.code is ErrorCode.REVOCATION_NEEDLESS:
        return Ended.OWN_REQUEST if requested else Ended.NEEDLESS
    if error.code in _CANNOT:
        return Ended.AT_BANK
    raise error


def _replaced(certificate: Certificate) -> CertclientError:
    return CertclientError(
        ErrorCode.MOVE_NOT_BEGUN, problem="replaced", serial=certificate.serial_hex
    )
