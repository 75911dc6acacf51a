"""`certclient check-profile`: a file is checked before a customer or an administrator uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from certclient.platform.folders import profile_folders
from support.cli_runner import LAB, CliRunner
from support.pki import certificate_pem

SAMPLE = (profile_folders()[-1] / "example-shinkin.toml").read_text(encoding="utf-8")
ROOT = certificate_pem(*LAB.anchors).decode()
OWN = (
    SAMPLE.replace("example-shinkin", "own-bank")
    .replace("bank.example.jp", "bank.own-bank.co.jp")
    .replace("ca.example.jp", "ca.own-bank.co.jp")
    .replace("pkcs11_modules = []", "pkcs11_modules = ['/usr/lib/a.so', 'C:\\a.dll']")
)
USER_ACTION = 2


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own-bank.toml"
    path.write_text(OWN, encoding="utf-8")
    path.chmod(0o644)
    return path


def checked(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, Any]:
    code = cli_runner.run("check-profile", *arguments, "--json")
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (record["exit_code"], record["ok"]) == (code, code == 0)
    return record


def places(record: dict[str, Any], level: str) -> dict[str, int | None]:
    return {one["key"]: one["line"] for one in record["findings"] if one["level"] == level}


def line_of(text: str, beginning: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(beginning))


def test_what_est_cannot_do_is_said(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    tls = f'[tls]\ntrust_anchors = """\n{ROOT}"""\n\n[ca]\nprotocol = "est"'
    file.write_text(OWN.replace("[ca]", tls), encoding="utf-8")
    assert cli_runner.run("check-profile", str(file)) == 0
    assert "certclientから失効や申請の取り下げもできません" in capsys.readouterr().out


def test_a_good_profile_is_good_and_its_anchors_are_named(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    record = checked(cli_runner, capsys, str(file))
    assert record["findings"] == []
    assert record["profile"]["id"] == "own-bank"
    (anchor,) = record["anchors"]
    assert anchor["key"] == "ca.trust_anchors"
    assert anchor["not_after"].startswith("2046-01-01")
    assert len(anchor["fingerprint"]) == 64
    assert ["Common Name", "Example Root CA (throw-away)"] in anchor["subject"]


def test_it_is_said_in_text_as_well(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    assert cli_runner.run("check-profile", str(file)) == 0
    out = capsys.readouterr().out
    assert "誤り 0件、注意 0件" in out
    assert "れい信用金庫（own-bank）" in out
    assert "Example Root CA (throw-away)" in out
    assert "2046年1月1日" in out


def test_all_errors_are_named_at_once_with_their_lines(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    text = (
        OWN.replace("days_before = 30", "days_befor = 30")
        .replace('ask_pin = "nobody"', 'ask_pin = "somebody"')
        .replace("https://ca.own", "http://ca.own")
        .replace("bits = 2048", "bits = 1024")
    )
    file.write_text(text, encoding="utf-8")
    record = checked(cli_runner, capsys, str(file))
    assert record["exit_code"] == USER_ACTION
    assert (record["profile"], record["anchors"]) == (None, [])
    assert places(record, "error") == {
        "renewal.days_befor": line_of(text, "days_befor"),
        "renewal.ask_pin": line_of(text, "ask_pin"),
        "key.bits": line_of(text, "bits"),
        "ca.url": line_of(text, "url"),
    }
    assert cli_runner.run("--language", "en", "check-profile", str(file)) == USER_ACTION
    out = capsys.readouterr().out
    assert "errors: 4, warnings: 0" in out
    assert 'There is no key named "days_befor" here. Did you mean "days_before"?' in out
    assert "Possible values: 2048, 3072, 4096." in out


def test_what_is_hardly_meant_for_customers_is_a_warning(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "draft.toml"
    text = SAMPLE.replace('"https://ca.example.jp/pkix/"', '"http://127.0.0.1:8080/pkix/"')
    other.write_text(text, encoding="utf-8")
    other.chmod(0o644)
    record = checked(cli_runner, capsys, str(other))
    assert record["exit_code"] == 0
    assert {(one["code"], one["key"]) for one in record["findings"]} == {
        ("file-name", "id"),
        ("loopback-address", "ca.url"),
        ("reserved-address", "login_url"),
        ("reserved-address", "storage.usb_guide_url"),
        ("no-token-module", "storage.pkcs11_modules"),
    }
    assert places(record, "warning")["ca.url"] == line_of(text, "url")


def test_the_dates_of_its_anchors_are_looked_at(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    cli_runner.now = datetime(2045, 12, 1, tzinfo=UTC)
    record = checked(cli_runner, capsys, str(file))
    assert record["exit_code"] == 0
    assert places(record, "warning") == {"ca.trust_anchors": line_of(OWN, "trust_anchors")}
    cli_runner.now = datetime(2046, 1, 2, tzinfo=UTC)
    record = checked(cli_runner, capsys, str(file))
    assert record["exit_code"] == USER_ACTION
    assert [one["code"] for one in record["findings"]] == ["CC-PROFILE-ANCHOR-EXPIRED"]
    assert "Example Root CA" in record["findings"][0]["text"]


@pytest.mark.skipif("sys.platform == 'win32'", reason="Windows checks the folder of all users only")
def test_a_file_that_others_can_change_is_a_warning(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    file.chmod(0o666)
    record = checked(cli_runner, capsys, str(file))
    assert [(one["level"], one["code"]) for one in record["findings"]] == [
        ("warning", "CC-PROFILE-EXPOSED")
    ]


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b"[ca\n", "syntax-bracket", 1),
        (b'\xef\xbb\xbfschema = 1\r\nurl = "C:\\Tokens"\r\n', "syntax-escape", 2),
        ("bank = 'れい'".encode("shift_jis"), "file-not-utf-8", None),
        (b"#" * (1 << 20) + b"#", "file-too-large", None),
    ],
)
def test_a_file_that_is_no_toml_is_one_error(
    cli_runner: CliRunner,
    capsys: pytest.CaptureFixture[str],
    file: Path,
    content: bytes,
    reason: str,
    line: int | None,
) -> None:
    file.write_bytes(content)
    (finding,) = checked(cli_runner, capsys, str(file))["findings"]
    assert finding["data"]["reason"] == reason
    assert finding["line"] == line


def test_a_folder_and_a_missing_file_are_told(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert checked(cli_runner, capsys, str(tmp_path))["exit_code"] == USER_ACTION
    missing = checked(cli_runner, capsys, str(tmp_path / "none.toml"))
    assert missing["error"]["code"] == "CC-PROFILE-NOT-FOUND"
    missing = checked(cli_runner, capsys, "--policy", str(tmp_path / "none.toml"))
    assert missing["error"]["code"] == "CC-PROFILE-NOT-FOUND"
    assert checked(cli_runner, capsys)["error"]["code"] == "CC-USAGE"


def test_a_policy_is_checked_whoever_owns_it(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('Destinations = ["pc"]\nUnattendedRenewal = true\n', encoding="utf-8")
    policy.chmod(0o666)
    record = checked(cli_runner, capsys, "--policy", str(policy))
    assert record["findings"] == []
    assert record["policy"]["destinations"] == ["pc"]
    assert cli_runner.run("check-profile", "--policy", str(policy)) == 0
    assert str(policy) in capsys.readouterr().out


def test_all_errors_of_a_policy_are_named_at_once(
    cli_runner: CliRunner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'Destinatons = ["pc"]\nReminderDays = [30, 400]\nProxy = 8080\nUnattendedRenewal = 1\n',
        encoding="utf-8",
    )
    record = checked(cli_runner, capsys, "--policy", str(policy))
    assert record["policy"] is None
    reasons = {one["key"]: (one["line"], one["data"]["reason"]) for one in record["findings"]}
    assert reasons == {
        "Destinatons": (1, "unknown-key"),
        "ReminderDays": (2, "out-of-range"),
        "Proxy": (3, "wrong-type"),
        "UnattendedRenewal": (4, "wrong-type"),
    }
