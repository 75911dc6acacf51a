"""Records that the bank does not accept a certificate, and restores its predecessor."""

from __future__ import annotations

from dataclasses import replace

from certclient.ca.client import SignerStatus
from certclient.enrollment.bank_status import BankStatuses, read_statuses
from certclient.enrollment.inventory import InventoryEntry, newest_per_owner, read_inventory
from certclient.enrollment.journal import (
    Journal,
    ProcedureState,
    Record,
    Rejection,
    RejectionSource,
)
from certclient.enrollment.login_test import LoginTestResult
from certclient.enrollment.refusals import not_accepted
from certclient.enrollment.run_context import RunContext
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode

_REFUSED = frozenset({SignerStatus.REVOKED, SignerStatus.NOT_TRUSTED})


class Rejections:
    """Writes what one run learns about the bank's acceptance to the journal."""

    def __init__(self, journal: Journal, context: RunContext) -> None:
        self._journal = journal
        self._context = context

    def note(
        self, certificate: Certificate, source: RejectionSource, error: CertclientError
    ) -> None:
        """Records that the bank does not accept `certificate`, with `error` as the reason."""
        environment = self._context.environment
        self._journal.reject(
            Rejection(
                fingerprint=certificate.fingerprint,
                profile_id=environment.profile.id,
                source=source,
                reason=error.code.code,
                noted=environment.clock(),
                message=error.data.get("message", ""),
            )
        )

    def reject(
        self, certificate: Certificate, source: RejectionSource, error: CertclientError
    ) -> CertclientError:
        """As `note`; also restores the certificate archived in favour of `certificate`, unless the
        customer has revoked that one: this computer may be on its way to somebody else.

        Returns CERTIFICATE_NOT_ACCEPTED for the customer, with data `restored` (serial number, hex)
        if one was restored.
        """
        self.note(certificate, source, error)
        refusal = not_accepted(certificate, error.data.get("message", ""))
        if self._revoked_by_customer(certificate):
            return refusal
        restored = self._reinstate(certificate) or self._restore_previous(certificate)
        if restored is None:
            return refusal
        return CertclientError(refusal.code, **{**refusal.data, "restored": restored.serial_hex})

    def note_login(self, record: Record) -> None:
        """Records the result of this run's login test.

        A refused login alone proves nothing, as a bank's web servers may learn of a certificate
        minutes after its CA: only what the CA refuses as well is recorded.
        """
        login, new = self._context.login, Certificate.read(record.issued)
        if login.result is LoginTestResult.WORKED:
            self._journal.accept(new.fingerprint)
        elif (
            login.error is not None
            and login.error.code is ErrorCode.LOGIN_REFUSED
            and self._status_of_new(record) in _REFUSED
        ):
            self.note(new, RejectionSource.LOGIN, login.error)

    def _status_of_new(self, record: Record) -> SignerStatus:
        """The CA's answer about the new certificate; UNKNOWN if it cannot be asked."""
        try:
            new = self._context.new_credential(record)
            ca = self._context.environment.ca
            return self._context.through_proxy(lambda: ca.signer_status(new))
        except CertclientError:
            return SignerStatus.UNKNOWN

    def note_status(self, certificate: Certificate, status: SignerStatus) -> CertclientError | None:
        """Records the CA's answer to an inquiry; returns CERTIFICATE_NOT_ACCEPTED for a refusal."""
        if status is SignerStatus.ACCEPTED:
            self._journal.accept(certificate.fingerprint)
        if status not in _REFUSED:
            return None
        error = CertclientError(ErrorCode.CA_REFUSED)
        return self.reject(certificate, RejectionSource.INQUIRY, error)

    def _revoked_by_customer(self, certificate: Certificate) -> bool:
        earliest = read_statuses(self._journal).rejections.get(certificate.fingerprint)
        return earliest is not None and earliest.source is RejectionSource.OWN_REQUEST

    def _reinstate(self, refused: Certificate) -> Certificate | None:
        """Restores a certificate that was set aside as a successor of `refused`.

        The bank refuses the predecessor, so it must have accepted the successor.
        """
        for record in self._journal.leftovers():
            if record.set_aside and record.old_certificate == refused.der:
                successor = Certificate.read(record.issued)
                self._journal.accept(successor.fingerprint)
                self._journal.save(
                    replace(
                        record,
                        state=ProcedureState.DONE,
                        set_aside=False,
                        leftover=False,
                        not_accepted=False,
                        last_error="",
                    )
                )
                return successor
        return None

    def _restore_previous(self, refused: Certificate) -> Certificate | None:
        """Restores the newest archived certificate of the same owner.

        Only if the bank may still accept it and the owner has no other.
        """
        statuses = read_statuses(self._journal)
        usable = self._usable_of_same_owner(refused, statuses)
        if newest_per_owner(usable):
            return None
        archived = statuses.newest(usable, lambda entry: entry.certificate)
        if archived is None:
            return None
        try:
            self._context.session(archived.store.store_id).unarchive(archived.certificate)
        except CertclientError as error:
            self._context.interaction.warning(error)
            return None
        return archived.certificate

    def _usable_of_same_owner(
        self, refused: Certificate, statuses: BankStatuses
    ) -> list[InventoryEntry]:
        """Certificates with a key that are valid today, archived or not."""
        environment = self._context.environment
        now = environment.clock()
        found = read_inventory(environment.profile, environment.stores, now, statuses)
        owner = refused.named_owner(environment.profile.subject_rule)
        return [
            entry
            for entry in found.entries
            if entry.owner == owner
            and entry.counts_for_owner
            and entry.stored.key is not None
            and entry.certificate.valid_at(now)
        ]
