"""renew, obtain, resume: consent, PIN, which certificate, where to, how it ended."""

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


def test_the_only_one_that_is_due_needs_no_name(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=200, user_id="TKYM1408055")
    clerk.add(days=20)
    assert clerk.run("renew", "--yes") == 0
    assert clerk.procedures.seen == [("renew", USER, "shelf:pc")]
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0] == "電子証明書のインストールが完了しました"
    assert "Common Name = TKYM1408054 1403" in lines
    assert any("インストールされたパソコン以外ではログインできません" in line for line in lines)
    assert any("ブラウザー" in line for line in lines)
    assert "新しい鍵を作っています…済み（1.2秒）" in told.err or "（1.3秒）" in told.err


def test_after_saving_to_the_token_the_seeds_advice_for_tokens_is_given(
    clerk: Clerk, capsys: Capture
) -> None:
    clerk.add(store=clerk.add_token())
    assert clerk.run("renew", "--yes") == 0
    out = capsys.readouterr().out
    assert "電子証明書の更新と専用USBへの保存が完了いたしました" in out
    assert "不正送金被害" in out
    assert "パソコン以外では" not in out


@pytest.mark.parametrize(
    ("test", "told"),
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
def test_whether_the_new_certificate_logs_in_is_told(
    clerk: Clerk, capsys: Capture, test: LoginTest, told: str
) -> None:
    clerk.profile = replace(clerk.profile, login_test_url="https://bank.example/login")
    clerk.procedures.login = test
    clerk.add()
    assert clerk.run("renew", "--yes") == 0
    out = capsys.readouterr().out
    assert told in out
    assert test.error is None or test.error.code.code in out


def test_a_failed_login_as_json(clerk: Clerk, capsys: Capture) -> None:
    error = CertclientError(ErrorCode.LOGIN_REFUSED, host="bank.example", status="403")
    clerk.procedures.login = LoginTest(LoginResult.FAILED, error)
    clerk.add()
    assert clerk.run("renew", "--yes", "--json") == 0, "the certificate is installed"
    login = printed(capsys)["results"][0]["login"]
    assert (login["result"], login["error"]["code"]) == ("failed", "CC-LOGIN-REFUSED")
    assert login["error"]["data"]["status"] == "403"


def test_nothing_due_is_told_apart_from_success(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(days=200)
    assert clerk.run("renew", "--yes") == 3
    assert "CC-CERT-NOTHING-DUE" in capsys.readouterr().err


def test_of_several_that_are_due_one_must_be_named(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add("TKYM1408055")
    assert clerk.run("renew", "--yes") == 2
    err = capsys.readouterr().err
    assert "CC-CERT-AMBIGUOUS" in err
    assert "TKYM1408055 1403" in err
    assert clerk.procedures.seen == []


def test_an_old_certificate_beside_the_new_one_is_not_renewed_again(clerk: Clerk) -> None:
    clerk.add(days=20)
    clerk.add(days=300)
    assert clerk.run("renew", "--all", "--yes") == 3


def test_administrator_and_user_of_the_same_id_are_two_owners(clerk: Clerk) -> None:
    """S2: the administrator's certificate shows 1394 behind the same ID."""
    clerk.add(suffix="1403")
    administrator = clerk.add(suffix="1394")
    assert clerk.run("renew", USER, "--yes") == 2, "which of the two?"
    assert clerk.run("renew", f"{USER} 1394", "--yes") == 0
    assert clerk.run("renew", administrator.serial_hex, "--yes") == 0
    assert len(clerk.procedures.seen) == 2


def test_all_goes_on_after_a_failure_and_returns_the_worst(clerk: Clerk, capsys: Capture) -> None:
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


def test_all_as_json(clerk: Clerk, capsys: Capture) -> None:
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


def test_a_failure_as_json_carries_code_words_and_data(clerk: Clerk, capsys: Capture) -> None:
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


def test_waiting_for_the_ca_says_that_nothing_is_lost(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = waiting()
    assert clerk.run("renew", "--yes") == 4
    err = capsys.readouterr().err
    assert "CC-CA-WAITING" in err
    assert "certclient resume" in err


def test_what_was_cleaned_up_is_not_called_a_success(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = Pending("feed", State.ABANDONED, None)
    assert clerk.run("renew", "--yes") == 7
    assert "もう一度お手続きください" in capsys.readouterr().err


def test_the_patience_with_the_ca_is_the_users(clerk: Clerk) -> None:
    clerk.add()
    clerk.run("renew", "--yes", "--wait", "5")
    assert clerk.patience == 5.0


def test_a_user_is_sent_to_the_administrator_an_administrator_to_the_branch(
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


def test_without_anybody_to_ask_nothing_is_begun(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    assert clerk.run("renew") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert clerk.procedures.seen == []


def test_a_pin_on_standard_input_cannot_say_yes_as_well(clerk: Clerk) -> None:
    clerk.add()
    clerk.terminal.interactive = True
    clerk.terminal.stdin = ["1234"]
    assert clerk.run("renew", "--pin-stdin") == 2
    assert clerk.terminal.stdin == ["1234"], "not even read"


def test_before_the_yes_everything_is_told(clerk: Clerk, capsys: Capture) -> None:
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
def test_anything_but_a_clear_yes_is_a_no(clerk: Clerk, capsys: Capture, answer: str) -> None:
    clerk.add()
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("renew") == 7
    assert "CC-CANCELLED" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["y", "Y", "yes", "はい", "ｙ"])
def test_yes_in_both_languages_and_widths(clerk: Clerk, answer: str) -> None:
    clerk.add()
    clerk.terminal.interactive = True
    clerk.terminal.answers = [answer]
    assert clerk.run("renew") == 0


# PIN


def test_the_pin_is_read_from_standard_input(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(store=clerk.add_token(pin="824601"))
    clerk.terminal.stdin = ["824601"]
    assert clerk.run("renew", "--yes", "--pin-stdin") == 0
    told = capsys.readouterr()
    assert "824601" not in told.out + told.err


def test_one_line_serves_a_whole_batch_on_one_token(clerk: Clerk) -> None:
    token = clerk.add_token(pin="824601")
    clerk.add("TKYM1408051", store=token)
    clerk.add("TKYM1408052", store=token)
    clerk.terminal.stdin = ["824601", "not needed"]
    assert clerk.run("renew", "--all", "--yes", "--pin-stdin") == 0
    assert clerk.terminal.stdin == ["not needed"]


def test_a_wrong_pin_from_standard_input_is_used_only_once(clerk: Clerk, capsys: Capture) -> None:
    """Attempts are precious: neither the rest of the input nor the next certificate tries again."""
    token = clerk.add_token(pin="824601")
    clerk.add("TKYM1408051", store=token, days=5)
    clerk.add("TKYM1408052", store=token, days=10)
    clerk.terminal.stdin = ["wrong", "824601"]
    assert clerk.run("renew", "--all", "--yes", "--pin-stdin") == 2
    assert clerk.terminal.stdin == ["824601"]
    rows = capsys.readouterr().out.splitlines()[1:]
    assert "CC-PIN-INCORRECT" in rows[0]
    assert "CC-PIN-REQUIRED" in rows[1]


def test_at_the_terminal_a_wrong_pin_may_be_corrected_and_attempts_are_shown(
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


def test_an_empty_pin_makes_no_attempt(clerk: Clerk, capsys: Capture) -> None:
    clerk.add(store=clerk.add_token(pin="824601"))
    clerk.terminal.interactive = True
    clerk.terminal.answers = [""]
    assert clerk.run("renew", "--yes") == 2
    assert "CC-PIN-REQUIRED" in capsys.readouterr().err


def test_without_a_terminal_no_pin_is_waited_for(clerk: Clerk) -> None:
    clerk.add(store=clerk.add_token(pin="824601"))
    assert clerk.run("renew", "--yes") == 2


def test_no_option_takes_a_pin_or_a_code_as_its_value(clerk: Clerk) -> None:
    """What stands in argv is seen by every user of the computer."""
    clerk.add(store=clerk.add_token(pin="824601"))
    for option in ("--pin", "--pin-stdin=824601", "--code", "--code-stdin=X"):
        assert clerk.run("renew", "--yes", option) == 2


# Where to


def test_the_new_key_stays_where_the_old_one_is(clerk: Clerk) -> None:
    clerk.add(store=clerk.add_token())
    clerk.run("renew", "--yes")
    assert clerk.procedures.seen == [("renew", USER, "shelf:専用USB")]


def test_the_user_may_choose_the_other_place(clerk: Clerk) -> None:
    clerk.add()
    clerk.add_token()
    assert clerk.run("renew", "--yes", "--to", "usb") == 0
    assert clerk.procedures.seen == [("renew", USER, "shelf:専用USB")]


def test_of_two_tokens_one_must_be_named(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add_token("金")
    clerk.add_token("銀")
    assert clerk.run("renew", "--yes", "--to", "usb") == 2
    err = capsys.readouterr().err
    assert "CC-STORE-AMBIGUOUS" in err
    assert "金, 銀" in err
    assert clerk.run("renew", "--yes", "--store", "銀") == 0
    assert clerk.procedures.seen == [("renew", USER, "shelf:銀")]


def test_a_place_without_a_token_says_so(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    assert clerk.run("renew", "--yes", "--to", "usb") == 2
    assert "CC-TOKEN-MISSING" in capsys.readouterr().err


# obtain


def test_the_issue_code_is_taken_as_written_in_the_letter(clerk: Clerk) -> None:
    clerk.terminal.stdin = ["ＡＢ２３－ＣＤ４５　ef67\u2010gh89"]
    assert clerk.run("obtain", USER, "--to", "pc", "--yes", "--code-stdin") == 0
    assert clerk.procedures.codes == ["AB23CD45ef67gh89"]


def test_a_code_from_standard_input_is_meant_but_not_for_ever(clerk: Clerk) -> None:
    """The procedure never sends a code that it knows to be wrong; said again, it may show that the
    code of an earlier run was."""
    clerk.procedures.code_attempts = 3
    clerk.terminal.stdin = ["AAAA", "BBBB"]
    clerk.run("obtain", USER, "--yes", "--code-stdin")
    assert clerk.procedures.codes == ["AAAA", "AAAA", None]
    assert clerk.terminal.stdin == ["BBBB"]


def test_at_the_terminal_the_code_is_asked_for_by_its_name(clerk: Clerk, capsys: Capture) -> None:
    clerk.procedures.code_attempts = 2
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["y", "AB-CD", "EF-GH"]
    assert clerk.run("obtain", USER) == 0
    assert clerk.terminal.asked[-1].startswith("TKYM1408054 の発行コード")
    assert clerk.procedures.codes == ["ABCD", "EFGH"]
    assert "入力された内容が違います" in capsys.readouterr().err


def test_obtain_goes_to_the_banks_favourite_place(clerk: Clerk) -> None:
    clerk.add_token()
    clerk.profile = replace(clerk.profile, destinations=("usb", "pc"))
    clerk.terminal.stdin = ["AAAA"]
    assert clerk.run("obtain", USER, "--yes", "--code-stdin") == 0
    assert clerk.procedures.seen == [("obtain", USER, "shelf:専用USB")]


def test_a_place_that_the_bank_does_not_allow_is_refused(clerk: Clerk, capsys: Capture) -> None:
    clerk.profile = replace(clerk.profile, destinations=("usb",))
    assert clerk.run("obtain", USER, "--to", "pc", "--yes") == 2
    assert "パソコンには保存できません" in capsys.readouterr().err


# resume


def test_resume_goes_on_with_everything_that_is_open(clerk: Clerk, capsys: Capture) -> None:
    clerk.procedures.views = [view("TKYM1408051", "aa01"), view("TKYM1408052", "bb02")]
    assert clerk.run("resume") == 0
    assert [user for _, user, _ in clerk.procedures.seen] == ["TKYM1408051", "TKYM1408052"]
    err = capsys.readouterr().err
    assert "[1/2] TKYM1408051" in err
    assert "[2/2] TKYM1408052" in err


def test_resume_by_the_beginning_of_its_number(clerk: Clerk) -> None:
    clerk.procedures.views = [view("TKYM1408051", "aa01"), view("TKYM1408052", "ab02")]
    assert clerk.run("resume", "ab") == 0
    assert [user for _, user, _ in clerk.procedures.seen] == ["TKYM1408052"]
    assert clerk.run("resume", "a") == 2, "two begin so"


def test_nothing_to_resume_is_no_failure(clerk: Clerk, capsys: Capture) -> None:
    clerk.procedures.views = [view(USER, "aa01", profile_id="another-bank")]
    assert clerk.run("resume") == 3
    assert "CC-PROCEDURE-NONE" in capsys.readouterr().err


# The boundary


def test_a_fault_of_ours_is_told_without_its_text_and_traced_in_the_log(
    clerk: Clerk, capsys: Capture
) -> None:
    clerk.add()
    clerk.procedures.fate[USER] = RuntimeError("PIN 824601 leaked into a text")
    with log.writing_to(clerk.log_file):
        assert clerk.run("renew", "--yes") == 1
    told = capsys.readouterr()
    assert "CC-INTERNAL" in told.err
    assert str(clerk.log_file) in told.err
    logged = clerk.log_file.read_text()
    assert "RuntimeError" in logged
    assert "clerk.py" in logged, "where it came from"
    for text in (told.out, told.err, logged):
        assert "824601" not in text
        assert "Traceback" not in text


def test_an_error_before_any_renewal_is_json_too(clerk: Clerk, capsys: Capture) -> None:
    assert clerk.run("renew", "--yes", "--json") == 3
    record = printed(capsys)
    assert record["ok"] is False
    assert record["error"]["code"] == "CC-CERT-NOTHING-DUE"


class LeavingTerminal(TypingTerminal):
    """Somebody who presses Ctrl+C, or Ctrl+D, at the question for a PIN."""

    leaves_by: type[BaseException] = KeyboardInterrupt

    def hidden(self, question: str) -> str:
        self.asked.append(question)
        raise self.leaves_by


@pytest.mark.parametrize("key", [KeyboardInterrupt, EOFError])
def test_leaving_at_the_pin_is_an_answer_to_the_procedure_and_ends_the_batch(
    clerk: Clerk, capsys: Capture, key: type[BaseException]
) -> None:
    """An exception past the procedure would leave a beginning in the journal to be resumed."""
    token = clerk.add_token(pin="2468")
    clerk.add(store=token)
    clerk.add("TKYM1408055", store=token)
    clerk.terminal = LeavingTerminal(interactive=True)
    clerk.terminal.leaves_by = key
    assert clerk.run("renew", "--all", "--yes", "--json") == 7
    (result,) = printed(capsys)["results"]
    assert result["error"]["code"] == "CC-CANCELLED"
    assert len(clerk.terminal.asked) == 1


def test_of_a_batch_each_failure_is_told_with_what_to_do(clerk: Clerk, capsys: Capture) -> None:
    clerk.add()
    clerk.add("TKYM1408055")
    clerk.procedures.fate[USER] = CertclientError(ErrorCode.NETWORK_TIMEOUT, host="ca.example")
    assert clerk.run("renew", "--all", "--yes") == 5
    told = capsys.readouterr()
    assert "CC-NET-TIMEOUT" in told.out
    assert "certclient resume で続きから再開できます" in told.err


@pytest.mark.parametrize("option", [[], ["--all"]])
def test_nothing_due_is_not_said_while_something_is_unfinished(
    clerk: Clerk, capsys: Capture, option: list[str]
) -> None:
    """A new certificate that the CA never had confirmed looks as if there were nothing to do."""
    clerk.add(days=300)
    clerk.procedures.views = [view(USER, "feed0001")]
    assert clerk.run("renew", "--yes", *option) == 5
    err = capsys.readouterr().err
    assert "CC-PROCEDURE-RUNNING" in err
    assert "certclient resume" in err
