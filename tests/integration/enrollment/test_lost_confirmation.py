"""A renewal counts as done only once the bank has confirmed the new certificate.

Otherwise the customer could be locked out. The stores are real. The bank's answers to a late,
repeated or lost confirmation are simulated; tests/integration/cli gets them from the practice bank.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.ca.client import RefusalReason, SignerStatus, refusal_error
from certclient.enrollment.bank_holds import BankHolds
from certclient.enrollment.interaction import NonInteractive, SecretKind
from certclient.enrollment.inventory import named, newest_per_owner, read_inventory
from certclient.enrollment.journal import ProcedureState, RejectionSource
from certclient.enrollment.overview import Condition, read_overview
from certclient.enrollment.procedure import Finished, Pending
from certclient.enrollment.reminder import ReminderHistory
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.progress import Step
from support.customer import USER, CustomerComputer
from support.pki import customer_name
from support.scripted import ScriptedUser, UnavailableVault
from support.softhsm import PIN

pytestmark = pytest.mark.reliability("network", "a confirmation late, repeated, lost or refused")

LOST = CertclientError(ErrorCode.NETWORK_TIMEOUT)
RIGHT = "AB12CD34"


def refused(*reasons: RefusalReason, proven: bool = True) -> CertclientError:
    """The CA's refusal of a confirmation."""
    error = refusal_error("確認の期限を過ぎました", *reasons, proven=proven)
    return CertclientError(ErrorCode.CA_CONFIRM_FAILED, **error.data)


def lost_confirmation(customer: CustomerComputer) -> Certificate:
    """Runs a renewal whose confirmation never arrives; returns the new certificate."""
    customer.ca.faults["confirm"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.renew()
    (stopped,) = customer.enrollment().pending()
    assert stopped.state is ProcedureState.VERIFIED
    assert stopped.new_certificate is not None
    return stopped.new_certificate


def resume(customer: CustomerComputer, person: ScriptedUser | None = None) -> Finished | Pending:
    (stopped,) = customer.enrollment().pending()
    return customer.enrollment().resume(stopped.id, person or ScriptedUser(pins=[PIN]))


def conditions(customer: CustomerComputer) -> dict[str, Condition]:
    overview = read_overview(
        [customer.profile],
        [customer.store],
        customer.time.clock(),
        customer.enrollment().statuses(),
    )
    return {row.entry.certificate.serial_hex: row.condition for row in overview.rows}


def eligible(customer: CustomerComputer) -> list[Certificate]:
    """The certificates that renew, the batch and the unattended task would choose."""
    inventory = read_inventory(
        customer.profile,
        [customer.store],
        customer.time.clock(),
        customer.enrollment().statuses(),
    )
    return [entry.certificate for entry in newest_per_owner(inventory.entries)]


@pytest.mark.parametrize(
    "reason",
    [
        RefusalReason.CERTIFICATE_REVOKED,
        RefusalReason.CERTIFICATE_UNKNOWN,
        RefusalReason.REQUEST_UNKNOWN,
    ],
)
def test_rejected_certificate_is_replaced_in_the_same_run(
    customer: CustomerComputer, reason: RefusalReason
) -> None:
    rejected = lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(reason)]
    person = ScriptedUser(pins=[PIN])
    done = resume(customer, person)
    assert isinstance(done, Finished)
    assert done.certificate != rejected
    assert done.not_accepted == rejected.serial_hex
    assert done.old_archived
    assert customer.usable() == [done.certificate]
    assert rejected not in [s.certificate for s in customer.store.certificates()]
    assert customer.count_keys() == 2, "its key was deleted, also on a token"
    assert [w.code for w in person.warnings] == [ErrorCode.CERTIFICATE_NOT_ACCEPTED]
    assert len(person.pin_requests) <= 1, "one PIN for both"
    assert customer.enrollment().pending() == []
    assert conditions(customer)[done.certificate.serial_hex] is Condition.VALID


def test_journal_records_the_rejection(customer: CustomerComputer) -> None:
    rejected = lost_confirmation(customer)
    (stopped,) = customer.enrollment().pending()
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)]
    resume(customer)
    record = customer.journal.load(stopped.id)
    assert record is not None
    assert record.state is ProcedureState.NOT_ACCEPTED
    assert record.error is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    (rejection,) = customer.journal.rejections()
    assert rejection.fingerprint == rejected.fingerprint
    assert rejection.source is RejectionSource.CONFIRMATION
    assert rejection.message == "確認の期限を過ぎました"


def test_late_first_confirmation_leads_to_a_new_request(customer: CustomerComputer) -> None:
    """The PC was asleep, and the bank revoked the certificate within a minute."""
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)]
    done = customer.renew()
    assert isinstance(done, Finished)
    assert done.not_accepted
    assert customer.usable() == [done.certificate]


def test_repeated_rejection_stops_after_two_requests(customer: CustomerComputer) -> None:
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)] * 9
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert [call for call, _ in customer.ca.calls].count("send") == 2
    customer.assert_old_certificate_untouched()
    assert eligible(customer) == [customer.current]


def test_already_confirmed_is_not_an_error(customer: CustomerComputer) -> None:
    """`CaClient.confirm` returns for certConfirmed (tests/unit/ca)."""
    new = lost_confirmation(customer)
    done = resume(customer)
    assert isinstance(done, Finished)
    assert done.certificate == new
    assert done.old_archived


@pytest.mark.parametrize(
    "reasons", [(RefusalReason.CERTIFICATE_REVOKED,), (RefusalReason.REQUEST_UNKNOWN,), ()]
)
def test_certificate_whose_signature_the_bank_accepts_is_kept(
    customer: CustomerComputer, reasons: tuple[RefusalReason, ...]
) -> None:
    """The bank received the confirmation and revoked the certificate that had signed it."""
    new = lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(*reasons)]
    customer.ca.signers[new.fingerprint] = SignerStatus.ACCEPTED
    person = ScriptedUser(pins=[PIN])
    done = resume(customer, person)
    assert isinstance(done, Finished)
    assert done.certificate == new
    assert (done.old_archived, done.old_kept) == (False, True)
    assert [w.code for w in person.warnings] == [ErrorCode.CA_CONFIRM_FAILED]
    assert eligible(customer) == [new]


@pytest.mark.parametrize(
    "answer",
    [
        refused(),
        refused(RefusalReason.CERTIFICATE_REVOKED, proven=False),
        CertclientError(ErrorCode.SERVER_ERROR, status="500"),
        CertclientError(ErrorCode.CA_MALFORMED, reason="empty"),
    ],
    ids=["without a reason", "unproven", "HTTP 500", "without a body"],
)
def test_inconclusive_answer_leaves_the_procedure_open(
    customer: CustomerComputer, answer: CertclientError
) -> None:
    new = lost_confirmation(customer)
    customer.max_wait = 0.0
    customer.ca.faults["confirm"] = [answer]
    with pytest.raises(CertclientError) as stopped:
        resume(customer)
    assert stopped.value.code is answer.code
    assert conditions(customer) == {
        customer.current.serial_hex: Condition.RENEWABLE,
        new.serial_hex: Condition.UNFINISHED,
    }
    assert eligible(customer) == [customer.current]
    done = resume(customer)
    assert isinstance(done, Finished), "the next attempt may succeed"
    assert done.certificate == new


def test_nothing_is_removed_while_the_bank_is_unreachable(customer: CustomerComputer) -> None:
    new = lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)]
    customer.ca.faults["signer_status"] = [LOST] * 4
    with pytest.raises(CertclientError):
        resume(customer)
    assert new in customer.usable()
    assert eligible(customer) == [customer.current]


def test_interrupted_removal_is_resumed(customer: CustomerComputer) -> None:
    """After a stop during the removal, the removal and the new request follow the journal."""
    rejected = lost_confirmation(customer)
    (stopped,) = customer.enrollment().pending()
    record = customer.journal.load(stopped.id)
    assert record is not None
    customer.journal.save(replace(record, abandoning=True, not_accepted=True))
    done = resume(customer)
    assert isinstance(done, Finished)
    assert done.not_accepted == rejected.serial_hex
    assert ("confirm", ErrorCode.CONSENT_REFUSED) not in customer.ca.calls, (
        "the bank has already rejected it"
    )
    assert customer.usable() == [done.certificate]


def test_renewing_again_resumes_the_open_procedure(customer: CustomerComputer) -> None:
    lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)]
    done = customer.renew()
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]


def test_renewing_the_unconfirmed_certificate_resumes_its_procedure(
    customer: CustomerComputer,
) -> None:
    new = lost_confirmation(customer)
    done = customer.enrollment().renew(
        customer.stored(new), customer.store, ScriptedUser(pins=[PIN])
    )
    assert isinstance(done, Finished)
    assert done.certificate == new


def test_reminders_follow_the_confirmed_certificate(customer: CustomerComputer) -> None:
    new = lost_confirmation(customer)
    shown = []
    book = ReminderHistory(customer.journal.path.parent / "reminders.json")
    start = customer.time.now
    for day in range(21):
        now = start + timedelta(days=day)
        statuses = customer.enrollment().statuses()
        overview = read_overview([customer.profile], [customer.store], now, statuses)
        due = book.due(overview.rows, now)
        assert new not in [reminder.row.entry.certificate for reminder in due]
        book.note(due, now)
        shown += [reminder.days_left for reminder in due]
    assert {10, 7, 3, 1} <= set(shown)


# Giving up, and doubt


def give_up(customer: CustomerComputer) -> Finished | Pending:
    (stopped,) = customer.enrollment().pending()
    return customer.enrollment().abandon(stopped.id, ScriptedUser(pins=[PIN]))


def test_giving_up_after_a_lost_response_finishes_a_confirmed_certificate(
    customer: CustomerComputer,
) -> None:
    new = lost_confirmation(customer)
    customer.ca.signers[new.fingerprint] = SignerStatus.ACCEPTED
    done = give_up(customer)
    assert isinstance(done, Finished)
    assert customer.usable() == [new]


def test_giving_up_is_finished_if_the_ca_answers_confirmed(customer: CustomerComputer) -> None:
    new = lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(RefusalReason.ALREADY_CONFIRMED)]
    done = give_up(customer)
    assert isinstance(done, Finished)
    assert customer.usable() == [new]


def test_giving_up_deletes_nothing_while_the_ca_is_unreachable(customer: CustomerComputer) -> None:
    new = lost_confirmation(customer)
    customer.ca.faults["signer_status"] = [LOST] * 4
    with pytest.raises(CertclientError) as stopped:
        give_up(customer)
    assert stopped.value.code is LOST.code
    assert new in customer.usable()


def test_giving_up_deletes_a_certificate_that_the_ca_does_not_accept(
    customer: CustomerComputer,
) -> None:
    new = lost_confirmation(customer)
    customer.ca.signers[new.fingerprint] = SignerStatus.NOT_TRUSTED
    outcome = give_up(customer)
    assert isinstance(outcome, Pending)
    customer.assert_old_certificate_untouched()


def test_implicitly_confirmed_certificate_is_finished_instead_of_given_up(
    customer: CustomerComputer,
) -> None:
    """The CA has retired the old one already."""
    customer.ca.confirmed_at_once = True
    stop = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.INSTALL in steps)
    assert isinstance(customer.renew(stop), Pending)
    done = give_up(customer)
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]


def test_doubtful_certificate_is_reinstated_if_the_old_one_is_refused(
    customer: CustomerComputer,
) -> None:
    """The CA had the confirmation, forgot the transaction, answers no questions, and has retired
    the certificate that signs the next request."""
    new = lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(RefusalReason.REQUEST_UNKNOWN)]
    no = refusal_error("", RefusalReason.CERTIFICATE_REVOKED)
    customer.ca.faults["send"] = [no]
    done = resume(customer)
    assert isinstance(done, Finished)
    assert done.certificate == new
    assert eligible(customer) == [new]
    assert conditions(customer)[customer.current.serial_hex] is Condition.NOT_ACCEPTED
    assert customer.count_keys() == 2
    assert customer.enrollment().pending() == []


def test_doubtful_certificate_is_kept_until_another_one_has_replaced_it(
    customer: CustomerComputer,
) -> None:
    new = lost_confirmation(customer)
    customer.ca.faults["confirm"] = [refused(RefusalReason.REQUEST_UNKNOWN)]
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        resume(customer)
    assert new in [s.certificate for s in customer.store.certificates()]
    assert eligible(customer) == [customer.current]
    done = resume(customer)
    assert isinstance(done, Finished)
    assert customer.usable() == [done.certificate]
    assert customer.count_keys() == 2


def test_resuming_what_another_run_has_finished_says_so(customer: CustomerComputer) -> None:
    lost_confirmation(customer)
    (stopped,) = customer.enrollment().pending()
    assert isinstance(resume(customer), Finished)
    again = customer.enrollment().resume(stopped.id, ScriptedUser())
    assert again == Pending(stopped.id, ProcedureState.DONE, None)


# 取得


def expire(customer: CustomerComputer) -> None:
    customer.vault = UnavailableVault()
    customer.ca.right_code = RIGHT
    customer.time.now = customer.current.not_after + timedelta(days=3)
    customer.ca.makes = customer.makes_at(customer.time.now)


def person_with_codes(*given: str) -> ScriptedUser:
    return ScriptedUser(pins=[PIN] * 9, secrets={SecretKind.ISSUE_CODE: list(given)})


def test_obtaining_requests_the_code_again(customer: CustomerComputer) -> None:
    expire(customer)
    customer.ca.faults["confirm"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.enrollment().obtain(USER, customer.store, person_with_codes(RIGHT))
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)]
    customer.ca.right_code = RIGHT
    person = person_with_codes(RIGHT, RIGHT)
    done = resume(customer, person)
    assert isinstance(done, Finished)
    assert done.not_accepted
    assert len(person.secret_requests) == 2
    assert not any(request.previous_incorrect for request in person.secret_requests)
    assert [s.certificate for s in customer.store.certificates() if not s.archived] == [
        done.certificate
    ]


def test_obtaining_without_another_code_rolls_back(customer: CustomerComputer) -> None:
    expire(customer)
    customer.ca.faults["confirm"] = [refused(RefusalReason.CERTIFICATE_REVOKED)]
    with pytest.raises(CertclientError) as stopped:
        customer.enrollment().obtain(USER, customer.store, person_with_codes(RIGHT))
    assert stopped.value.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert customer.usable() == [customer.current], "the rejected certificate was removed"
    assert customer.count_keys() == 1
    (again,) = customer.enrollment().pending()
    assert again.state is ProcedureState.PREPARED, "status shows what is left to do"
    customer.ca.right_code = RIGHT
    assert isinstance(resume(customer, person_with_codes(RIGHT)), Finished)


# The bank refuses the signing certificate


@pytest.mark.parametrize(
    "reason", [RefusalReason.CERTIFICATE_REVOKED, RefusalReason.SIGNER_NOT_TRUSTED]
)
def test_refused_signer_is_recorded_and_not_used_again(
    customer: CustomerComputer, reason: RefusalReason
) -> None:
    refusal = refusal_error("失効しています", reason)
    customer.ca.faults["send"] = [refusal]
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert stopped.value.data["message"] == "失効しています"
    assert conditions(customer) == {customer.current.serial_hex: Condition.NOT_ACCEPTED}
    assert eligible(customer) == []
    customer.ca.calls.clear()
    customer.ca.signer = SignerStatus.REVOKED
    with pytest.raises(CertclientError) as again:
        customer.renew()
    assert again.value.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert "send" not in [call for call, _ in customer.ca.calls], "the request is not repeated"


def test_certificate_accepted_again_clears_the_rejection(customer: CustomerComputer) -> None:
    refusal = refusal_error("", RefusalReason.SIGNER_NOT_TRUSTED)
    customer.ca.faults["send"] = [refusal]
    with pytest.raises(CertclientError):
        customer.renew()
    customer.ca.signer = SignerStatus.ACCEPTED
    person = ScriptedUser(pins=[PIN, PIN])
    done = customer.renew(person)
    assert isinstance(done, Finished)
    assert customer.journal.rejections() == []


def test_unprotected_refusal_does_not_mark_the_certificate_rejected(
    customer: CustomerComputer,
) -> None:
    refusal = refusal_error("", RefusalReason.CERTIFICATE_REVOKED, proven=False)
    customer.ca.faults["send"] = [refusal]
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CA_REFUSED
    assert eligible(customer) == [customer.current]


def test_old_certificate_is_restored_when_its_successor_is_refused(
    customer: CustomerComputer,
) -> None:
    done = customer.renew()
    assert isinstance(done, Finished)
    assert done.old_archived
    customer.ca.signers[done.certificate.fingerprint] = SignerStatus.REVOKED
    error = customer.enrollment().check_with_bank(
        customer.stored(done.certificate), ScriptedUser(pins=[PIN])
    )
    assert error is not None
    assert error.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert error.data["restored"] == customer.current.serial_hex
    assert not customer.stored().archived
    assert conditions(customer) == {
        customer.current.serial_hex: Condition.RENEWABLE,
        done.certificate.serial_hex: Condition.NOT_ACCEPTED,
    }


def test_bank_check_asks_the_user_nothing(customer: CustomerComputer) -> None:
    if customer.store.store_id.startswith("nss"):
        assert customer.enrollment().check_with_bank(customer.stored(), NonInteractive()) is None
    else:
        with pytest.raises(CertclientError) as stopped:
            customer.enrollment().check_with_bank(customer.stored(), NonInteractive())
        assert stopped.value.code is ErrorCode.PIN_REQUIRED


# Two certificates of one owner


def test_newer_of_two_certificates_with_equal_expiry_is_chosen(customer: CustomerComputer) -> None:
    """A renewal and a new enrollment, both certificates unarchived: the superseded one must not
    sign."""
    end = customer.time.now + timedelta(days=25)
    issuing = customer.lab.intermediate

    def issue(spki: bytes) -> Certificate:
        days = (end - customer.time.now).total_seconds() / 86400
        now = replace(issuing, now=customer.time.now)
        return now.issue(spki, customer_name(USER), days=days)

    customer.ca.makes = issue
    first = customer.renew()
    assert isinstance(first, Finished)
    with customer.session() as session:
        session.unarchive(customer.current)
    customer.time.now += timedelta(hours=1)
    customer.ca.right_code = "CODE"
    person = ScriptedUser(pins=[PIN], secrets={SecretKind.ISSUE_CODE: ["CODE"]})
    second = customer.enrollment().obtain(USER, customer.store, person)
    assert isinstance(second, Finished)
    with customer.session() as session:
        session.unarchive(first.certificate)
    assert second.certificate.not_after == first.certificate.not_after
    assert eligible(customer) == [second.certificate]
    inventory = read_inventory(
        customer.profile,
        [customer.store],
        customer.time.clock(),
        customer.enrollment().statuses(),
    )
    assert named(inventory, USER).certificate == second.certificate


# Certificates that certclient refuses


def issue_to_wrong_owner(customer: CustomerComputer) -> None:
    customer.ca.makes = lambda spki: customer.lab.issue(spki, customer_name("SOMEBODY99"))


def failed_renewal(customer: CustomerComputer) -> CertclientError:
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.ISSUED_SUBJECT_MISMATCH
    return stopped.value


def test_refused_certificate_is_rejected_by_certconf(customer: CustomerComputer) -> None:
    issue_to_wrong_owner(customer)
    assert failed_renewal(customer).data["bank_holds"] == BankHolds.OLD.value
    assert ("confirm", ErrorCode.ISSUED_SUBJECT_MISMATCH) in customer.ca.calls


@pytest.mark.parametrize(
    ("status", "holds"),
    [
        (SignerStatus.ACCEPTED, BankHolds.OLD),
        (SignerStatus.REVOKED, BankHolds.NOTHING),
        (SignerStatus.UNKNOWN, BankHolds.UNCERTAIN),
    ],
)
def test_refused_certificate_is_revoked_after_implicit_confirmation(
    customer: CustomerComputer, status: SignerStatus, holds: BankHolds
) -> None:
    issue_to_wrong_owner(customer)
    customer.ca.confirmed_at_once = True
    customer.ca.signer = status
    assert failed_renewal(customer).data["bank_holds"] == holds.value
    assert [call for call, _ in customer.ca.calls if call in ("confirm", "revoke")] == ["revoke"]
    customer.assert_old_certificate_untouched()


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.NETWORK_TIMEOUT,
        ErrorCode.PROXY_AUTHENTICATION,
        ErrorCode.PROXY_SETTING,
        ErrorCode.TLS_UNTRUSTED,
        ErrorCode.SERVER_ADDRESS,
        ErrorCode.FOREIGN_ANSWER,
        ErrorCode.NETWORK_STOPPED,
    ],
)
def test_failed_revocation_reports_that_the_bank_holds_the_new_certificate(
    customer: CustomerComputer, code: ErrorCode
) -> None:
    """Whatever kept the message from the CA; Ctrl+C is NETWORK_STOPPED."""
    issue_to_wrong_owner(customer)
    customer.ca.confirmed_at_once = True
    customer.ca.faults["revoke"] = [CertclientError(code)] * (4 if code.retriable else 1)
    assert failed_renewal(customer).data["bank_holds"] == BankHolds.NEW.value
    (open_procedure,) = customer.enrollment().pending()
    assert customer.count_keys() == 2, "the key that can sign the revocation is kept"
    outcome = customer.enrollment().resume(open_procedure.id, ScriptedUser(pins=[PIN]))
    assert isinstance(outcome, Pending)
    assert outcome.state is ProcedureState.ABANDONED
    assert [call for call, _ in customer.ca.calls].count("revoke") > 1, "sent again"
    customer.assert_old_certificate_untouched()


# A wrong clock (cases 20 and 23)


@pytest.mark.parametrize("state", [ProcedureState.WAITING, ProcedureState.VERIFIED])
def test_procedure_survives_a_clock_one_day_ahead(
    customer: CustomerComputer, state: ProcedureState
) -> None:
    customer.ca.waits = 1 if state is ProcedureState.WAITING else 0
    customer.max_wait = 0.0
    if state is ProcedureState.WAITING:
        assert isinstance(customer.renew(), Pending)
    else:
        stop = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.VERIFY in steps)
        assert isinstance(customer.renew(stop), Pending)
    customer.ca.clock_of_server = customer.time.now
    customer.time.now += timedelta(days=1)
    refusal = refusal_error("", RefusalReason.TIME)
    customer.ca.faults["poll"] = [refusal]
    customer.ca.faults["confirm"] = [refused(RefusalReason.TIME)]
    with pytest.raises(CertclientError) as stopped:
        resume(customer)
    assert stopped.value.code is ErrorCode.CLOCK_WRONG
    (kept,) = customer.enrollment().pending()
    assert kept.state is state
    assert customer.count_keys() == 2
    customer.time.now -= timedelta(days=1)
    customer.ca.faults.clear()
    customer.max_wait = 60.0
    assert isinstance(resume(customer), Finished)
