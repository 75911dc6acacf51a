"""remove-archived deletes older archived certificates for good and keeps the last one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import PinProvider, Unavailable
from support.cli_runner import CliRunner, FakeStore, view

Capture = pytest.CaptureFixture[str]
USER, COLLEAGUE = "TKYM1408054", "TKYM1408055"


def put_away(runner: CliRunner, store: FakeStore | None = None, user: str = USER) -> Certificate:
    """A certificate in use, the last archived one, and an older one, which it returns."""
    older = runner.add(user, days=-20, archived=True, store=store)
    runner.add(user, days=-10, archived=True, store=store)
    runner.add(user, days=300, store=store)
    return older


def test_older_ones_are_deleted_on_the_pc_and_on_tokens(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    token = cli_runner.add_token(pin="824601")
    on_pc, on_token = put_away(cli_runner), put_away(cli_runner, token, COLLEAGUE)
    cli_runner.terminal.stdin = ["824601"]
    assert cli_runner.run("remove-archived", "--yes", "--pin-stdin") == 0
    assert cli_runner.pc.done == [("delete", on_pc.serial_hex)]
    assert token.done == [("delete", on_token.serial_hex)]
    assert "2 件" in capsys.readouterr().out


def test_a_dry_run_shows_them_and_asks_for_nothing(cli_runner: CliRunner, capsys: Capture) -> None:
    token = cli_runner.add_token(pin="824601")
    older = put_away(cli_runner, token)
    assert cli_runner.run("remove-archived", "--dry-run") == 0
    shown = capsys.readouterr().out
    assert f"{USER} 1403  2027年2月19日 12:00" in shown
    assert older.serial_hex in shown
    assert cli_runner.run("remove-archived", "--dry-run", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["deleted"] is False
    assert [one["serial"] for one in answer["certificates"]] == [older.serial_hex]
    assert token.done == []


def test_nothing_to_delete_asks_no_question(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add(days=-10, archived=True)
    cli_runner.add(days=300)
    cli_runner.terminal.interactive = True
    assert cli_runner.run("remove-archived") == 0
    assert cli_runner.run("remove-archived", "--dry-run") == 0
    assert cli_runner.terminal.prompts == []
    assert "ありません" in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "code"), [("はい", 0), ("", 7)])
def test_the_question_lists_what_goes(
    cli_runner: CliRunner, capsys: Capture, answer: str, code: int
) -> None:
    older = put_away(cli_runner)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = [answer]
    assert cli_runner.run("remove-archived") == code
    (question,) = cli_runner.terminal.prompts
    assert "元に戻せません" in question
    assert older.serial_hex in capsys.readouterr().err
    assert cli_runner.pc.done == ([("delete", older.serial_hex)] if code == 0 else [])


def test_without_a_terminal_consent_is_required(cli_runner: CliRunner) -> None:
    put_away(cli_runner)
    assert cli_runner.run("remove-archived") == 2
    assert cli_runner.pc.done == []


def test_one_store_only(cli_runner: CliRunner) -> None:
    token = cli_runner.add_token("USB-2")
    put_away(cli_runner)
    older = put_away(cli_runner, token, COLLEAGUE)
    assert cli_runner.run("remove-archived", "--yes", "--store", "USB-2") == 0
    assert cli_runner.pc.done == []
    assert token.done == [("delete", older.serial_hex)]


def test_an_owner_with_an_unfinished_procedure_keeps_everything(cli_runner: CliRunner) -> None:
    put_away(cli_runner)
    other = put_away(cli_runner, user=COLLEAGUE)
    cli_runner.procedures.views = [view(USER, "feed0001")]
    assert cli_runner.run("remove-archived", "--yes") == 0
    assert cli_runner.pc.done == [("delete", other.serial_hex)]


def test_without_the_pin_of_one_token_the_others_have_their_turn(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    token = cli_runner.add_token(pin="824601")
    put_away(cli_runner, token, COLLEAGUE)
    on_pc = put_away(cli_runner)
    assert cli_runner.run("remove-archived", "--yes", "--json") != 0
    answer = json.loads(capsys.readouterr().out)
    assert [one["serial"] for one in answer["certificates"]] == [on_pc.serial_hex]
    assert [one["code"] for one in answer["errors"]] == ["CC-PIN-REQUIRED"]
    assert token.done == []


def test_a_store_that_cannot_be_read_is_reported_and_a_token_that_is_away_is_not(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    older = put_away(cli_runner)
    cli_runner.add_token("away").cause = Unavailable(ErrorCode.TOKEN_MISSING)
    cli_runner.add_token("broken").cause = Unavailable(ErrorCode.STORE_UNAVAILABLE)
    assert cli_runner.run("remove-archived", "--yes", "--json") == 2
    answer = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in answer["errors"]] == ["CC-STORE-UNAVAILABLE"]
    assert cli_runner.pc.done == [("delete", older.serial_hex)]


@dataclass
class ChangingStore(FakeStore):
    """Something happens to it while the PIN is asked for, or at each deletion."""

    meanwhile: Callable[[], object] = lambda: None
    stuck: Certificate | None = None

    def login(self, pin: PinProvider) -> None:
        self.meanwhile()

    def delete(self, certificate: Certificate) -> None:
        if certificate == self.stuck:
            raise CertclientError(ErrorCode.CONSENT_REFUSED)
        super().delete(certificate)


def test_one_that_is_brought_back_during_the_question_stays(cli_runner: CliRunner) -> None:
    cli_runner.pc = store = ChangingStore()
    older = put_away(cli_runner)

    def bring_back() -> None:
        store.held = [
            replace(one, archived=one.archived and one.certificate != older) for one in store.held
        ]

    store.meanwhile = bring_back
    assert cli_runner.run("remove-archived", "--yes") == 0
    assert store.done == []


def test_one_that_stays_does_not_stop_the_others(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.pc = store = ChangingStore()
    store.stuck, other = put_away(cli_runner), put_away(cli_runner, user=COLLEAGUE)
    assert cli_runner.run("remove-archived", "--yes", "--json") == 7
    answer = json.loads(capsys.readouterr().out)
    assert [one["serial"] for one in answer["certificates"]] == [other.serial_hex]
    assert [one["code"] for one in answer["errors"]] == ["CC-CANCELLED"]
    assert store.done == [("delete", other.serial_hex)]
