"""The procedure against a faulty or dishonest CA, with real stores: NSS and SoftHSM.

Every run must end with either one working new certificate or the old one untouched, and never
with a leftover key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.preflight import System
from certclient.enrollment.procedure import Finished, Pending
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import SecretPolicy
from certclient.model.progress import Step
from support.customer import USER, CustomerComputer
from support.pki import SERVER_AUTH, customer_name, make_lab, rsa_signer
from support.scripted import ScriptedUser, UnavailableVault, issue_as_requested
from support.softhsm import PIN

LOST = CertclientError(ErrorCode.NETWORK_TIMEOUT)


def finished(outcome: object) -> Finished:
    assert isinstance(outcome, Finished)
    return outcome


def test_renewal_leaves_one_usable_certificate_and_archives_the_old_one(
    customer: CustomerComputer,
) -> None:
    person = ScriptedUser(pins=[PIN])
    done = finished(customer.renew(person))
    assert customer.usable() == [done.certificate]
    assert done.certificate != customer.current
    assert done.old_archived
    assert not done.old_kept
    assert customer.stored().archived
    with customer.session() as session:
        session.unarchive(customer.current)  # archiving can be undone
    assert set(customer.usable()) == {done.certificate, customer.current}
    assert customer.enrollment().pending() == []
    assert person.warnings == []
    assert len(person.consents) == 1
    assert len(person.pin_requests) <= 1, "one PIN for the whole renewal"
    assert [step for step in person.finished if step is not Step.WAIT] == [
        Step.PREFLIGHT,
        Step.CREATE_KEY,
        Step.REQUEST,
        Step.CHECK,
        Step.INSTALL,
        Step.VERIFY,
        Step.CONFIRM,
        Step.ARCHIVE_OLD,
    ]
    assert set(done.seconds) == {"key_generation", "signing", "network", "waiting", "rest"}
    assert done.seconds["key_generation"] > 0
    assert done.seconds["signing"] > 0


def test_nothing_happens_without_consent(customer: CustomerComputer) -> None:
    with pytest.raises(CertclientError) as stopped:
        customer.renew(ScriptedUser(pins=[PIN], agrees=False))
    assert stopped.value.code is ErrorCode.CONSENT_REFUSED
    assert customer.ca.calls == []
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


Issue = Callable[[CustomerComputer, bytes], Certificate]

DISHONEST: dict[str, tuple[Issue, ErrorCode]] = {
    "another key": (
        lambda c, _spki: c.lab.issue(rsa_signer(7).spki),
        ErrorCode.ISSUED_KEY_MISMATCH,
    ),
    "another user": (
        lambda c, spki: c.lab.issue(spki, customer_name("SOMEBODY99")),
        ErrorCode.ISSUED_SUBJECT_MISMATCH,
    ),
    "another role": (
        lambda c, spki: c.lab.issue(spki, customer_name(USER, "1394")),
        ErrorCode.ISSUED_SUBJECT_MISMATCH,
    ),
    "another CA": (
        lambda _c, spki: make_lab(label="Other").issue(spki),
        ErrorCode.ISSUED_UNTRUSTED,
    ),
    "expired": (
        lambda c, spki: c.lab.issue(spki, days=-1),
        ErrorCode.ISSUED_EXPIRED,
    ),
    "no clientAuth": (
        lambda c, spki: c.lab.issue(spki, usages=(SERVER_AUTH,)),
        ErrorCode.ISSUED_NO_CLIENT_AUTH,
    ),
}


@pytest.mark.parametrize("case", DISHONEST)
def test_wrong_certificate_is_refused_and_the_old_one_kept(
    customer: CustomerComputer, case: str
) -> None:
    issue, expected = DISHONEST[case]
    customer.ca.makes = lambda spki: issue(customer, spki)
    with pytest.raises(CertclientError) as refused:
        customer.renew()
    assert refused.value.code is expected
    assert ("confirm", expected) in customer.ca.calls, "the CA receives the rejection"
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_refusal_carries_the_cas_message_and_leaves_nothing_behind(
    customer: CustomerComputer,
) -> None:
    refusal = CertclientError(ErrorCode.CA_REFUSED, message="契約が停止されています")
    customer.ca.faults["send"] = [refusal]
    with pytest.raises(CertclientError) as refused:
        customer.renew()
    assert refused.value.data["message"] == "契約が停止されています"
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_transient_network_fault_is_retried_with_growing_pauses(customer: CustomerComputer) -> None:
    busy = CertclientError(ErrorCode.SERVER_BUSY, retry_after="9")
    customer.ca.faults["send"] = [LOST, busy, None]
    finished(customer.renew())
    sent = [detail for call, detail in customer.ca.calls if call == "send"]
    assert sent == ["t1", "t1", "t1"], "the same request each time"
    assert 0.5 <= customer.time.slept[0] <= 1.0
    assert 10.0 <= customer.time.slept[1] <= 11.0, (
        "Retry-After, and not at the same second as others"
    )


def test_procedure_is_resumed_after_a_persistent_network_fault(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError) as failed:
        customer.renew()
    assert failed.value.code is ErrorCode.NETWORK_TIMEOUT
    assert customer.usable() == [customer.current]
    (open_procedure,) = customer.enrollment().pending()
    assert open_procedure.state is ProcedureState.REQUESTED
    assert open_procedure.last_error is ErrorCode.NETWORK_TIMEOUT
    person = ScriptedUser(pins=[PIN])
    done = finished(customer.enrollment().resume(open_procedure.id, person))
    assert person.consents == [], "consent was given once"
    assert customer.usable() == [done.certificate]
    assert customer.count_keys() == 2


def test_renewing_again_resumes_the_interrupted_procedure(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.renew()
    finished(customer.renew())
    assert customer.count_keys() == 2, "no second new key"


def test_refused_repeat_starts_a_new_transaction_with_the_same_key(
    customer: CustomerComputer,
) -> None:
    customer.ca.faults["send"] = [LOST, CertclientError(ErrorCode.CA_REFUSED), None]
    finished(customer.renew())
    assert [c for c in customer.ca.calls if c[0] in ("prepare", "send")] == [
        ("prepare", "t1"),
        ("send", "t1"),
        ("send", "t1"),
        ("prepare", "t2"),
        ("send", "t2"),
    ]
    assert customer.count_keys() == 2


def test_refusal_of_every_new_transaction_is_final(customer: CustomerComputer) -> None:
    refused = CertclientError(ErrorCode.CA_REFUSED)
    customer.ca.faults["send"] = [LOST, refused] * 9
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CA_REFUSED
    assert len(customer.ca.calls) < 12, "no endless loop"
    customer.assert_old_certificate_untouched()


def test_polling_follows_the_cas_check_after(customer: CustomerComputer) -> None:
    customer.ca.waits = 3
    finished(customer.renew())
    assert [call for call, _ in customer.ca.calls].count("poll") == 3
    assert customer.time.slept == [pytest.approx(5.0)] * 3


def test_long_wait_leaves_a_pending_procedure_to_resume(customer: CustomerComputer) -> None:
    customer.ca.waits = 2
    customer.ca.check_after = 3600
    outcome = customer.renew()
    assert isinstance(outcome, Pending)
    assert outcome.state is ProcedureState.WAITING
    assert outcome.check_at is not None
    wait = outcome.check_at - customer.time.now
    assert timedelta(hours=1) <= wait <= timedelta(hours=1.1), "not all at the same minute"
    assert customer.time.slept == []
    customer.time.now += timedelta(hours=2)
    again = customer.enrollment().resume(outcome.procedure_id, ScriptedUser(pins=[PIN]))
    assert isinstance(again, Pending), "still waiting after one poll"
    customer.time.now += timedelta(hours=2)
    done = finished(customer.enrollment().resume(outcome.procedure_id, ScriptedUser(pins=[PIN])))
    assert customer.usable() == [done.certificate]


def test_zero_check_after_does_not_flood_the_ca(customer: CustomerComputer) -> None:
    customer.ca.waits = 10_000
    customer.ca.check_after = 0
    outcome = customer.renew()
    assert isinstance(outcome, Pending)
    assert len(customer.ca.calls) <= 64


@pytest.mark.parametrize("call", ["send", "poll"])
def test_unproven_refusal_changes_nothing(customer: CustomerComputer, call: str) -> None:
    customer.ca.waits = 1
    forged = CertclientError(ErrorCode.CA_REFUSED, message="go away", proven="no")
    customer.ca.faults[call] = [forged]
    with pytest.raises(CertclientError):
        customer.renew()
    finished(customer.renew())
    assert [made for made, _ in customer.ca.calls].count("prepare") == 1


def test_unproven_refusal_of_a_rollback_keeps_a_certificate_that_may_be_confirmed(
    customer: CustomerComputer,
) -> None:
    """The confirmation may have arrived: then the new certificate is the only one that works."""
    forged = CertclientError(ErrorCode.CA_CONFIRM_FAILED, message="go away", proven="no")
    customer.ca.faults["confirm"] = [*[LOST] * 4, forged]
    with pytest.raises(CertclientError):
        customer.renew()
    (opened,) = customer.enrollment().pending()
    with pytest.raises(CertclientError):
        customer.enrollment().abandon(opened.id, ScriptedUser(pins=[PIN]))
    (still,) = customer.enrollment().pending()
    assert still.new_certificate in customer.usable()


def test_protected_refusal_after_waiting_is_final(customer: CustomerComputer) -> None:
    customer.ca.waits = 1
    refused = CertclientError(ErrorCode.CA_REFUSED, message="not approved", proven="yes")
    customer.ca.faults["poll"] = [refused]
    with pytest.raises(CertclientError):
        customer.renew()
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_lost_confirmation_is_resent_after_a_restart(customer: CustomerComputer) -> None:
    customer.ca.faults["confirm"] = [LOST] * 4
    with pytest.raises(CertclientError):
        customer.renew()
    assert customer.current in customer.usable(), "the old one stays until the CA confirms"
    (open_procedure,) = customer.enrollment().pending()
    assert open_procedure.state is ProcedureState.VERIFIED
    done = finished(customer.enrollment().resume(open_procedure.id, ScriptedUser(pins=[PIN])))
    assert done.old_archived


def test_refused_confirmation_is_reported_on_every_attempt(customer: CustomerComputer) -> None:
    failed = CertclientError(ErrorCode.CA_CONFIRM_FAILED)
    customer.ca.faults["confirm"] = [failed, failed]
    for attempt in (customer.renew, customer.renew):
        with pytest.raises(CertclientError) as stopped:
            attempt()
        assert stopped.value.code is ErrorCode.CA_CONFIRM_FAILED
        assert customer.current in customer.usable()
    finished(customer.renew())


def test_implicit_confirmation_sends_no_certconf(customer: CustomerComputer) -> None:
    customer.ca.confirmed_at_once = True
    done = finished(customer.renew())
    assert "confirm" not in [call for call, _ in customer.ca.calls]
    assert done.old_archived


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.NETWORK_UNREACHABLE,
        ErrorCode.TLS_UNTRUSTED,
        ErrorCode.PROXY_AUTHENTICATION,
    ],
)
def test_unreachable_ca_is_reported_before_any_side_effect(
    customer: CustomerComputer, code: ErrorCode
) -> None:
    customer.ca.faults["probe"] = [CertclientError(code)]
    person = ScriptedUser(pins=[PIN])
    with pytest.raises(CertclientError) as stopped:
        customer.renew(person)
    assert stopped.value.code is code
    assert person.pin_requests == [], "no PIN is requested in vain"
    assert customer.enrollment().pending() == []
    customer.assert_old_certificate_untouched()


def test_clock_one_day_off_is_reported_before_any_side_effect(customer: CustomerComputer) -> None:
    customer.ca.clock_of_server = customer.time.now - timedelta(days=1)
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CLOCK_WRONG
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_clock_ten_minutes_off_is_a_warning(customer: CustomerComputer) -> None:
    customer.ca.clock_of_server = customer.time.now + timedelta(minutes=10)
    person = ScriptedUser(pins=[PIN])
    finished(customer.renew(person))
    assert [w.code for w in person.warnings] == [ErrorCode.CLOCK_WRONG]


def test_remote_session_warns_before_the_key_is_created(customer: CustomerComputer) -> None:
    customer.system = System(remote=lambda: True)
    person = ScriptedUser(pins=[PIN], stop_before=lambda finished: Step.PREFLIGHT in finished)
    customer.renew(person)
    assert [w.code for w in person.warnings] == [ErrorCode.REMOTE_SESSION]


def test_clock_error_during_the_procedure_needs_no_new_key(customer: CustomerComputer) -> None:
    def set_clock_wrong() -> None:
        customer.ca.clock_of_server = customer.time.now + timedelta(days=1)

    customer.ca.faults["send"] = [set_clock_wrong]
    with pytest.raises(CertclientError) as stopped:
        customer.renew()
    assert stopped.value.code is ErrorCode.CLOCK_WRONG
    assert customer.usable() == [customer.current]
    customer.ca.clock_of_server = customer.time.now
    finished(customer.renew())
    assert [call for call, _ in customer.ca.calls].count("send") == 1
    assert customer.count_keys() == 2


def test_abandoning_a_stopped_procedure_removes_the_new_key(customer: CustomerComputer) -> None:
    person = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.CREATE_KEY in steps)
    outcome = customer.renew(person)
    assert isinstance(outcome, Pending)
    assert customer.count_keys() == 2
    end = customer.enrollment().abandon(outcome.procedure_id, ScriptedUser(pins=[PIN]))
    assert end == Pending(outcome.procedure_id, ProcedureState.ABANDONED, None)
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_abandoning_a_waiting_request_withdraws_it_at_the_ca(customer: CustomerComputer) -> None:
    customer.ca.waits, customer.max_wait = 9, 0.0
    outcome = customer.renew()
    assert isinstance(outcome, Pending)
    assert outcome.state is ProcedureState.WAITING
    person = ScriptedUser(pins=[PIN])
    customer.enrollment().abandon(outcome.procedure_id, person)
    assert [call for call, _ in customer.ca.calls].count("withdraw") == 1
    assert person.warnings == []
    customer.assert_old_certificate_untouched()


def test_a_ca_that_cannot_be_told_is_reported_and_the_key_removed(
    customer: CustomerComputer,
) -> None:
    customer.ca.waits, customer.max_wait = 9, 0.0
    outcome = customer.renew()
    customer.ca.faults["withdraw"] = [CertclientError(ErrorCode.NETWORK_UNREACHABLE)]
    assert isinstance(outcome, Pending)
    person = ScriptedUser(pins=[PIN])
    customer.enrollment().abandon(outcome.procedure_id, person)
    (warning,) = person.warnings
    assert warning.code is ErrorCode.CA_NOT_INFORMED
    assert warning.data["reason"] == "CC-NET-UNREACHABLE"
    customer.assert_old_certificate_untouched()
    assert customer.enrollment().pending() == []


def test_a_request_without_an_answer_cannot_be_withdrawn(customer: CustomerComputer) -> None:
    lost = CertclientError(ErrorCode.NETWORK_TIMEOUT)
    customer.ca.faults["send"], customer.max_wait = [lost], 0.0
    with pytest.raises(CertclientError):
        customer.renew()
    (open_one,) = customer.enrollment().pending()
    assert open_one.state is ProcedureState.REQUESTED
    person = ScriptedUser(pins=[PIN])
    customer.enrollment().abandon(open_one.id, person)
    assert [warning.code for warning in person.warnings] == [ErrorCode.CA_NOT_INFORMED]
    assert "withdraw" not in [call for call, _ in customer.ca.calls]


def test_abandoning_a_confirmed_procedure_finishes_it(customer: CustomerComputer) -> None:
    person = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.CONFIRM in steps)
    outcome = customer.renew(person)
    assert isinstance(outcome, Pending)
    assert outcome.state is ProcedureState.CONFIRMED
    done = finished(customer.enrollment().abandon(outcome.procedure_id, ScriptedUser(pins=[PIN])))
    assert done.old_archived
    assert customer.usable() == [done.certificate]


def test_abandoning_an_installed_certificate_rejects_and_removes_it(
    customer: CustomerComputer,
) -> None:
    person = ScriptedUser(pins=[PIN], stop_before=lambda steps: Step.VERIFY in steps)
    outcome = customer.renew(person)
    assert isinstance(outcome, Pending)
    customer.enrollment().abandon(outcome.procedure_id, ScriptedUser(pins=[PIN]))
    assert ("confirm", ErrorCode.CONSENT_REFUSED) in customer.ca.calls
    customer.assert_old_certificate_untouched()


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (31, ErrorCode.NOT_YET_RENEWABLE),
        (-1, ErrorCode.EXPIRED_OBTAIN_ANEW),
        (-90, ErrorCode.EXPIRED_OBTAIN_ANEW),
        (-91, ErrorCode.TOO_LATE),
    ],
)
def test_wrong_renewal_day_is_reported_before_any_side_effect(
    customer: CustomerComputer, days: int, expected: ErrorCode
) -> None:
    customer.time.now = customer.current.not_after - timedelta(days=days)
    with pytest.raises(CertclientError) as refused:
        customer.renew()
    assert refused.value.code is expected
    # Only the bank's time, which shows whether this computer's clock is to blame.
    assert customer.ca.calls == [("probe", None)]
    assert customer.count_keys() == 1


class TestObtain:
    """取得 after expiry, with user ID and issue code."""

    @pytest.fixture(autouse=True)
    def expire(self, customer: CustomerComputer) -> None:
        customer.ca.right_code = "AB12CD34"
        customer.time.now = customer.current.not_after + timedelta(days=3)
        customer.ca.makes = customer.makes_at(customer.time.now)

    def codes(self, *codes: str) -> ScriptedUser:
        return ScriptedUser(pins=[PIN] * 3, secrets={SecretKind.ISSUE_CODE: list(codes)})

    def test_correct_code_obtains_a_certificate_and_archives_the_expired_one(
        self, customer: CustomerComputer
    ) -> None:
        done = finished(customer.enrollment().obtain(USER, customer.store, self.codes("AB12CD34")))
        assert customer.usable() == [done.certificate]
        assert done.old_archived

    def test_mistyped_code_is_requested_again_without_a_second_key(
        self, customer: CustomerComputer
    ) -> None:
        person = self.codes("AB12CD43", "AB12CD34")
        finished(customer.enrollment().obtain(USER, customer.store, person))
        assert [r.previous_incorrect for r in person.secret_requests] == [False, True]
        assert customer.count_keys() == 2

    def test_cancelling_after_a_wrong_code_leaves_nothing_behind(
        self, customer: CustomerComputer
    ) -> None:
        with pytest.raises(CertclientError) as refused:
            customer.enrollment().obtain(USER, customer.store, self.codes("WRONG"))
        assert refused.value.code is ErrorCode.ISSUE_CODE_WRONG
        customer.assert_old_certificate_untouched()
        assert customer.enrollment().pending() == []

    def test_missing_code_creates_nothing(self, customer: CustomerComputer) -> None:
        with pytest.raises(CertclientError) as refused:
            customer.enrollment().obtain(USER, customer.store, self.codes())
        assert refused.value.code is ErrorCode.ISSUE_CODE_REQUIRED
        customer.assert_old_certificate_untouched()

    def test_code_is_kept_in_the_vault_until_the_procedure_ends(
        self, customer: CustomerComputer
    ) -> None:
        customer.ca.faults["send"] = [LOST] * 4
        with pytest.raises(CertclientError):
            customer.enrollment().obtain(USER, customer.store, self.codes("AB12CD34"))
        (open_procedure,) = customer.enrollment().pending()
        silent = self.codes()
        finished(customer.enrollment().resume(open_procedure.id, silent))
        assert silent.secret_requests == []
        assert customer.vault.fetch(open_procedure.id) is None
        journal = customer.journal.path.read_bytes()
        assert b"AB12CD34" not in journal

    def test_code_is_requested_again_without_a_vault_and_may_be_mistyped(
        self, customer: CustomerComputer
    ) -> None:
        customer.vault = UnavailableVault()
        customer.ca.faults["send"] = [LOST] * 4
        with pytest.raises(CertclientError):
            customer.enrollment().obtain(USER, customer.store, self.codes("AB12CD34"))
        (open_procedure,) = customer.enrollment().pending()
        with pytest.raises(CertclientError) as refused:
            customer.enrollment().resume(open_procedure.id, self.codes("TYPO"))
        assert refused.value.code is ErrorCode.ISSUE_CODE_WRONG
        again = self.codes("TYPO", "AB12CD34")
        finished(customer.enrollment().resume(open_procedure.id, again))
        assert [call for call, _ in customer.ca.calls].count("prepare") == 1, "same request"


class TestBankSecrets:
    """Way B2: the bank asks an administrator for ご契約先暗証番号 and a one-time password."""

    @pytest.fixture(autouse=True)
    def require_pin(self, customer: CustomerComputer) -> None:
        customer.profile = replace(customer.profile, ask_pin=SecretPolicy.EVERYBODY)

    def test_bank_pin_is_sent_to_the_ca_only(self, customer: CustomerComputer) -> None:
        person = ScriptedUser(pins=[PIN], secrets={SecretKind.BANK_PIN: ["735190"]})
        finished(customer.renew(person))
        (secrets,) = customer.ca.seen_secrets
        assert secrets.authenticator is not None
        assert secrets.authenticator.reveal() == "735190"
        assert secrets.registration_token is None
        assert b"735190" not in customer.journal.path.read_bytes()

    def test_bank_pin_is_requested_again_after_a_restart_and_the_key_kept(
        self, customer: CustomerComputer
    ) -> None:
        customer.ca.faults["send"] = [LOST] * 4
        with pytest.raises(CertclientError):
            customer.renew(ScriptedUser(pins=[PIN], secrets={SecretKind.BANK_PIN: ["735190"]}))
        person = ScriptedUser(pins=[PIN], secrets={SecretKind.BANK_PIN: ["735190"]})
        finished(customer.renew(person))
        assert [r.kind for r in person.secret_requests] == [SecretKind.BANK_PIN]
        assert customer.count_keys() == 2

    def test_missing_bank_pin_leaves_nothing_behind(self, customer: CustomerComputer) -> None:
        with pytest.raises(CertclientError) as refused:
            customer.renew(ScriptedUser(pins=[PIN]))
        assert refused.value.code is ErrorCode.BANK_SECRETS_REQUIRED
        customer.assert_old_certificate_untouched()


def test_honest_ca_issues_the_same_certificate_for_the_same_key() -> None:
    make = issue_as_requested(make_lab())
    spki = rsa_signer(3).spki
    assert make(spki) == make(spki)
