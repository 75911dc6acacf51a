"""renew, obtain, resume: consent, PIN, choice of certificate and destination, and outcome."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from certclient.enrollment.procedure import LoginTest, LoginTestResult, Pending, ProcedureState
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.issue_code import CodeCase, code_rule
from certclient.model.profile import Contact, Contacts, LocalizedText
from certclient.platform import log
from support.cli_runner import CliRunner, FakeTerminal, view, waiting

Capture = pytest.CaptureFixture[str]
USER = "TKYM1408054"


def printed(capsys: Capture) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def test_only_due_certificate_needs_no_name(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(days=200, user_id="TKYM1408055")
    cli_runner.add(days=20)
    assert cli_runner.run("renew", "--yes") == 0
    assert cli_runner.procedures.seen == [("renew", USER, "shelf:pc")]
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == "電子証明書のインストールが完了しました"
    assert "Common Name = TKYM1408054 1403" in lines
    assert any("インストールされたパソコン以外ではログインできません" in line for line in lines)
    assert any("ブラウザー" in line for line in lines)
    assert "新しい鍵を作っています…済み（1.2秒）" in captured.err or "（1.3秒）" in captured.err


def test_saving_to_a_token_prints_the_seeds_advice_for_tokens(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(store=cli_runner.add_token())
    assert cli_runner.run("renew", "--yes") == 0
    out = capsys.readouterr().out
    assert "電子証明書の更新と専用USBへの保存が完了いたしました" in out
    assert "不正送金被害" in out
    assert "パソコン以外では" not in out


@pytest.mark.parametrize(
    ("test", "sentence"),
    [
        (LoginTest(LoginTestResult.WORKED), "新しい電子証明書でのログインを確認しました。"),
        (
            LoginTest(LoginTestResult.FAILED, CertclientError(ErrorCode.LOGIN_FAILED)),
            "ログインの確認ができませんでした。ブラウザーを起動し直して",
        ),
        (
            LoginTest(LoginTestResult.PREVENTED, CertclientError(ErrorCode.NETWORK_TIMEOUT)),
            "まだ確かめられていません（金融機関のサーバーから返事がありません）",
        ),
        (
            LoginTest(LoginTestResult.BROWSER_ONLY),
            "ブラウザーで https://bank.example/login を開くと、確かめられます。",
        ),
        (LoginTest(LoginTestResult.UNCONFIRMED), "数分待ってから、ブラウザーでログインして"),
    ],
    ids=lambda value: value.result.value if isinstance(value, LoginTest) else "",
)
def test_result_of_the_login_test_is_reported(
    cli_runner: CliRunner, capsys: Capture, test: LoginTest, sentence: str
) -> None:
    cli_runner.profile = replace(cli_runner.profile, login_test_url="https://bank.example/login")
    cli_runner.procedures.login = test
    cli_runner.add()
    assert cli_runner.run("renew", "--yes") == 0
    out = capsys.readouterr().out
    assert sentence in out
    assert test.error is None or test.error.code.code in out


def test_a_failed_login_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    error = CertclientError(ErrorCode.LOGIN_REFUSED, host="bank.example", status="403")
    cli_runner.procedures.login = LoginTest(LoginTestResult.FAILED, error)
    cli_runner.add()
    assert cli_runner.run("renew", "--yes", "--json") == 0, "the certificate is installed"
    login = printed(capsys)["results"][0]["login"]
    assert (login["result"], login["error"]["code"]) == ("failed", "CC-LOGIN-REFUSED")
    assert login["error"]["data"]["status"] == "403"


def test_nothing_due_has_its_own_exit_code(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(days=200)
    assert cli_runner.run("renew", "--yes") == 3
    assert "CC-CERT-NOTHING-DUE" in capsys.readouterr().err


def test_with_several_due_certificates_a_name_is_required(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    cli_runner.add("TKYM1408055")
    assert cli_runner.run("renew", "--yes") == 2
    err = capsys.readouterr().err
    assert "CC-CERT-AMBIGUOUS" in err
    assert "TKYM1408055 1403" in err
    assert cli_runner.procedures.seen == []


def test_superseded_certificate_is_not_renewed_again(cli_runner: CliRunner) -> None:
    cli_runner.add(days=20)
    cli_runner.add(days=300)
    assert cli_runner.run("renew", "--all", "--yes") == 3


def test_administrator_and_user_with_the_same_id_are_distinct_owners(cli_runner: CliRunner) -> None:
    """S2: the administrator's certificate has the suffix 1394 after the same ID."""
    cli_runner.add(suffix="1403")
    administrator = cli_runner.add(suffix="1394")
    assert cli_runner.run("renew", USER, "--yes") == 2, "the ID alone is ambiguous"
    assert cli_runner.run("renew", f"{USER} 1394", "--yes") == 0
    assert cli_runner.run("renew", administrator.serial_hex, "--yes") == 0
    assert len(cli_runner.procedures.seen) == 2


def test_batch_continues_after_a_failure_and_returns_the_worst_exit_code(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    for number, days in (("1", 5), ("2", 10), ("3", 15), ("4", 200)):
        cli_runner.add(f"TKYM140805{number}", days=days)
    cli_runner.procedures.outcomes["TKYM1408051"] = CertclientError(ErrorCode.NETWORK_TIMEOUT)
    cli_runner.procedures.outcomes["TKYM1408052"] = CertclientError(
        ErrorCode.CA_REFUSED, message="no"
    )
    assert cli_runner.run("renew", "--all", "--yes") == 6
    assert [user for _, user, _ in cli_runner.procedures.seen] == [
        "TKYM1408051",
        "TKYM1408052",
        "TKYM1408053",
    ]
    rows = capsys.readouterr().out.splitlines()[1:]
    assert "CC-NET-TIMEOUT" in rows[0]
    assert "CC-CA-REFUSED" in rows[1]
    assert "完了しました" in rows[2]


def test_renew_all_as_json(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add("TKYM1408051", days=5)
    cli_runner.add("TKYM1408052", days=10)
    cli_runner.procedures.outcomes["TKYM1408051"] = waiting()
    assert cli_runner.run("renew", "--all", "--yes", "--json") == 4
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


def test_failure_as_json_carries_code_text_and_data(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    cli_runner.procedures.outcomes[USER] = CertclientError(
        ErrorCode.CA_REFUSED, message="残高確認中"
    )
    assert cli_runner.run("renew", "--yes", "--json") == 6
    (result,) = printed(capsys)["results"]
    assert result["outcome"] == "failed"
    assert result["error"]["code"] == "CC-CA-REFUSED"
    assert result["error"]["kind"] == "refused"
    assert result["error"]["actor"] == "bank"
    assert result["error"]["retriable"] is False
    assert result["error"]["data"] == {"message": "残高確認中"}
    assert result["error"]["title"]


def test_waiting_for_the_ca_explains_how_to_resume(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    cli_runner.procedures.outcomes[USER] = waiting()
    assert cli_runner.run("renew", "--yes") == 4
    err = capsys.readouterr().err
    assert "CC-CA-WAITING" in err
    assert "certclient resume" in err


def test_abandoned_procedure_is_not_reported_as_success(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    cli_runner.procedures.outcomes[USER] = Pending("feed", ProcedureState.ABANDONED, None)
    assert cli_runner.run("renew", "--yes") == 7
    assert "もう一度お手続きください" in capsys.readouterr().err


def test_wait_option_sets_the_polling_time(cli_runner: CliRunner) -> None:
    cli_runner.add()
    cli_runner.run("renew", "--yes", "--wait", "5")
    assert cli_runner.max_wait == 5.0


def test_help_refers_users_to_the_administrator_and_administrators_to_the_branch(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    """Way C2, seeds S0 and S3."""
    contacts = Contacts(
        user=Contact(LocalizedText("社内の管理者", "x")),
        administrator=Contact(LocalizedText("渋谷支店", "x")),
    )
    cli_runner.profile = replace(cli_runner.profile, contacts=contacts)
    cli_runner.procedures.outcomes[USER] = CertclientError(ErrorCode.TOO_LATE)
    user, administrator = cli_runner.add(suffix="1403"), cli_runner.add(suffix="1394")
    for certificate, contact in ((user, "社内の管理者"), (administrator, "渋谷支店")):
        assert cli_runner.run("renew", certificate.serial_hex, "--yes") == 6
        assert contact in capsys.readouterr().err
        cli_runner.run("renew", certificate.serial_hex, "--yes", "--json")
        assert contact in printed(capsys)["results"][0]["error"]["help"]


# Consent


def test_renew_without_a_terminal_requires_consent(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    assert cli_runner.run("renew") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert cli_runner.procedures.seen == []


def test_pin_from_standard_input_is_not_consent(cli_runner: CliRunner) -> None:
    cli_runner.add()
    cli_runner.terminal.interactive = True
    cli_runner.terminal.stdin = ["1234"]
    assert cli_runner.run("renew", "--pin-stdin") == 2
    assert cli_runner.terminal.stdin == ["1234"], "standard input is not read"


def test_consent_prompt_states_all_details(cli_runner: CliRunner, capsys: Capture) -> None:
    certificate = cli_runner.add(store=cli_runner.add_token("銀色のUSB"))
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["y"]
    assert cli_runner.run("renew") == 0
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
def test_any_answer_but_an_explicit_yes_cancels(
    cli_runner: CliRunner, capsys: Capture, answer: str
) -> None:
    cli_runner.add()
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = [answer]
    assert cli_runner.run("renew") == 7
    assert "CC-CANCELLED" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["y", "Y", "yes", "はい", "ｙ"])
def test_yes_is_accepted_in_both_languages_and_widths(cli_runner: CliRunner, answer: str) -> None:
    cli_runner.add()
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = [answer]
    assert cli_runner.run("renew") == 0


# PIN


def test_the_pin_is_read_from_standard_input(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(store=cli_runner.add_token(pin="824601"))
    cli_runner.terminal.stdin = ["824601"]
    assert cli_runner.run("renew", "--yes", "--pin-stdin") == 0
    captured = capsys.readouterr()
    assert "824601" not in captured.out + captured.err


def test_one_pin_line_serves_all_renewals_on_one_token(cli_runner: CliRunner) -> None:
    token = cli_runner.add_token(pin="824601")
    cli_runner.add("TKYM1408051", store=token)
    cli_runner.add("TKYM1408052", store=token)
    cli_runner.terminal.stdin = ["824601", "not needed"]
    assert cli_runner.run("renew", "--all", "--yes", "--pin-stdin") == 0
    assert cli_runner.terminal.stdin == ["not needed"]


def test_json_that_names_no_pins_is_told_and_not_tried(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(store=cli_runner.add_token("専用USB", pin="824601"))
    cli_runner.terminal.stdin = ['{"専用USB": 824601}']
    assert cli_runner.run("renew", "--yes", "--pin-stdin") == 2
    shown = capsys.readouterr().err
    assert '{"専用USBの名前": "PIN"} の形' in shown
    assert "CC-PIN-REQUIRED" in shown
    assert "824601" not in shown


def test_wrong_pin_from_standard_input_is_used_only_once(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    """Attempts are limited: neither the remaining input nor the next certificate uses another."""
    token = cli_runner.add_token(pin="824601")
    cli_runner.add("TKYM1408051", store=token, days=5)
    cli_runner.add("TKYM1408052", store=token, days=10)
    cli_runner.terminal.stdin = ["wrong", "824601"]
    assert cli_runner.run("renew", "--all", "--yes", "--pin-stdin") == 2
    assert cli_runner.terminal.stdin == ["824601"]
    rows = capsys.readouterr().out.splitlines()[1:]
    assert "CC-PIN-INCORRECT" in rows[0]
    assert "CC-PIN-REQUIRED" in rows[1]


def test_wrong_pin_may_be_corrected_at_the_terminal_and_attempts_are_shown(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(store=cli_runner.add_token("銀色のUSB", pin="824601"))
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["wrong", "824601"]
    assert cli_runner.run("renew", "--yes") == 0
    err = capsys.readouterr().err
    assert "PINが違います" in err
    assert "残りの回数が少なくなっています" in err
    assert "銀色のUSB" in cli_runner.terminal.prompts[0]


def test_each_pin_question_names_the_token_and_the_id(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(store=cli_runner.add_token("銀色のUSB", pin="824601"), user_id="TKYM1408054")
    cli_runner.add(store=cli_runner.add_token("黒いUSB", pin="135790"), user_id="TKYM1408055")
    cli_runner.terminal.interactive = True
    pins = {"銀色のUSB": "824601", "黒いUSB": "135790"}
    cli_runner.terminal.answers = list(pins.values())
    assert cli_runner.run("renew", "--all", "--yes") == 0
    assert [one.split("」")[0] for one in cli_runner.terminal.prompts] == [
        f"専用USB「{label}" for label in pins
    ]
    err = capsys.readouterr().err
    assert "TKYM1408054 1403 の更新に使います。" in err
    assert "TKYM1408055 1403 の更新に使います。" in err


def test_empty_pin_uses_no_attempt(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(store=cli_runner.add_token(pin="824601"))
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = [""]
    assert cli_runner.run("renew", "--yes") == 2
    assert "CC-PIN-REQUIRED" in capsys.readouterr().err


def test_renew_does_not_wait_for_a_pin_without_a_terminal(cli_runner: CliRunner) -> None:
    cli_runner.add(store=cli_runner.add_token(pin="824601"))
    assert cli_runner.run("renew", "--yes") == 2


def test_pin_and_code_are_never_option_values(cli_runner: CliRunner) -> None:
    """Every user of the computer can see argv."""
    cli_runner.add(store=cli_runner.add_token(pin="824601"))
    for option in ("--pin", "--pin-stdin=824601", "--code", "--code-stdin=X"):
        assert cli_runner.run("renew", "--yes", option) == 2


# Destination


def test_new_key_is_created_in_the_store_of_the_old_one(cli_runner: CliRunner) -> None:
    cli_runner.add(store=cli_runner.add_token())
    cli_runner.run("renew", "--yes")
    assert cli_runner.procedures.seen == [("renew", USER, "shelf:専用USB")]


def test_user_may_choose_another_destination(cli_runner: CliRunner) -> None:
    cli_runner.add()
    cli_runner.add_token()
    assert cli_runner.run("renew", "--yes", "--to", "usb") == 0
    assert cli_runner.procedures.seen == [("renew", USER, "shelf:専用USB")]


def test_with_two_tokens_a_store_name_is_required(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    cli_runner.add_token("金")
    cli_runner.add_token("銀")
    assert cli_runner.run("renew", "--yes", "--to", "usb") == 2
    err = capsys.readouterr().err
    assert "CC-STORE-AMBIGUOUS" in err
    assert "金, 銀" in err
    assert cli_runner.run("renew", "--yes", "--store", "銀") == 0
    assert cli_runner.procedures.seen == [("renew", USER, "shelf:銀")]


def test_a_store_name_that_nothing_has_is_told_with_those_there_are(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    cli_runner.add_token("金")
    assert cli_runner.run("renew", "--yes", "--store", "銅") == 2
    err = capsys.readouterr().err
    assert "「銅」という名前の保存先" in err
    assert "金" in err
    assert not cli_runner.procedures.seen


def test_missing_token_is_reported(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add()
    assert cli_runner.run("renew", "--yes", "--to", "usb") == 2
    assert "CC-TOKEN-MISSING" in capsys.readouterr().err


# obtain


def test_issue_code_is_accepted_as_printed_in_the_letter(cli_runner: CliRunner) -> None:
    cli_runner.terminal.stdin = ["ＡＢ２３－ＣＤ４５　ef67\u2010gh89"]
    assert cli_runner.run("obtain", USER, "--to", "pc", "--yes", "--code-stdin") == 0
    assert cli_runner.procedures.codes == ["AB23CD45ef67gh89"]


def test_code_from_standard_input_is_supplied_at_most_twice(cli_runner: CliRunner) -> None:
    """The procedure never sends a code that it knows to be wrong. Supplying it once more covers the
    case that the wrong one was the code of an earlier run."""
    cli_runner.procedures.code_attempts = 3
    cli_runner.terminal.stdin = ["AAAA", "BBBB"]
    cli_runner.run("obtain", USER, "--yes", "--code-stdin")
    assert cli_runner.procedures.codes == ["AAAA", "AAAA", None]
    assert cli_runner.terminal.stdin == ["BBBB"]


def with_codes(cli_runner: CliRunner, lengths: tuple[int, ...], *, hyphens: bool = False) -> None:
    codes = code_rule("A-Z0-9", lengths, hyphens=hyphens, case=CodeCase.KEPT)
    cli_runner.profile = replace(cli_runner.profile, codes=codes)


def test_a_code_of_another_form_is_told_before_anything_is_made(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    with_codes(cli_runner, (16,))
    cli_runner.terminal.stdin = ["ABCD-2345-EFGH-67"]
    assert cli_runner.run("obtain", USER, "--to", "pc", "--yes", "--code-stdin") == 2
    assert cli_runner.procedures.seen == []
    shown = capsys.readouterr().err
    assert "CC-CODE-FORMAT" in shown
    assert "発行コードは16桁の英数字です" in shown
    assert "EFGH" not in shown


def test_a_code_of_the_right_form_is_read_by_the_banks_rule(cli_runner: CliRunner) -> None:
    with_codes(cli_runner, (9,), hyphens=True)
    cli_runner.terminal.stdin = ["ａｂｃｄー２３４５"]
    assert cli_runner.run("obtain", USER, "--to", "pc", "--yes", "--code-stdin") == 0
    assert cli_runner.procedures.codes == ["ABCD-2345"]


def test_the_terminal_asks_again_for_a_code_of_another_form(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    with_codes(cli_runner, (8,))
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["y", "ABCD234", "abcd 2345"]
    assert cli_runner.run("obtain", USER) == 0
    assert cli_runner.procedures.codes == ["ABCD2345"]
    assert "発行コードは8桁の英数字です" in capsys.readouterr().err


def test_terminal_prompts_for_the_issue_code_by_name(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.procedures.code_attempts = 2
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["y", "AB-CD", "EF-GH"]
    assert cli_runner.run("obtain", USER) == 0
    assert cli_runner.terminal.prompts[-1].startswith("TKYM1408054 の発行コード")
    assert cli_runner.procedures.codes == ["ABCD", "EFGH"]
    assert "入力された内容が違います" in capsys.readouterr().err


def test_obtain_uses_the_banks_preferred_destination(cli_runner: CliRunner) -> None:
    cli_runner.add_token()
    cli_runner.profile = replace(cli_runner.profile, destinations=("usb", "pc"))
    cli_runner.terminal.stdin = ["AAAA"]
    assert cli_runner.run("obtain", USER, "--yes", "--code-stdin") == 0
    assert cli_runner.procedures.seen == [("obtain", USER, "shelf:専用USB")]


def test_destination_not_allowed_by_the_bank_is_refused(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.profile = replace(cli_runner.profile, destinations=("usb",))
    assert cli_runner.run("obtain", USER, "--to", "pc", "--yes") == 2
    assert "パソコンには保存できません" in capsys.readouterr().err


# resume


def test_resume_continues_all_open_procedures(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.procedures.views = [view("TKYM1408051", "aa01"), view("TKYM1408052", "bb02")]
    assert cli_runner.run("resume") == 0
    assert [user for _, user, _ in cli_runner.procedures.seen] == ["TKYM1408051", "TKYM1408052"]
    err = capsys.readouterr().err
    assert "[1/2] TKYM1408051" in err
    assert "[2/2] TKYM1408052" in err


def test_resume_accepts_an_id_prefix(cli_runner: CliRunner) -> None:
    cli_runner.procedures.views = [view("TKYM1408051", "aa01"), view("TKYM1408052", "ab02")]
    assert cli_runner.run("resume", "ab") == 0
    assert [user for _, user, _ in cli_runner.procedures.seen] == ["TKYM1408052"]
    assert cli_runner.run("resume", "a") == 2, "two IDs start with it"


def test_nothing_to_resume_has_its_own_exit_code(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.procedures.views = [view(USER, "aa01", profile_id="another-bank")]
    assert cli_runner.run("resume") == 3
    assert "CC-PROCEDURE-NONE" in capsys.readouterr().err


# The error boundary


def test_internal_error_is_reported_without_its_text_and_traced_in_the_log(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    cli_runner.procedures.outcomes[USER] = RuntimeError("PIN 824601 leaked into a text")
    with log.writing_to(cli_runner.log_file):
        assert cli_runner.run("renew", "--yes") == 1
    captured = capsys.readouterr()
    assert "CC-INTERNAL" in captured.err
    assert str(cli_runner.log_file) in captured.err
    logged = cli_runner.log_file.read_text()
    assert "RuntimeError" in logged
    assert "cli_runner.py" in logged, "the place that raised it"
    for text in (captured.out, captured.err, logged):
        assert "824601" not in text
        assert "Traceback" not in text


def test_an_error_before_any_renewal_is_json_too(cli_runner: CliRunner, capsys: Capture) -> None:
    assert cli_runner.run("renew", "--yes", "--json") == 3
    record = printed(capsys)
    assert record["ok"] is False
    assert record["error"]["code"] == "CC-CERT-NOTHING-DUE"


class InterruptedTerminal(FakeTerminal):
    """A terminal at which the user presses Ctrl+C or Ctrl+D at the PIN prompt."""

    interruption: type[BaseException] = KeyboardInterrupt

    def hidden(self, question: str) -> str:
        self.prompts.append(question)
        raise self.interruption


@pytest.mark.parametrize("key", [KeyboardInterrupt, EOFError])
def test_interrupted_pin_prompt_cancels_the_procedure_and_ends_the_batch(
    cli_runner: CliRunner, capsys: Capture, key: type[BaseException]
) -> None:
    """An exception that bypasses the procedure would leave it open in the journal."""
    token = cli_runner.add_token(pin="2468")
    cli_runner.add(store=token)
    cli_runner.add("TKYM1408055", store=token)
    cli_runner.terminal = InterruptedTerminal(interactive=True)
    cli_runner.terminal.interruption = key
    assert cli_runner.run("renew", "--all", "--yes", "--json") == 7
    (result,) = printed(capsys)["results"]
    assert result["error"]["code"] == "CC-CANCELLED"
    assert len(cli_runner.terminal.prompts) == 1


def test_each_failure_of_a_batch_is_reported_with_advice(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add()
    cli_runner.add("TKYM1408055")
    cli_runner.procedures.outcomes[USER] = CertclientError(
        ErrorCode.NETWORK_TIMEOUT, host="ca.example"
    )
    assert cli_runner.run("renew", "--all", "--yes") == 5
    captured = capsys.readouterr()
    assert "CC-NET-TIMEOUT" in captured.out
    assert "certclient resume で続きから再開できます" in captured.err


@pytest.mark.parametrize("option", [[], ["--all"]])
def test_nothing_due_is_not_reported_while_a_procedure_is_unfinished(
    cli_runner: CliRunner, capsys: Capture, option: list[str]
) -> None:
    """With a new certificate that was never confirmed to the CA, nothing appears to be due."""
    cli_runner.add(days=300)
    cli_runner.procedures.views = [view(USER, "feed0001")]
    assert cli_runner.run("renew", "--yes", *option) == 5
    err = capsys.readouterr().err
    assert "CC-PROCEDURE-RUNNING" in err
    assert "certclient resume" in err


def test_a_renewal_knows_the_next_one_only_if_that_was_agreed_to(cli_runner: CliRunner) -> None:
    """Its key is made meanwhile, so nothing may remain to be asked."""
    users = ("TKYM1408051", "TKYM1408052", "TKYM1408053")
    first, second, third = (cli_runner.add(user, days=5 + n) for n, user in enumerate(users))
    followings = cli_runner.procedures.followings
    assert cli_runner.run("renew", "--all", "--yes") == 0
    assert followings == [second.serial_hex, third.serial_hex, None]
    followings.clear()
    assert cli_runner.run("renew", first.serial_hex, "--yes") == 0
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = ["yes"] * 3
    assert cli_runner.run("renew", "--all") == 0
    assert followings == [None] * 4
