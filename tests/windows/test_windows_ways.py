"""Every procedure for a new certificate on a Windows PC, against the practice bank on Linux.

They use the whole program except its user interfaces: the user's own certificate store, journal,
credential store and network.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("runs on Windows: make test-windows", allow_module_level=True)

from certclient.bootstrap import code_vault, enrollment, system_services
from certclient.cli.main import run
from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.journal import Journal
from certclient.enrollment.preflight import Check, Verdict
from certclient.enrollment.procedure import Enrollment, Finished, LoginTestResult, Outcome, Pending
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec, Protection
from certclient.model.profile import EST, Profile, SecretPolicy
from certclient.model.progress import Step
from certclient.model.secret import Secret
from certclient.platform.folders import journal_file
from certclient.platform.windows_dll import WindowsCallError
from certclient.store.base import StoredCertificate
from certclient.store.registry import open_stores
from certclient.store.windows import capi, crypt32
from certclient.store.windows import declarations as w
from certclient.store.windows.container import from_key_id
from certclient.store.windows.errors import ERROR_ACCESS_DENIED, ERROR_CANCELLED
from support.bank_service import BankService
from support.pki import make_lab, rsa_key, spki_of
from support.scripted import ScriptedUser
from support.windows_pc import (
    CNG,
    KeyOwner,
    WindowsComputer,
    elsewhere,
    internet_explorer_key,
    lose_keys_with_the_password,
)


@pytest.fixture
def profile(bank_service: BankService) -> Profile:
    profile = bank_service.profile()
    # Wine's crypt32 finds no CNG key for TLS, so the login cannot be tested with CNG keys.
    return replace(profile, login_test_url="") if CNG else profile


def profile_text(bank_service: BankService) -> str:
    """The text of the file of `profile`."""
    lines = bank_service.profile_text().splitlines(keepends=True)
    return "".join(line for line in lines if not (CNG and line.startswith("login_test_url")))


def open_procedures(profile: Profile) -> Enrollment:
    """New procedures, with open stores, as the program creates them at each start."""
    return enrollment(profile, open_stores(()))


def current(computer: WindowsComputer, certificate: Certificate) -> StoredCertificate:
    return next(s for s in computer.store.certificates() if s.certificate == certificate)


def renewed(
    computer: WindowsComputer, profile: Profile, old: Certificate, person: ScriptedUser
) -> Finished:
    outcome = open_procedures(profile).renew(current(computer, old), computer.store, person)
    return finished(outcome)


def finished(outcome: Outcome) -> Finished:
    assert isinstance(outcome, Finished)
    return outcome


# A1 今すぐ更新する → パソコンに保存する


def test_renew_now(computer: WindowsComputer, bank_service: BankService, profile: Profile) -> None:
    user_id = bank_service.new_customer()
    old = computer.add_certificate(bank_service, user_id, 20)
    person = ScriptedUser()
    done = renewed(computer, profile, old, person)
    assert computer.usable() == [done.certificate]
    assert current(computer, old).archived
    assert done.old_archived
    assert bank_service.state_of(done.certificate) == "confirmed"
    assert bank_service.state_of(old) == "superseded"
    assert (len(person.consents), person.pin_requests, person.warnings) == (1, [], [])
    computer.assert_nothing_left_over()
    name = current(computer, done.certificate).friendly_name
    assert name == f"{profile.bank.ja} {user_id} ({done.certificate.not_after_tokyo:%Y-%m-%d})"
    with crypt32.opened("CA", writable=False) as store:
        assert bank_service.intermediate() in [e.certificate for e in store.entries()]
    assert (Step.LOGIN in person.finished) is not CNG, "a real login before the old one is archived"
    assert done.login.result is (LoginTestResult.NO_ADDRESS if CNG else LoginTestResult.WORKED)


@pytest.mark.skipif(CNG, reason="Wine finds no CNG key for TLS")
def test_renew_by_est(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    """By TLS client authentication with the key in Windows' store; then by the new one."""
    user_id = bank_service.new_customer()
    base = profile.login_url.replace("/login", "/.well-known/est")
    by_est = replace(profile, ca=replace(profile.ca, protocol=EST, url=base))
    old = computer.add_certificate(bank_service, user_id, 20)
    done = renewed(computer, by_est, old, ScriptedUser())
    assert computer.usable() == [done.certificate]
    assert done.old_archived
    assert bank_service.state_of(done.certificate) == "confirmed"
    assert bank_service.state_of(old) == "superseded", "the login test has used the new one"
    computer.assert_nothing_left_over()


def test_renew_certificate_of_internet_explorer(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    user_id = bank_service.new_customer()
    place = internet_explorer_key("Microsoft Enhanced Cryptographic Provider v1.0", 1)
    old = bank_service.issue_certificate(user_id, capi.spki(place), 20)
    with crypt32.opened("MY", writable=True) as store:
        store.add(old, "", place)
    done = renewed(computer, profile, old, ScriptedUser())
    assert computer.usable() == [done.certificate]
    key = current(computer, done.certificate).key
    assert key is not None
    new_place = from_key_id(key.key_id)
    assert new_place is not None
    assert new_place.is_cng is CNG
    capi.delete(place)


def test_old_certificate_stays_if_login_test_fails(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    if CNG:
        pytest.skip("needs a login with the new key")
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    refusing = replace(profile, login_test_url=profile.login_test_url.replace("/login", "/none"))
    done = renewed(computer, refusing, old, ScriptedUser())
    assert done.login.result is LoginTestResult.FAILED
    assert done.login.error is not None
    assert done.login.error.code is ErrorCode.LOGIN_REFUSED
    assert not done.old_archived
    assert set(computer.usable()) == {old, done.certificate}


def test_root_is_installed_only_if_profile_and_user_agree(
    computer: WindowsComputer,
    bank_service: BankService,
    profile: Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def trusted() -> bool:
        with crypt32.opened("Root", writable=False) as store:
            return profile.ca.trust_anchors[0] in [e.certificate for e in store.entries()]

    user_id = bank_service.new_customer()
    renewed(computer, profile, computer.add_certificate(bank_service, user_id, 20), ScriptedUser())
    assert not trusted()
    changed_profile = replace(profile, install_root=True)

    def obtain_with_root() -> tuple[Finished, ScriptedUser]:
        person = ScriptedUser(secrets={SecretKind.ISSUE_CODE: [bank_service.issue_code(user_id)]})
        return finished(
            open_procedures(changed_profile).obtain(user_id, computer.store, person)
        ), person

    with monkeypatch.context() as patch:
        # The error of Windows if the user answers いいえ to its own prompt.
        refuse_adding(patch, "Root", ERROR_CANCELLED)
        done, person = obtain_with_root()
    assert [warning.code for warning in person.warnings] == [ErrorCode.CONSENT_REFUSED]
    assert computer.usable() == [done.certificate], "the certificate is installed anyway"
    assert not trusted()
    obtain_with_root()
    assert trusted()
    with crypt32.opened("Root", writable=True) as store:
        store.delete(profile.ca.trust_anchors[0])


def refuse_adding(monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    """Makes adding a certificate to Windows' store `name` fail with `code`."""
    open_store, add = w.cert_open_store, w.cert_add_certificate_context_to_store
    opened: set[object] = set()

    def remember(*arguments: object) -> object:
        handle = open_store(*arguments)
        (opened.add if arguments[-1] == name else opened.discard)(handle)
        return handle

    def refuse(*arguments: object) -> object:
        if arguments[0] in opened:
            raise WindowsCallError("CertAddCertificateContextToStore", code)
        return add(*arguments)

    monkeypatch.setattr(w, "cert_open_store", remember)
    monkeypatch.setattr(w, "cert_add_certificate_context_to_store", refuse)


# A3 後で更新する → 証明書更新


def test_renew_later(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    with pytest.raises(CertclientError) as declined:
        renewed(computer, profile, old, ScriptedUser(agrees=False))
    assert declined.value.code is ErrorCode.CONSENT_REFUSED
    assert computer.usable() == [old]
    computer.assert_nothing_left_over()
    done = renewed(computer, profile, old, ScriptedUser())
    assert computer.usable() == [done.certificate]


# B2 administrator with ご契約先暗証番号 and お客様カード


def test_administrator_enters_pin_and_one_time_password(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    asking = replace(
        profile,
        ask_pin=SecretPolicy.ADMINISTRATORS,
        ask_one_time_password=SecretPolicy.ADMINISTRATORS,
    )
    user_id = bank_service.new_customer("1394", pin="246810", one_time_password="135791")
    old = computer.add_certificate(bank_service, user_id, 20)
    person = ScriptedUser(
        secrets={SecretKind.BANK_PIN: ["246810"], SecretKind.ONE_TIME_PASSWORD: ["135791"]}
    )
    done = renewed(computer, asking, old, person)
    assert [request.kind for request in person.secret_requests] == [
        SecretKind.BANK_PIN,
        SecretKind.ONE_TIME_PASSWORD,
    ]
    assert computer.usable() == [done.certificate]


# C1 電子証明書取得


def test_obtain_after_expiry(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    user_id = bank_service.new_customer()
    expired = computer.add_certificate(bank_service, user_id, -10)
    person = ScriptedUser(secrets={SecretKind.ISSUE_CODE: [bank_service.issue_code(user_id)]})
    done = finished(open_procedures(profile).obtain(user_id, computer.store, person))
    assert computer.usable() == [done.certificate]
    assert current(computer, expired).archived
    computer.assert_nothing_left_over()


# Waiting, and the issue code in Windows' credential store


def test_issue_code_is_kept_in_credential_store(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    user_id = bank_service.new_customer()
    code = bank_service.issue_code(user_id)
    asked = ScriptedUser(
        secrets={SecretKind.ISSUE_CODE: [code]}, stop_before=lambda finished: len(finished) >= 3
    )
    outcome = open_procedures(profile).obtain(user_id, computer.store, asked)
    assert isinstance(outcome, Pending)
    seen = elsewhere(
        "from certclient.bootstrap import code_vault\n"
        "from certclient.enrollment.journal import Journal\n"
        "from certclient.platform.folders import journal_file\n"
        "print(code_vault(Journal(journal_file())).fetch(sys.argv[1]).reveal())",
        outcome.procedure_id,
    )
    assert seen == code, "another process of the same user finds it"
    person = ScriptedUser()
    done = finished(open_procedures(profile).resume(outcome.procedure_id, person))
    assert person.secret_requests == [], "not asked again"
    assert computer.usable() == [done.certificate]
    assert code_vault(Journal(journal_file())).fetch(outcome.procedure_id) is None, (
        "deleted at the end"
    )


def test_credential_store_supports_japanese(computer: WindowsComputer) -> None:
    vault = code_vault(Journal(journal_file()))
    vault.keep("日本語 手続き", Secret("コード"))
    kept = vault.fetch("日本語 手続き")
    vault.wipe("日本語 手続き")
    assert kept is not None
    assert kept.reveal() == "コード"
    assert vault.fetch("日本語 手続き") is None
    vault.wipe("日本語 手続き")  # no error if there is nothing


# All IDs on the PC


def test_batch_continues_after_failure(
    computer: WindowsComputer, bank_service: BankService, profile: Profile, tmp_path: Path
) -> None:
    users = [bank_service.new_customer() for _ in range(3)]
    first, revoked, last = (
        computer.add_certificate(bank_service, user_id, 10 + number)
        for number, user_id in enumerate(users)
    )
    bank_service.revoke(revoked)
    file = tmp_path / "プロファイル (練習).toml"
    file.write_text(profile_text(bank_service), encoding="utf-8")
    code = run(["renew", "--all", "--yes", "--profile", str(file)], system_services())
    assert code != 0, "one of them failed"
    usable = computer.usable()
    assert revoked in usable
    assert first not in usable
    assert last not in usable
    assert len(usable) == 3
    computer.assert_nothing_left_over()


# Interrupted (killed: test_windows_kills.py)


def test_certificate_revoked_before_confirmation_is_replaced(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    """As if the PC slept before the confirmation for longer than the bank waited."""
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    stop = ScriptedUser(stop_before=lambda finished: Step.VERIFY in finished)
    assert isinstance(
        open_procedures(profile).renew(current(computer, old), computer.store, stop), Pending
    )
    (procedure,) = open_procedures(profile).pending()
    assert procedure.new_certificate is not None
    bank_service.revoke(procedure.new_certificate)
    person = ScriptedUser()
    done = finished(open_procedures(profile).resume(procedure.id, person))
    assert done.not_accepted == procedure.new_certificate.serial_hex
    assert [warning.code for warning in person.warnings] == [ErrorCode.CERTIFICATE_NOT_ACCEPTED]
    assert computer.usable() == [done.certificate]
    assert bank_service.state_of(done.certificate) == "confirmed"
    assert current(computer, old).archived
    computer.assert_nothing_left_over()


def test_lost_new_key_does_not_block_next_certificate(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    """The user's password was reset while the renewal waited for the bank."""
    if not CNG:
        pytest.skip("for CAPI keys, REAL_WINDOWS.md has the check with a real password reset")
    user_id = bank_service.new_customer()
    old = computer.add_certificate(bank_service, user_id, 20)
    asked = ScriptedUser(stop_before=lambda finished: Step.REQUEST in finished)
    outcome = open_procedures(profile).renew(current(computer, old), computer.store, asked)
    assert isinstance(outcome, Pending)
    lose_keys_with_the_password()
    person = ScriptedUser(secrets={SecretKind.ISSUE_CODE: [bank_service.issue_code(user_id)]})
    done = finished(open_procedures(profile).obtain(user_id, computer.store, person))
    assert ErrorCode.KEY_SELF_TEST_FAILED in [warning.code for warning in person.warnings]
    assert computer.usable() == [done.certificate]
    assert open_procedures(profile).pending() == []
    later = ScriptedUser(secrets={SecretKind.ISSUE_CODE: [bank_service.issue_code(user_id)]})
    again = finished(open_procedures(profile).obtain(user_id, computer.store, later))
    assert computer.usable() == [again.certificate]
    assert later.warnings == [], "reported once"


# Protected keys, and the TPM


def test_protected_old_key_prompts_once_after_consent(
    computer: WindowsComputer, bank_service: BankService, profile: Profile, owner: KeyOwner
) -> None:
    if not CNG:
        pytest.skip("REAL_WINDOWS.md covers CAPI's own prompts")
    spec = KeySpec(protection=Protection.CONSENT, purpose="去年の")
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20, spec)
    owner.forget()  # Windows announced the key at its creation
    home = next(s for s in open_stores(()) if s.store_id == computer.store.store_id)
    (key,) = (r for r in open_procedures(profile).readiness(old, home) if r.check is Check.KEY)
    assert key.verdict is Verdict.UNCHECKED
    assert key.error is not None
    assert key.error.code is ErrorCode.KEY_PROTECTED
    assert owner.questions() == [], "reading does not prompt"
    done = renewed(computer, profile, old, ScriptedUser())
    assert computer.usable() == [done.certificate]
    assert [name for _, _, name, *_ in owner.questions()] == ["去年の 電子証明書"]


def test_renewal_continues_with_warning_without_tpm(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    if not CNG:
        pytest.skip("Wine's TPM provider is software")
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    changed_profile = replace(profile, key=replace(profile.key, prefer_tpm=True))
    person = ScriptedUser()
    done = renewed(computer, changed_profile, old, person)
    assert [warning.code for warning in person.warnings] == [ErrorCode.KEY_NOT_IN_TPM]
    assert computer.usable() == [done.certificate]


# Conditions of the customer's computer


def test_store_made_read_only_during_renewal_loses_nothing(
    computer: WindowsComputer,
    bank_service: BankService,
    profile: Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    with monkeypatch.context() as policy:
        refuse_adding(policy, "MY", ERROR_ACCESS_DENIED)
        with pytest.raises(CertclientError) as refused:
            renewed(computer, profile, old, ScriptedUser())
    assert refused.value.code is ErrorCode.STORE_UNAVAILABLE
    assert computer.usable() == [old]
    (procedure,) = open_procedures(profile).pending()
    done = finished(open_procedures(profile).resume(procedure.id, ScriptedUser()))
    assert computer.usable() == [done.certificate]
    computer.assert_nothing_left_over()


def test_old_certificate_stays_if_archiving_is_refused(
    computer: WindowsComputer,
    bank_service: BankService,
    profile: Profile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_property = w.cert_set_certificate_context_property

    def refuse(*arguments: object) -> object:
        if arguments[1] == w.CERT_ARCHIVED_PROP_ID:
            raise WindowsCallError("CertSetCertificateContextProperty", ERROR_ACCESS_DENIED)
        return set_property(*arguments)

    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    monkeypatch.setattr(w, "cert_set_certificate_context_property", refuse)
    person = ScriptedUser()
    done = renewed(computer, profile, old, person)
    (warning,) = person.warnings
    assert warning.code is ErrorCode.OLD_NOT_ARCHIVED
    assert isinstance(warning.__cause__, CertclientError)
    assert warning.__cause__.code is ErrorCode.STORE_UNAVAILABLE
    assert not done.old_archived
    assert set(computer.usable()) == {old, done.certificate}


def test_refused_renewal_leaves_no_key(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    bank_service.revoke(old)
    with pytest.raises(CertclientError) as refused:
        renewed(computer, profile, old, ScriptedUser())
    assert refused.value.code is ErrorCode.CERTIFICATE_NOT_ACCEPTED
    assert computer.usable() == [old]
    computer.assert_nothing_left_over()


def test_foreign_certificates_are_left_unchanged(
    computer: WindowsComputer, bank_service: BankService, profile: Profile
) -> None:
    foreign = make_lab().issue(spki_of(rsa_key(1)))
    with crypt32.opened("MY", writable=True) as store:
        store.add(foreign, "会社のVPN", None)
    old = computer.add_certificate(bank_service, bank_service.new_customer(), 20)
    renewed(computer, profile, old, ScriptedUser())
    with crypt32.opened("MY", writable=False) as store:
        (kept,) = (e for e in store.entries() if e.certificate == foreign)
    assert (kept.friendly_name, kept.container, kept.archived) == ("会社のVPN", None, False)
