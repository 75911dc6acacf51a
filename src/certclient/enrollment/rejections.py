"""Remembering that the bank does not accept a certificate, and bringing back the one before it."""

from __future__ import annotations

from certclient.ca.client import SignerStatus
from certclient.enrollment.bank_status import read_statuses
from certclient.enrollment.inventory import Entry, newest_per_owner, take_inventory
from certclient.enrollment.journal import Journal, Rejection, RejectionSource
from certclient.enrollment.login_test import LoginResult
from certclient.enrollment.refusals import not_accepted
from certclient.enrollment.work import Work
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode

_FAILURES = {
    SignerStatus.REVOKED: "certRevoked",
    SignerStatus.NOT_TRUSTED: "signerNotTrusted",
}


class Rejections:
    """What one run learns about certificates; the journal keeps it."""

    def __init__(self, journal: Journal, work: Work) -> None:
        self._journal = journal
        self._work = work

    def note(
        self, certificate: Certificate, source: RejectionSource, error: CertclientError
    ) -> None:
        """Remembers that the bank does not accept `certificate`, as `error` says."""
        environment = self._work.environment
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
        """As `note`; what was archived in favour of `certificate` is brought back. Returns
        CERTIFICATE_NOT_ACCEPTED, for the customer."""
        self.note(certificate, source, error)
        told = not_accepted(certificate, error.data.get("message", ""))
        restored = self._bring_back(certificate)
        if restored is None:
            return told
        return CertclientError(told.code, **{**told.data, "restored": restored.serial_hex})

    def note_login(self, certificate: Certificate) -> None:
        """Keeps what the login test of this run has found out."""
        login = self._work.login
        if login.result is LoginResult.WORKED:
            self._journal.accept(certificate.fingerprint)
        elif login.error is not None and login.error.code is ErrorCode.LOGIN_REFUSED:
            self.note(certificate, RejectionSource.LOGIN, login.error)

    def note_status(self, certificate: Certificate, status: SignerStatus) -> CertclientError | None:
        """Keeps what the CA has said when it was asked. Returns CERTIFICATE_NOT_ACCEPTED if it was
        a no."""
        if status is SignerStatus.ACCEPTED:
            self._journal.accept(certificate.fingerprint)
        if status not in _FAILURES:
            return None
        error = CertclientError(ErrorCode.CA_REFUSED, failure=_FAILURES[status])
        return self.reject(certificate, RejectionSource.INQUIRY, error)

    def _bring_back(self, refused: Certificate) -> Certificate | None:
        """Makes the newest archived certificate of the same owner usable again, if the bank may
        still accept it and the owner has no other."""
        usable = self._usable_of_same_owner(refused)
        if newest_per_owner(usable):
            return None
        statuses = read_statuses(self._journal)
        archived = statuses.newest(usable, lambda entry: entry.certificate)
        if archived is None:
            return None
        try:
            self._work.session(archived.store.store_id).unarchive(archived.certificate)
        except CertclientError as error:
            self._work.interaction.warning(error)
            return None
        return archived.certificate

    def _usable_of_same_owner(self, refused: Certificate) -> list[Entry]:
        """With their keys and valid today, archived or not."""
        environment = self._work.environment
        now = environment.clock()
        statuses = read_statuses(self._journal)
        found = take_inventory(environment.profile, environment.stores, now, statuses)
        owner = refused.owner(environment.profile.subject_rule)
        return [
            entry
            for entry in found.entries
            if entry.owner == owner
            and entry.stored.key is not None
            and entry.certificate.valid_at(now)
        ]
