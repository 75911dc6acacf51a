"""A customer's own revocation of a certificate: by the certificate itself, then its removal.

Needs no record while it runs: the request names the certificate, so that it can be repeated after a
crash or a lost answer, and the CA then answers that the certificate is revoked already.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from certclient.ca.client import CertificateCredential
from certclient.enrollment.bank_status import BankStatus, BankStatuses, read_statuses
from certclient.enrollment.interaction import Interaction
from certclient.enrollment.journal import Journal, Rejection, RejectionSource
from certclient.enrollment.lock import exclusive, locks_folder
from certclient.enrollment.revocations import REVOKED, is_revocation
from certclient.enrollment.run_context import Environment, RunContext
from certclient.model.certificate import Certificate, Owner
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import REVOCATION, forbidden
from certclient.model.profile import Profile
from certclient.model.revocation_reason import RevocationReason
from certclient.platform import log
from certclient.store.base import StoredCertificate


class Removal(enum.Enum):
    """What becomes of a certificate that is revoked, and of its key."""

    ARCHIVE = "archived"
    """Kept, but hidden from browsers."""
    DELETE = "deleted"


@dataclass(frozen=True, slots=True)
class Revoked:
    """`removed`: what has become of it in its store; None if it could not be removed, because of
    `error`."""

    certificate: Certificate
    removed: Removal | None
    error: CertclientError | None = None


def revocation_error(
    stored: StoredCertificate, profile: Profile, statuses: BankStatuses, now: datetime
) -> CertclientError | None:
    """Why `stored` cannot be revoked by this program, as far as the stores and the profile tell.

    POLICY_FORBIDS; CERTIFICATE_OTHER_ISSUER; REVOCATION_NEEDLESS with data `problem` ("expired",
    "revoked"): it does not log in anyway; REVOKE_AT_BANK ("no-key"): only the bank can do it.
    `now` is aware.
    """
    certificate = stored.certificate
    if not profile.own_revocation:
        return forbidden(REVOCATION, "0")
    if certificate.owner(statuses.subject_rule(profile)) is None:
        issuer = certificate.issuer_common_name
        data = {"serial": certificate.serial_hex, "issuer": issuer}
        return CertclientError(ErrorCode.CERTIFICATE_OTHER_ISSUER, **data)
    refused = statuses.of(certificate) is BankStatus.NOT_ACCEPTED
    if refused and is_revocation(statuses.rejections.get(certificate.fingerprint)):
        return _about(ErrorCode.REVOCATION_NEEDLESS, certificate, profile, "revoked")
    if now > certificate.not_after:
        return _about(ErrorCode.REVOCATION_NEEDLESS, certificate, profile, "expired")
    if stored.key is None:
        return ask_bank(certificate, profile, "no-key")
    return None


class OwnRevocation:
    """Revokes one certificate per call."""

    def __init__(self, environment: Environment, journal: Journal) -> None:
        self._environment = environment
        self._journal = journal

    def check(self, stored: StoredCertificate) -> None:
        """Raises what stands in the way: see `revocation_error`; REVOKE_AT_BANK ("protocol") if the
        CA takes no such request; PROCEDURE_RUNNING if a procedure of the same user ID is open.

        Asks neither the CA nor the user.
        """
        environment = self._environment
        profile, now = environment.profile, environment.clock()
        error = revocation_error(stored, profile, read_statuses(self._journal), now)
        if error is not None:
            raise error
        if not environment.ca.abilities.revokes:
            raise ask_bank(stored.certificate, profile, "protocol")
        owner = self._owner(stored.certificate)
        if self._journal.open_for(profile.id, owner.user_id) is not None:
            raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=owner.user_id)

    def revoke(
        self,
        stored: StoredCertificate,
        reason: RevocationReason,
        removal: Removal,
        interaction: Interaction,
    ) -> Revoked:
        """Asks the CA to revoke the certificate, signed with its own key, then removes it here.

        The caller has the user's consent. One that the CA has revoked already is a success. Raises
        as `check`, CA_REFUSED, and the errors of the store and the network: nothing was changed
        here then, and the same call can be repeated, even if the request has reached the CA.
        """
        owner = self._owner(stored.certificate)
        folder = locks_folder(self._journal.path)
        with exclusive(folder, self._environment.profile.id, owner.user_id):
            return self.revoke_locked(stored, reason, removal, interaction)

    def revoke_locked(
        self,
        stored: StoredCertificate,
        reason: RevocationReason,
        removal: Removal,
        interaction: Interaction,
    ) -> Revoked:
        """As `revoke`, for a caller that holds the lock of the certificate's user ID."""
        certificate = stored.certificate
        self.check(stored)
        context = RunContext.begin(self._environment, interaction, resumed=False)
        try:
            self._request(context, stored, reason)
            self._note(certificate)
            log.event("revoked", serial=certificate.serial_hex)
            return _remove(context, stored, removal)
        finally:
            context.close()

    def elsewhere(self, name: str) -> CertclientError | None:
        """What to tell the bank of a certificate that is not on this computer now, as on a token
        that is lost: REVOKE_AT_BANK ("not-here").

        `name`: a user ID, serial number or fingerprint. None if none was obtained here by that
        name; the latest if there are several.
        """
        profile = self._environment.profile
        for record in reversed(self._journal.finished()):
            issued = record.new_certificate
            at_bank = issued is not None and record.profile_id == profile.id
            if issued is None or not at_bank:
                continue
            if issued.is_exactly(name) or name.strip().upper() == record.user_id.upper():
                return ask_bank(issued, profile, "not-here")
        return None

    def _owner(self, certificate: Certificate) -> Owner:
        owner = certificate.named_owner(self._environment.profile.subject_rule)
        if owner is None:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        return owner

    def _request(
        self, context: RunContext, stored: StoredCertificate, reason: RevocationReason
    ) -> None:
        certificate, ca = stored.certificate, self._environment.ca
        if stored.key is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
        signer = context.signer(stored.store_id, stored.key)
        credential = CertificateCredential(certificate, signer)
        context.network(lambda: ca.revoke(credential, certificate, reason))

    def _note(self, certificate: Certificate) -> None:
        """From now on, no list, window or reminder counts it, even if it cannot be removed."""
        self._journal.reject(
            Rejection(
                fingerprint=certificate.fingerprint,
                profile_id=self._environment.profile.id,
                source=RejectionSource.OWN_REQUEST,
                reason=REVOKED,
                noted=self._environment.clock(),
            )
        )


def _remove(context: RunContext, stored: StoredCertificate, removal: Removal) -> Revoked:
    """The certificate is worthless now, so that an error of the store is no failure."""
    certificate = stored.certificate
    try:
        session = context.session(stored.store_id)
        if removal is Removal.DELETE:
            session.delete(certificate)
        elif not stored.archived:
            session.archive(certificate)
    except CertclientError as error:
        log.error(error)
        return Revoked(certificate, None, error)
    log.event(removal.value, serial=certificate.serial_hex)
    return Revoked(certificate, removal)


def ask_bank(certificate: Certificate, profile: Profile, problem: str) -> CertclientError:
    """REVOKE_AT_BANK with what to tell the bank. `problem`: "no-key", "protocol", or "not-here"
    for a certificate on a token that is not plugged in."""
    return _about(ErrorCode.REVOKE_AT_BANK, certificate, profile, problem)


def _about(
    code: ErrorCode, certificate: Certificate, profile: Profile, problem: str
) -> CertclientError:
    """What a customer needs to know to tell the bank."""
    owner = certificate.named_owner(profile.subject_rule)
    return CertclientError(
        code,
        problem=problem,
        user_id=owner.user_id if owner else "",
        serial=certificate.serial_hex,
        issuer=certificate.issuer_common_name,
    )
