"""renew, obtain, resume: consent, PIN, choice of certificate and destination, and outcome."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from certclient.enrollment.procedure import LoginResult, LoginTest, Pending, State
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Contacts, Words
from certclient.platform import log
from support.clerk import Clerk, TypingTerminal, view, waiting

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"


def printed(capsys: Capture) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def test_only_due_certificate_needs_no_name(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=200, user_id="TKYM1408055")
    clerk.add(days=20)
    assert clerk.run("renew", "--yes") == 0
    assert clerk.procedures.seen == [("renew", USER, "shelf:pc")]
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == "電子証明書のインストールが完了しました"
    assert "Common Name = TKYM1408054 1403" in lines
    assert any("インストールされたパソコン以外ではログインできません" in line for line in lines)
    assert any("ブラウザー" in line for line in lines)
    assert "新しい鍵を作っています…済み（1.2秒）" in captured.err or "（1.3秒）" in captured.err


def test_saving_to_a_token_prints_the_seeds_advice_for_tokens(
    clerk: Clerk, capsys: Capture
) -> None:
    clerk.add(store=clerk.add_token())
    assert clerk.run("renew", "--yes") == 0
    out = capsys.readouterr().out
    assert "電子証明書の更新と専用USBへの保存が完了いたしました" in out
    assert "不正送金被害" in out
    assert "パソコン以外では" not in out


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        (LoginTest(LoginResult.WORKED), "新しい電子証明書でのログインを確認しました。"),
        (
            LoginTest(LoginResult.FAILED, CertclientError(ErrorCode.LOGIN_FAILED)),
            "ログインの確認ができませんでした。ブラウザーを起動し直して",
        ),
        (
            LoginTest(LoginResult.HINDERED, CertclientError(ErrorCode.NETWORK_TIMEOUT)),
            "まだ確かめられていません（金融機関のサーバーから返事がありません）",
        ),
        (
            LoginTest(LoginResult.BROWSER_ONLY),
            "ブラウザーで https://bank.example/login を開くと、確かめられます。",
        ),
        (LoginTest(LoginResult.UNCONFIRMED), "数分待ってから、ブラウザーでログインして"),
    ],
    ids=lambda value: value.result.value if isinstance(value, LoginTest) else "",
)
def test_result_of_the_login_test_is_reported(
    clerk: Clerk, capsys: Capture, test: LoginTest, sentence: str
) -> None:
    clerk.profile = replace(clerk.profile, login_test_url="https://bank.example/login")
    clerk.procedures.login = test
    clerk.add()
    assert clerk.run("renew", "--yes") == 0
    out = capsys.readouterr().out
    assert sentence in out
    assert test.error is None or test.error.code.code in out


def test_a_failed_login_as_json(clerk: Clerk, capsys: Capture) -> None:
    error = CertclientError(ErrorCode.LOGIN_REFUSED, host="bank.example", status="403")
    clerk.procedures.login = LoginTest(LoginResult.FAILED, error)
    clerk.add()
    assert clerk.run("renew", "--yes", "--json") == 0, "the certificate is installed"
    login = printed(capsys)["results"][0]["login"]
    assert (login["result"], login["error"]["code"]) == ("failed", "CC-LOGIN-REFUSED")
    assert login["error"]["data"]["status"] == "403"


def test_nothing_due_has_its_own_exit_code(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=200)
    assert clerk.run("renew", "--yes") == 3
    assert "CC-CERT-NOTHING-DUE" in capsys.readouterr().err


def test_with_several_due_certificates_a_name_is_required(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add("TKYM1408055")
    assert clerk.run("renew", "--yes") == 2
    err = capsys.readouterr().err
    assert "CC-CERT-AMBIGUOUS" in err
    assert "TKYM1408055 1403" in err
    assert clerk.procedures.seen == []


def test_superseded_certificate_is_not_renewed_again(clerk: Clerk) -> None:
    clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("renew", "--all", "--yes") == 3


def test_administrator_and_user_with_the_same_id_are_distinct_owners(clerk: Clerk) -> None:
    """S2: the administrator's certificate has the suffix 1394 after the same ID."""
    clerk.add(suffix="1403")
    administrator = clerk.add(suffix="1394")
    assert clerk.run("renew", USER, "--yes") == 2, "the ID alone is ambiguous"
    assert clerk.run("renew", f"{USER} 1394", "--yes") == 0
    assert clerk.run("renew", administrator.serial_hex, "--yes") == 0
    assert len(clerk.procedures.seen) == 2


def test_batch_continues_after_a_failure_and_returns_the_worst_exit_code(
    clerk: Clerk, capsys: Capture
) -> None:
    for number, days in (("1", 5), ("2", 10), ("3", 15), ("4", 200)):
        clerk.add(f"TKYM140805{number}", days=days)
    clerk.procedures.fate["TKYM1408051"] = CertclientError(ErrorCode.NETWORK_TIMEOUT)
    clerk.procedures.fate["TKYM1408052"] = CertclientError(ErrorCode.CA_REFUSED, message="no")
    assert clerk.run("renew", "--all", "--yes") == 6
    assert [user for _, user, _ in clerk.procedures.seen] == [
        "TKYM1408051",
        "TKYM1408052",
        "TKYM1408053",
    ]
    rows = capsys.readouterr().out.splitlines()[1:]
    assert "CC-NET-TIMEOUT" in rows[0]
    assert "CC-CA-REFUSED" in rows[1]
    assert "完了しました" in rows[2]


def test_renew_all_as_json(clerk: Clerk, capsys: Capture) -> None:
    clerk.add("TKYM1408051", days=5)
    clerk.add("TKYM1408052", days=10)
    clerk.procedures.fate["TKYM1408051"] = waiting()
    assert clerk.run("renew", "--all", "--yes", "--json") == 4
    record = printed(capsys)
    assert (record["ok"], record["exit_code"]) == (False, 4)
    first, second = record["results"]
    assert first["outcome"] == "waiting"
    assert first["procedure"] == "feed0002"
    assert first["check_at"] == "2027-03-11T03:00:00+00:00"
    assert second["outcome"] == "done"
    assert second["error"] is None
    assert second["old_archived"] is True
    assert second["old_kept"] is False
    assert second["seconds"] == {"network": 0.25}
    assert second["certificate"]["serial"]


def test_failure_as_json_carries_code_text_and_data(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = CertclientError(ErrorCode.CA_REFUSED, message="残高確認中")
    assert clerk.run("renew", "--yes", "--json") == 6
    (result,) = printed(capsys)["results"]
    assert result["outcome"] == "failed"
    assert result["error"]["code"] == "CC-CA-REFUSED"
    assert result["error"]["kind"] == "refused"
    assert result["error"]["actor"] == "bank"
    assert result["error"]["retriable"] is False
    assert result["error"]["data"] == {"message": "残高確認中"}
    assert result["error"]["title"]


def test_waiting_for_the_ca_explains_how_to_resume(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = waiting()
    assert clerk.run("renew", "--yes") == 4
    err = capsys.readouterr().err
    assert "CC-CA-WAITING" in err
    assert "certclient resume" in err


def test_abandoned_procedure_is_not_reported_as_success(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = Pending("feed", State.ABANDONED, None)
    assert clerk.run("renew", "--yes") == 7
    assert "もう一度お手続きください" in capsys.readouterr().err


def test_wait_option_sets_the_polling_time(clerk: Clerk) -> None:
    clerk.add()
    clerk.run("renew", "--yes", "--wait", "5")
    assert clerk.patience == 5.0


def test_help_refers_users_to_the_administrator_and_administrators_to_the_branch(
    clerk: Clerk, capsys: Capture
) -> None:
    """Way C2, seeds S0 and S3."""
    contacts = Contacts(user=Words("社内の管理者", "x"), administrator=Words("渋谷支店", "x"))
    clerk.profile = replace(clerk.profile, contacts=contacts)
    clerk.procedures.fate[USER] = CertclientError(ErrorCode.TOO_LATE)
    user, administrator = clerk.add(suffix="1403"), clerk.add(suffix="1394")
    for certificate, contact in ((user, "社内の管理者"), (administrator, "渋谷支店")):
        assert clerk.run("renew", certificate.serial_hex, "--yes") == 6
        assert contact in capsys.readouterr().err
        clerk.run("renew", certificate.serial_hex, "--yes", "--json")
        assert contact in printed(capsys)["results"][0]["error"]["help"]


# Consent


def test_renew_without_a_terminal_requires_consent(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    assert clerk.run("renew") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert clerk.procedures.seen == []


def test_pin_from_standard_input_is_not_consent(clerk: Clerk) -> None:
    clerk.add()
    clerk.terminal.interactive = True
    clerk.terminal.stdin = ["1234"]
    assert clerk.run("renew", "--pin-stdin") == 2
    assert clerk.terminal.stdin == ["1234"], "standard input is not read"


def test_consent_prompt_states_all_details(clerk: Clerk, capsys: Capture) -> None:
    certificate = clerk.add(store=clerk.add_token("銀色のUSB"))
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["y"]
    assert clerk.run("renew") == 0
    err = capsys.readouterr().err
    for word in (
        "練習信用金庫",
        USER,
        certificate.serial_hex,
        "2027年3月31日 12:00",
        "専用USB「銀色のUSB」",
        "鍵が保存先から出ることはありません",
        "30秒〜1分程度",
    ):
        assert word in err


@pytest.mark.parametrize("answer", ["", "n", "N", "いいえ", "maybe", "yy"])
def test_any_answer_but_an_explicit_yes_cancels(clerk: Clerk, capsys: Capture, answer: str) -> None:
    clerk.add()
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("renew") == 7
    assert "CC-CANCELLED" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["y", "Y", "yes", "はい", "ｙ"])
def test_yes_is_accepted_in_both_languages_and_widths(clerk: Clerk, answer: str) -> None:
    clerk.add()
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("renew") == 0


# PIN


def test_the_pin_is_read_from_standard_input(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(store=clerk.add_token(pin="824601"))
    clerk.terminal.stdin = ["824601"]
    assert clerk.run("renew", "--yes", "--pin-stdin") == 0
    captured = capsys.readouterr()
    assert "824601" not in captured.out + captured.err


def test_one_pin_line_serves_all_renewals_on_one_token(clerk: Clerk) -> None:
    token = clerk.add_token(pin="824601")
    clerk.add("TKYM1408051", store=token)
    clerk.add("TKYM1408052", store=token)
    clerk.terminal.stdin = ["824601", "not needed"]
    assert clerk.run("renew", "--all", "--yes", "--pin-stdin") == 0
    assert clerk.terminal.stdin == ["not needed"]


def test_wrong_pin_from_standard_input_is_used_only_once(clerk: Clerk, capsys: Capture) -> None:
    """Attempts are limited: neither the remaining input nor the next certificate uses another."""
    token = clerk.add_token(pin="824601")
    clerk.add("TKYM1408051", store=token, days=5)
    clerk.add("TKYM1408052", store=token, days=10)
    clerk.terminal.stdin = ["wrong", "824601"]
    assert clerk.run("renew", "--all", "--yes", "--pin-stdin") == 2
    assert clerk.terminal.stdin == ["824601"]
    rows = capsys.readouterr().out.splitlines()[1:]
    assert "CC-PIN-INCORRECT" in rows[0]
    assert "CC-PIN-REQUIRED" in rows[1]


def test_wrong_pin_may_be_corrected_at_the_terminal_and_attempts_are_shown(
    clerk: Clerk, capsys: Capture
) -> None:
    clerk.add(store=clerk.add_token("銀色のUSB", pin="824601"))
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["wrong", "824601"]
    assert clerk.run("renew", "--yes") == 0
    err = capsys.readouterr().err
    assert "PINが違います" in err
    assert "残りの回数が少なくなっています" in err
    assert "銀色のUSB" in clerk.terminal.asked[0]


def test_empty_pin_uses_no_attempt(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(store=clerk.add_token(pin="824601"))
    clerk.terminal.interactive = True
    clerk.terminal.answers = [""]
    assert clerk.run("renew", "--yes") == 2
    assert "CC-PIN-REQUIRED" in capsys.readouterr().err


def test_renew_does_not_wait_for_a_pin_without_a_terminal(clerk: Clerk) -> None:
    clerk.add(store=clerk.add_token(pin="824601"))
    assert clerk.run("renew", "--yes") == 2


def test_pin_and_code_are_never_option_values(clerk: Clerk) -> None:
    """Every user of the computer can see argv."""
    clerk.add(store=clerk.add_token(pin="824601"))
    for option in ("--pin", "--pin-stdin=824601", "--code", "--code-stdin=X"):
        assert clerk.run("renew", "--yes", option) == 2


# Destination


def test_new_key_is_created_in_the_store_of_the_old_one(clerk: Clerk) -> None:
    clerk.add(store=clerk.add_token())
    clerk.run("renew", "--yes")
    assert clerk.procedures.seen == [("renew", USER, "shelf:専用USB")]


def test_user_may_choose_another_destination(clerk: Clerk) -> None:
    clerk.add()
    clerk.add_token()
    assert clerk.run("renew", "--yes", "--to", "usb") == 0
    assert clerk.procedures.seen == [("renew", USER, "shelf:専用USB")]


def test_with_two_tokens_a_store_name_is_required(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add_token("金")
    clerk.add_token("銀")
    assert clerk.run("renew", "--yes", "--to", "usb") == 2
    err = capsys.readouterr().err
    assert "CC-STORE-AMBIGUOUS" in err
    assert "金, 銀" in err
    assert clerk.run("renew", "--yes", "--store", "銀") == 0
    assert clerk.procedures.seen == [("renew", USER, "shelf:銀")]


def test_missing_token_is_reported(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    assert clerk.run("renew", "--yes", "--to", "usb") == 2
    assert "CC-TOKEN-MISSING" in capsys.readouterr().err


# obtain


def test_issue_code_is_accepted_as_printed_in_the_letter(clerk: Clerk) -> None:
    clerk.terminal.stdin = ["ＡＢ２３－ＣＤ４５　ef67\u2010gh89"]
    assert clerk.run("obtain", USER, "--to", "pc", "--yes", "--code-stdin") == 0
    assert clerk.procedures.codes == ["AB23CD45ef67gh89"]


def test_code_from_standard_input_is_supplied_at_most_twice(clerk: Clerk) -> None:
    """The procedure never sends a code that it knows to be wrong. Supplying it once more covers the
    case that the wrong one was the code of an earlier run."""
    clerk.procedures.code_attempts = 3
    clerk.terminal.stdin = ["AAAA", "BBBB"]
    clerk.run("obtain", USER, "--yes", "--code-stdin")
    assert clerk.procedures.codes == ["AAAA", "AAAA", None]
    assert clerk.terminal.stdin == ["BBBB"]


def test_terminal_prompts_for_the_issue_code_by_name(clerk: Clerk, capsys: Capture) -> None:
    clerk.procedures.code_attempts = 2
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["y", "AB-CD", "EF-GH"]
    assert clerk.run("obtain", USER) == 0
    assert clerk.terminal.asked[-1].startswith("TKYM1408054 の発行コード")
    assert clerk.procedures.codes == ["ABCD", "EFGH"]
    assert "入力された内容が違います" in capsys.readouterr().err


def test_obtain_uses_the_banks_preferred_destination(clerk: Clerk) -> None:
    clerk.add_token()
    clerk.profile = replace(clerk.profile, destinations=("usb", "pc"))
    clerk.terminal.stdin = ["AAAA"]
    assert clerk.run("obtain", USER, "--yes", "--code-stdin") == 0
    assert clerk.procedures.seen == [("obtain", USER, "shelf:専用USB")]


def test_destination_not_allowed_by_the_bank_is_refused(clerk: Clerk, capsys: Capture) -> None:
    clerk.profile = replace(clerk.profile, destinations=("usb",))
    assert clerk.run("obtain", USER, "--to", "pc", "--yes") == 2
    assert "パソコンには保存できません" in capsys.readouterr().err


# resume


def test_resume_continues_all_open_procedures(clerk: Clerk, capsys: Capture) -> None:
    clerk.procedures.views = [view("TKYM1408051", "aa01"), view("TKYM1408052", "bb02")]
    assert clerk.run("resume") == 0
    assert [user for _, user, _ in clerk.procedures.seen] == ["TKYM1408051", "TKYM1408052"]
    err = capsys.readouterr().err
    assert "[1/2] TKYM1408051" in err
    assert "[2/2] TKYM1408052" in err


def test_resume_accepts_an_id_prefix(clerk: Clerk) -> None:
    clerk.procedures.views = [view("TKYM1408051", "aa01"), view("TKYM1408052", "ab02")]
    assert clerk.run("resume", "ab") == 0
    assert [user for _, user, _ in clerk.procedures.seen] == ["TKYM1408052"]
    assert clerk.run("resume", "a") == 2, "two IDs start with it"


def test_nothing_to_resume_has_its_own_exit_code(clerk: Clerk, capsys: Capture) -> None:
    clerk.procedures.views = [view(USER, "aa01", profile_id="another-bank")]
    assert clerk.run("resume") == 3
    assert "CC-PROCEDURE-NONE" in capsys.readouterr().err


# The error boundary


def test_internal_error_is_reported_without_its_text_and_traced_in_the_log(
    clerk: Clerk, capsys: Capture
) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = RuntimeError("PIN 824601 leaked into a text")
    with log.writing_to(clerk.log_file):
        assert clerk.run("renew", "--yes") == 1
    captured = capsys.readouterr()
    assert "CC-INTERNAL" in captured.err
    assert str(clerk.log_file) in captured.err
    logged = clerk.log_file.read_text()
    assert "RuntimeError" in logged
    assert "clerk.py" in logged, "the place that raised it"
    for text in (captured.out, captured.err, logged):
        assert "824601" not in text
        assert "Traceback" not in text


def test_an_error_before_any_renewal_is_json_too(clerk: Clerk, capsys: Capture) -> None:
    assert clerk.run("renew", "--yes", "--json") == 3
    record = printed(capsys)
    assert record["ok"] is False
    assert record["error"]["code"] == "CC-CERT-NOTHING-DUE"


class InterruptedTerminal(TypingTerminal):
    """A terminal at which the user presses Ctrl+C or Ctrl+D at the PIN prompt."""

    interruption: type[BaseException] = KeyboardInterrupt

    def hidden(self, question: str) -> str:
        self.asked.append(question)
        raise self.interruption


@pytest.mark.parametrize("key", [KeyboardInterrupt, EOFError])
def test_interrupted_pin_prompt_cancels_the_procedure_and_ends_the_batch(
    clerk: Clerk, capsys: Capture, key: type[BaseException]
) -> None:
    """An exception that bypasses the procedure would leave it open in the journal."""
    token = clerk.add_token(pin="2468")
    clerk.add(store=token)
    clerk.add("TKYM1408055", store=token)
    clerk.terminal = InterruptedTerminal(interactive=True)
    clerk.terminal.interruption = key
    assert clerk.run("renew", "--all", "--yes", "--json") == 7
    (result,) = printed(capsys)["results"]
    assert result["error"]["code"] == "CC-CANCELLED"
    assert len(clerk.terminal.asked) == 1


def test_each_failure_of_a_batch_is_reported_with_advice(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add("TKYM1408055")
    clerk.procedures.fate[USER] = CertclientError(ErrorCode.NETWORK_TIMEOUT, host="ca.example")
    assert clerk.run("renew", "--all", "--yes") == 5
    captured = capsys.readouterr()
    assert "CC-NET-TIMEOUT" in captured.out
    assert "certclient resume で続きから再開できます" in captured.err


@pytest.mark.parametrize("option", [[], ["--all"]])
def test_nothing_due_is_not_reported_while_a_procedure_is_unfinished(
    clerk: Clerk, capsys: Capture, option: list[str]
) -> None:
    """With a new certificate that was never confirmed to the CA, nothing appears to be due."""
    clerk.add(days=300)
    clerk.procedures.views = [view(USER, "feed0001")]
    assert clerk.run("renew", "--yes", *option) == 5
    err = capsys.readouterr().err
    assert "CC-PROCEDURE-RUNNING" in err
    assert "certclient resume" in err
