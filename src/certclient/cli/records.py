"""The JSON output of `--json`: documented in docs/cli.md, stable within one `schema`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from certclient.cli.json_output import JsonObject, error_record
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.procedure_status import status_of
from certclient.model.certificate import DATES, Certificate
from certclient.model.certificate_reading import CertificateField
from certclient.store.names import browser_of, title_of

if TYPE_CHECKING:
    from certclient.cli.invocation import Invocation
    from certclient.enrollment.inventory import InventoryEntry
    from certclient.enrollment.journal import Rejection
    from certclient.enrollment.overview import Row
    from certclient.enrollment.procedure import Leftover, ProcedureView
    from certclient.model.errors import CertclientError
    from certclient.model.policy import Policy
    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore, StoredCertificate


def store_record(
    invocation: Invocation, store: CertificateStore, error: CertclientError | None
) -> JsonObject:
    """A store; `error` is the reason why it is unavailable, null if it is available."""
    return {
        "id": store.store_id,
        "label": store.label,
        "title": title_of(store),
        "browser": browser_of(store) or None,
        "destination": store.destination.value,
        "available": error is None,
        "error": error_record(invocation, error) if error else None,
    }


def entry_record(entry: InventoryEntry) -> JsonObject:
    """A certificate, its store, and what can be done with it today."""
    dated = not entry.certificate.unreadable & DATES
    return {
        **stored_record(entry.stored),
        "profile": entry.bank,
        "name": entry.full_id,
        "user_id": entry.owner.user_id,
        "suffix": entry.owner.suffix,
        "role": entry.owner.role.value,
        "store_label": entry.store.label,
        "browser": browser_of(entry.store) or None,
        "destination": entry.store.destination.value,
        "stage": entry.life.stage.value if dated else None,
        "days_left": entry.life.days_left if dated else None,
        "renew_from": entry.life.renew_from.isoformat() if dated else None,
        "deadline": entry.life.deadline.isoformat() if dated else None,
        "renewal_closed": entry.life.closed if dated else None,
        "obtain_until": entry.life.obtain_until.isoformat() if dated else None,
        "obstacle": entry.obstacle.code.code if entry.obstacle else None,
        "bank_status": entry.bank_status.value,
        "rejection": rejection_record(entry.rejection),
        "procedure": entry.unfinished_procedure or None,
        "moving": entry.move is not None,
    }


def row_record(invocation: Invocation, row: Row) -> JsonObject:
    """A certificate with its bank's name, the condition that the windows show, and what its owner's
    open procedure does; null if there is none."""
    phase = row.procedure.phase.value if row.procedure is not None else None
    return {
        **entry_record(row.entry),
        "bank": invocation.name_of(row.profile),
        "condition": row.condition.value,
        "procedure_phase": phase,
    }


def bank_record(profile: Profile) -> JsonObject:
    """A bank: the id of its profile, and its name in both languages."""
    return {"id": profile.id, "name": {"ja": profile.bank.ja, "en": profile.bank.en}}


def stored_record(stored: StoredCertificate) -> JsonObject:
    """A certificate as its store holds it."""
    return {
        **certificate_record(stored.certificate),
        "store": stored.store_id,
        "friendly_name": stored.friendly_name,
        "has_key": stored.key is not None,
        "key": _key_state(stored),
        "archived": stored.archived,
    }


def _key_state(stored: StoredCertificate) -> str:
    """Of a hidden key, the store tells only those who have entered the PIN."""
    if stored.key is None:
        return "missing"
    return "hidden" if stored.key_hidden else "present"


def rejection_record(rejection: Rejection | None) -> JsonObject | None:
    """Why the bank does not accept a certificate; null if no rejection is known."""
    if rejection is None:
        return None
    return {
        "source": rejection.source.value,
        "code": rejection.reason,
        "message": rejection.message,
        "noted": moment(rejection.noted),
    }


def certificate_record(certificate: Certificate) -> JsonObject:
    """The fields of a certificate; times in UTC, serial number and fingerprint in hex.

    Fields in `unreadable` are null, or empty.
    """
    unreadable = certificate.unreadable
    starts = CertificateField.NOT_BEFORE not in unreadable
    ends = CertificateField.NOT_AFTER not in unreadable
    return {
        "serial": certificate.serial_hex,
        "fingerprint": certificate.fingerprint,
        "subject": [list(line) for line in certificate.dn_lines],
        "issuer": [list(line) for line in certificate.issuer_lines],
        "not_before": moment(certificate.not_before) if starts else None,
        "not_after": moment(certificate.not_after) if ends else None,
        "key_kind": certificate.key_kind.value,
        "unreadable": sorted(field.value for field in unreadable),
    }


def procedure_record(view: ProcedureView, *, running: bool = False) -> JsonObject:
    """A procedure that is not finished; times in UTC. `running`: another process runs it."""
    status = status_of(view, running=running) if view.state.open else None
    return {
        "phase": status.phase.value if status is not None else None,
        "step": status.step.value if status is not None and status.step is not None else None,
        "id": view.id,
        "kind": view.kind.value,
        "profile": view.profile_id,
        "user_id": view.user_id,
        "state": view.state.value,
        "started": moment(view.started),
        "changed": moment(view.changed),
        "store": view.store_id,
        "serial": view.new_certificate.serial_hex if view.new_certificate else None,
        "check_at": moment(view.check_at) if view.check_at else None,
        "last_error": view.last_error.code if view.last_error else None,
        "waits_for": SecretKind.ISSUE_CODE.value if view.waits_for_code else None,
    }


def leftover_record(leftover: Leftover) -> JsonObject:
    """A key without a certificate and without an open procedure."""
    return {
        "key": leftover.name,
        "store": leftover.store.store_id,
        "store_label": leftover.store.label,
        "destination": leftover.store.destination.value,
    }


def policy_record(policy: Policy) -> JsonObject:
    """The administrator's policy; null for each setting that it leaves open."""
    return {
        "sources": list(policy.sources),
        "profiles": list(policy.profiles) or None,
        "destinations": [one.value for one in policy.destinations] or None,
        "reminder_days": list(policy.reminder_days) or None,
        "proxy": str(policy.proxy) if policy.proxy else None,
        "unattended_renewal": policy.unattended_renewal,
        "spread_renewals": policy.spread_renewals,
        "update_notice": policy.update_notice,
        "revocation": policy.revocation,
        "remove_archived": policy.remove_archived,
    }


def moment(time: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return time.astimezone(UTC).isoformat(timespec="seconds")
