"""remove-old deletes old certificates for good, but never one that its owner needs to log in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from certclient.cli.main import run
from certclient.model.banks import banks_of
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.platform import log
from certclient.store.base import Unavailable
from support.cli_runner import CliRunner, FakeStore, view

Capture = pytest.CaptureFixture[str]
USER, COLLEAGUE = "TKYM1408054", "TKYM1408055"


def deleted(store: FakeStore) -> set[str]:
    assert {what for what, _ in store.done} <= {"delete"}
    return {serial for _, serial in store.done}


def test_expired_and_archived_certificates_are_deleted(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    expired = cli_runner.add(days=-1)
    archived = cli_runner.add(days=20, archived=True)
    cli_runner.add(days=300)
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == {expired.serial_hex, archived.serial_hex}
    assert "2 件" in capsys.readouterr().out


def test_certificate_in_use_stays(cli_runner: CliRunner, capsys: Capture) -> None:
    """Even on its last day and beside a newer one, because its owner has not archived it."""
    cli_runner.add(days=0.01)
    cli_runner.add(days=300)
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == set()
    assert "0 件" in capsys.readouterr().out


def test_last_usable_certificate_stays_even_if_archived(cli_runner: CliRunner) -> None:
    cli_runner.add(days=20, archived=True)
    cli_runner.add(days=300, key=False)  # a certificate without its key cannot log in
    cli_runner.add(COLLEAGUE, days=300)
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == set()


def test_two_archived_certificates_do_not_replace_each_other(cli_runner: CliRunner) -> None:
    cli_runner.add(days=20, archived=True)
    cli_runner.add(days=300, archived=True)
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == set()


def test_unfinished_procedure_protects_all_certificates_of_its_user_id(
    cli_runner: CliRunner,
) -> None:
    """The new certificate is installed but not confirmed to the CA: the old one still signs."""
    cli_runner.add(days=-1)
    cli_runner.add(days=20, archived=True)
    cli_runner.add(days=300)
    other = cli_runner.add(COLLEAGUE, days=-1)
    cli_runner.procedures.views = [view(USER, "feed0001")]
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == {other.serial_hex}


def test_procedure_at_another_bank_does_not_block_removal(cli_runner: CliRunner) -> None:
    """Two banks may have issued the same user ID."""
    expired = cli_runner.add(days=-1)
    cli_runner.add(days=300)
    cli_runner.procedures.views = [view(USER, "feed0001", profile_id="another-bank")]
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == {expired.serial_hex}


def test_usb_tokens_are_not_touched(cli_runner: CliRunner) -> None:
    token = cli_runner.add_token(pin="824601")
    cli_runner.add(days=-1, store=token)
    cli_runner.add(days=20, store=token, archived=True)
    cli_runner.add(days=300, store=token)
    copy = cli_runner.add(days=-2)
    assert cli_runner.run("remove-old", "--yes") == 0
    assert token.done == []
    assert deleted(cli_runner.pc) == {copy.serial_hex}


def test_certificates_of_others_are_not_touched(cli_runner: CliRunner) -> None:
    cli_runner.add("Somebody else", "", days=-1)
    assert cli_runner.run("remove-old", "--yes") == 0
    assert deleted(cli_runner.pc) == set()


def test_remove_old_without_a_terminal_requires_consent(
    cli_runner: CliRunner, capsys: Capture
) -> None:
    cli_runner.add(days=-1)
    assert cli_runner.run("remove-old") == 2
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert deleted(cli_runner.pc) == set()


@pytest.mark.parametrize(("answer", "code"), [("はい", 0), ("", 7), ("no", 7)])
def test_prompt_lists_what_will_be_deleted(
    cli_runner: CliRunner, capsys: Capture, answer: str, code: int
) -> None:
    expired = cli_runner.add(days=-1)
    in_use = cli_runner.add(days=300)
    cli_runner.terminal.interactive = True
    cli_runner.terminal.answers = [answer]
    assert cli_runner.run("remove-old") == code
    (question,) = cli_runner.terminal.prompts
    assert "元に戻せません" in question
    assert "1 件" in question
    named = capsys.readouterr().err
    assert f"{USER} 1403  2027年3月10日 12:00" in named
    assert expired.serial_hex in named
    assert in_use.serial_hex not in named
    assert deleted(cli_runner.pc) == ({expired.serial_hex} if code == 0 else set())


def test_nothing_to_delete_asks_no_question(cli_runner: CliRunner) -> None:
    cli_runner.add(days=300)
    cli_runner.terminal.interactive = True
    assert cli_runner.run("remove-old") == 0
    assert cli_runner.terminal.prompts == []


@dataclass
class PartlyFailingStore(FakeStore):
    """Deletes every certificate but `stays`."""

    stays: Certificate | None = None
    tried: list[str] = field(default_factory=list)

    def delete(self, certificate: Certificate) -> None:
        self.tried.append(certificate.serial_hex)
        if certificate == self.stays:
            raise CertclientError(ErrorCode.STORE_UNAVAILABLE, token=self.label)
        super().delete(certificate)


def test_failed_deletion_does_not_stop_the_others(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.pc = store = PartlyFailingStore()
    store.stays = cli_runner.add(days=-3)
    other = cli_runner.add(days=-1)
    assert cli_runner.run("remove-old", "--yes", "--json") == 2
    assert store.tried == [store.stays.serial_hex, other.serial_hex]
    answer = json.loads(capsys.readouterr().out)
    assert [one["serial"] for one in answer["certificates"]] == [other.serial_hex]
    assert [error["code"] for error in answer["errors"]] == ["CC-STORE-UNAVAILABLE"]
    assert cli_runner.run("remove-old", "--yes") == 2
    captured = capsys.readouterr()
    assert "CC-STORE-UNAVAILABLE" in captured.err
    assert "0 件" in captured.out


def test_unavailable_store_is_reported_once(cli_runner: CliRunner, capsys: Capture) -> None:
    cli_runner.add_token().cause = Unavailable(
        ErrorCode.TOKEN_MISSING
    )  # irrelevant to this command
    cli_runner.pc.cause = Unavailable(ErrorCode.STORE_UNAVAILABLE)
    banks = [cli_runner.profile, replace(cli_runner.profile, id="another")]
    services = replace(cli_runner.services(), banks=lambda: banks_of(banks))
    assert run(["remove-old", "--yes", "--json"], services) == 2
    errors = json.loads(capsys.readouterr().out)["errors"]
    assert [error["code"] for error in errors] == ["CC-STORE-UNAVAILABLE"]


def test_remove_old_covers_all_banks_or_only_the_named_one(cli_runner: CliRunner) -> None:
    """A certificate that matches the patterns of two banks is deleted once."""
    expired = cli_runner.add(days=-1)
    seen: list[list[str]] = []

    def stores(profiles: Sequence[Profile]) -> list[FakeStore]:
        seen.append([profile.id for profile in profiles])
        return [cli_runner.pc]

    banks = [cli_runner.profile, replace(cli_runner.profile, id="another")]
    services = replace(cli_runner.services(), banks=lambda: banks_of(banks), stores=stores)
    assert run(["remove-old", "--yes"], services) == 0
    assert seen == [[cli_runner.profile.id, "another"]]
    assert cli_runner.pc.done == [("delete", expired.serial_hex)]
    seen.clear()
    assert run(["remove-old", "--yes", "--profile", cli_runner.profile.id], services) == 0
    assert seen == [[cli_runner.profile.id]]


def test_log_records_deletions_and_no_errors(cli_runner: CliRunner) -> None:
    expired = cli_runner.add(days=-1)
    cli_runner.add(days=300)
    with log.writing_to(cli_runner.log_file):
        assert cli_runner.run("remove-old", "--yes") == 0
    lines = [json.loads(line) for line in cli_runner.log_file.read_text("utf-8").splitlines()]
    assert [line["event"] for line in lines] == ["deleted", "command"]
    assert lines[0]["serial"] == expired.serial_hex
