"""How a procedure begins: its first record, and whether it may begin at all."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from certclient.enrollment.bank_status import BankStatuses, read_statuses
from certclient.enrollment.date_errors import date_error
from certclient.enrollment.gains import ca_fingerprint, no_gain
from certclient.enrollment.interaction import ConsentRequest
from certclient.enrollment.inventory import (
    Inventory,
    InventoryEntry,
    check_available,
    newest_per_owner,
    read_inventory,
)
from certclient.enrollment.journal import Journal, ProcedureKind, ProcedureState, Record
from certclient.enrollment.obstacles import check_renewable
from certclient.enrollment.run_context import Environment
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import own_label
from certclient.model.lifecycle import lifecycle_of
from certclient.model.policy import DESTINATIONS, forbidden
from certclient.model.profile import Profile
from certclient.model.user_ids import requested_user_id
from certclient.store.base import CertificateStore, StoredCertificate
from certclient.store.names import title_of


def check_user_id(profile: Profile, text: str) -> str:
    """The user ID that `text` means at this bank (`model.user_ids.requested_user_id`).

    Raises USER_ID_IMPOSSIBLE (data `user_id`; `suggestion` if another spelling is one): no
    certificate that the bank can issue would be for it.
    """
    found = requested_user_id(profile.subject_rule, text)
    if found is not None:
        return found
    others = (unicodedata.normalize("NFKC", text), text.upper(), "".join(text.split()))
    known = (requested_user_id(profile.subject_rule, other) for other in others if other != text)
    suggestion = next((one for one in known if one), None)
    hint = {"suggestion": suggestion} if suggestion else {}
    raise CertclientError(ErrorCode.USER_ID_IMPOSSIBLE, user_id=text, **hint)


class ProcedurePlanner:
    """Plans procedures of one bank; creates and sends nothing."""

    def __init__(self, environment: Environment, journal: Journal) -> None:
        self._environment = environment
        self._journal = journal

    def new_record(self, kind: ProcedureKind, user_id: str, store_id: str) -> Record:
        """The record of a procedure that has done nothing yet, with a new id and key label."""
        procedure_id = self._environment.random_bytes(8).hex()
        now = self._environment.clock()
        return Record(
            id=procedure_id,
            kind=kind,
            profile_id=self._environment.profile.id,
            user_id=user_id,
            state=ProcedureState.PREPARED,
            started=now,
            changed=now,
            store_id=store_id,
            key_label=own_label(procedure_id),
            ca_settings=ca_fingerprint(self._environment.profile.ca),
        )

    def renewal(
        self,
        current: StoredCertificate,
        destination: CertificateStore,
        statuses: BankStatuses | None = None,
    ) -> Record:
        """The record of a renewal of `current` with a key in `destination`.

        `statuses`: what the journal holds now; None reads it.
        Raises what stands in the way of any renewal of `current` (`obstacles.obstacle`),
        KEY_NOT_FOUND, CERTIFICATE_NOT_FOUND (no customer's).
        """
        certificate = current.certificate
        known = statuses or read_statuses(self._journal)
        rule = known.subject_rule(self._environment.profile)
        check_renewable(certificate, rule)
        if current.key is None:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND, serial=certificate.serial_hex)
        owner = certificate.owner(rule)
        if owner is None:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=certificate.serial_hex)
        new = self.new_record(ProcedureKind.RENEW, owner.user_id, destination.store_id)
        return replace(new, old_certificate=certificate.der, old_store_id=current.store_id)

    def following(self, ended: Record) -> Record | None:
        """The procedure that replaces a refused certificate; None if it cannot be renewed now."""
        if ended.kind is ProcedureKind.RENEW:
            try:
                self.check_stage(Certificate.read(ended.old_certificate))
            except CertclientError:
                return None
        return replace(
            self.new_record(ended.kind, ended.user_id, ended.store_id),
            old_certificate=ended.old_certificate,
            old_store_id=ended.old_store_id,
        )

    def check_may_begin(self, new: Record, destination: CertificateStore) -> None:
        """Raises why `new` cannot begin now: as `check_stage` and `check_newest`, POLICY_FORBIDS,
        and why `destination` is not available."""
        if new.renewed is not None:
            statuses = read_statuses(self._journal)
            self.check_stage(new.renewed, statuses)
            self.check_newest(new.renewed, statuses)
        if destination.destination.value in self._environment.profile.excluded_destinations:
            raise forbidden(DESTINATIONS, destination.destination.value)
        check_available(destination)

    @staticmethod
    def consent_request(new: Record, destination: CertificateStore) -> ConsentRequest:
        """What the user is asked before `new` begins."""
        return ConsentRequest(
            user_id=new.user_id,
            destination=destination.destination,
            store_label=title_of(destination),
            current=new.renewed,
        )

    def check_stage(self, certificate: Certificate, statuses: BankStatuses | None = None) -> None:
        """Raises NOT_YET_RENEWABLE, RENEWAL_CLOSED, EXPIRED_OBTAIN_ANEW, TOO_LATE for a date on
        which `certificate` cannot be renewed, RENEWAL_GAINS_NOTHING for one without a use.

        `statuses`: what the journal holds now; None reads it.
        """
        environment = self._environment
        life = lifecycle_of(certificate, environment.clock(), environment.profile.renewal)
        refusal = date_error(certificate, life)
        if refusal is None:
            known = statuses or read_statuses(self._journal)
            answers = known.answers_to(certificate)
            refusal = no_gain(environment.profile, certificate, answers, environment.clock())
        if refusal is not None:
            raise refusal

    def check_newest(self, certificate: Certificate, statuses: BankStatuses) -> None:
        """Raises NOTHING_RENEWABLE if another run has replaced `certificate` meanwhile, and its
        successor is here. `statuses`: what the journal holds now."""
        successor = statuses.successors.get(certificate.fingerprint)
        if successor is None or successor in statuses.rejections:
            return
        for entry in newest_per_owner(self._inventory().entries):
            if entry.certificate.fingerprint == successor:
                raise CertclientError(ErrorCode.NOTHING_RENEWABLE)

    def check_owner(self, interrupted: Record | None, new: Record) -> None:
        """Raises PROCEDURE_RUNNING if an open procedure renews another owner's certificate.

        Two owners can share a user ID: an administrator and a user (seed S2).
        """
        rule = self._environment.profile.subject_rule
        if interrupted is None or interrupted.old is None or new.kind is not ProcedureKind.RENEW:
            return
        new_owner = Certificate.read(new.old_certificate).named_owner(rule)
        if interrupted.old.named_owner(rule) != new_owner:
            raise CertclientError(ErrorCode.PROCEDURE_RUNNING, user_id=new.user_id)

    def predecessor(self, user_id: str) -> InventoryEntry | None:
        """The newest certificate of this user ID that is not archived and not refused by the bank.

        None if an administrator and a user share the ID (seed S2): only the issued certificate
        shows which of the two it is for.
        """
        found = self._inventory()
        own = [
            entry
            for entry in found.entries
            if entry.owner.user_id == user_id
            and entry.counts_for_owner
            and not entry.stored.archived
        ]
        if len({entry.owner for entry in own}) > 1:
            return None
        return found.statuses.newest(own, lambda entry: entry.certificate)

    def _inventory(self) -> Inventory:
        environment, statuses = self._environment, read_statuses(self._journal)
        return read_inventory(
            environment.profile, environment.stores, environment.clock(), statuses
        )
