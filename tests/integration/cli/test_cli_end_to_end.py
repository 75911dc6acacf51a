"""The command line as a process against the practice bank, with real stores: NSS and SoftHSM.

Each command is started as a user starts it in one test at least, with `started_pc`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from certclient_practice.repositories.records import CertificateState
from support.command_line import PC_USER, PIN, USB_USER, CliComputer


def usable(pc: CliComputer) -> dict[str, str]:
    """Maps user IDs to serial numbers of the certificates that a browser would offer."""
    found = [c for c in pc.list() if c["has_key"] and not c["archived"]]
    assert len({c["user_id"] for c in found}) == len(found), "one usable certificate per user"
    return {c["user_id"]: c["serial"] for c in found}


def test_renewal_on_the_pc_reports_every_step(started_pc: CliComputer) -> None:
    pc = started_pc
    old = pc.add_certificate(PC_USER, pc.nss.store())
    before = pc.run("list")
    assert old.serial_hex in before.out
    assert "更新できます" in before.out

    done = pc.run("renew", "--yes")
    assert done.code == 0, done.err
    new = usable(pc)[PC_USER]
    assert new != old.serial_hex
    assert "電子証明書のインストールが完了しました" in done.out
    assert f"シリアル番号 = {new}" in done.out
    assert "新しい電子証明書でのログインを確認しました" in done.out
    assert "Common Name = TKYM1408054 1403" in done.out
    for sentence in ("新しい鍵を作っています", "認証局に申請しています"):
        assert sentence in done.err
    assert pc.bank.state_of(new) is CertificateState.CONFIRMED
    assert pc.bank.state_of(old.serial_hex) is CertificateState.SUPERSEDED

    assert pc.run("renew", "--yes").code == 3, "nothing is due anymore"
    assert pc.run("status").code == 0


def test_archive_restore_and_delete(started_pc: CliComputer) -> None:
    pc = started_pc
    old = pc.add_certificate(PC_USER, pc.nss.store())
    assert pc.run("remove", old.serial_hex, "--yes").code == 6, "the last valid certificate is kept"
    assert pc.run("renew", "--yes").code == 0
    new = usable(pc)[PC_USER]
    assert pc.run("restore", old.serial_hex, "--yes").code == 0
    assert {c["serial"] for c in pc.list() if not c["archived"]} == {old.serial_hex, new}
    assert pc.run("remove", old.serial_hex, "--yes").code == 0
    assert pc.run("remove", old.serial_hex, "--delete", "--yes").code == 0
    assert [c["serial"] for c in pc.list()] == [new]
    assert pc.run("remove", new, "--yes").code == 6


def test_token_renewal_reads_the_pin_from_stdin(started_pc: CliComputer) -> None:
    pc = started_pc
    token = pc.plug_in_token("専用USB")
    old = pc.add_certificate(USB_USER, token.store())
    done = pc.run("renew", USB_USER, "--yes", "--pin-stdin", "--json", stdin=f"{PIN}\n")
    assert done.code == 0, done.err
    (result,) = done.json["results"]
    assert result["outcome"] == "done"
    assert result["destination"] == "usb"
    assert result["login"]["result"] == "worked"
    assert result["certificate"]["serial"] == usable(pc)[USB_USER] != old.serial_hex
    assert set(result["seconds"]) == {"key_generation", "signing", "network", "waiting", "rest"}
    assert PIN not in done.out + done.err + pc.everything_written()


def test_wrong_pin_costs_one_attempt_and_leaves_nothing_behind(pc: CliComputer) -> None:
    token = pc.plug_in_token()
    old = pc.add_certificate(USB_USER, token.store())
    wrong = pc.run("renew", "--yes", "--pin-stdin", stdin=f"000000\n{PIN}\n")
    assert wrong.code == 2
    assert "CC-PIN-INCORRECT" in wrong.err
    assert "000000" not in wrong.err + wrong.out + pc.everything_written()
    assert usable(pc) == {USB_USER: old.serial_hex}
    assert pc.run("status", "--json").json["procedures"] == []
    assert pc.run("renew", "--yes", "--pin-stdin", stdin=f"{PIN}\n").code == 0


def test_missing_pin_costs_no_attempt(pc: CliComputer) -> None:
    token = pc.plug_in_token()
    pc.add_certificate(USB_USER, token.store())
    done = pc.run("renew", "--yes")
    assert done.code == 2
    assert "CC-PIN-REQUIRED" in done.err
    assert pc.run("status", "--json").json["procedures"] == []


def test_renewing_all_continues_after_a_failure(pc: CliComputer) -> None:
    """Wish-list item 5: all IDs on the PC in one batch; one failure does not stop the rest."""
    store = pc.nss.store()
    renewable = pc.add_certificate(PC_USER, store, days=20)
    refused = pc.add_certificate("TKYM1408056", store, days=10)
    on_token = pc.add_certificate(USB_USER, pc.plug_in_token().store(), days=5)
    early = pc.add_certificate("TKYM1408057", store, days=200)
    pc.bank.revoke(refused.serial_hex)
    done = pc.run("renew", "--all", "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == 6, done.err
    rows = {line.split()[0]: line for line in done.out.splitlines()[1:]}
    assert "完了しました" in rows[PC_USER]
    assert "完了しました" in rows[USB_USER]
    assert "CC-CERT-NOT-ACCEPTED" in rows["TKYM1408056"]
    assert "TKYM1408057" not in rows
    remaining = usable(pc)
    assert remaining[PC_USER] != renewable.serial_hex
    assert remaining[USB_USER] != on_token.serial_hex
    assert remaining["TKYM1408056"] == refused.serial_hex
    assert remaining["TKYM1408057"] == early.serial_hex


def test_obtain_with_the_code_from_the_letter(started_pc: CliComputer) -> None:
    pc = started_pc
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    in_groups = "-".join(code[i : i + 4] for i in range(0, len(code), 4))
    done = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{in_groups}\n")
    assert done.code == 0, done.err
    assert pc.bank.state_of(usable(pc)[PC_USER]) is CertificateState.CONFIRMED
    assert code not in done.out + done.err + pc.everything_written()


def test_wrong_code_leaves_nothing_behind(pc: CliComputer) -> None:
    pc.bank.add_customer(PC_USER)
    pc.bank.issue_code(PC_USER)
    done = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin="AAAA-BBBB-CCCC-DDDD\n")
    assert done.code == 2, done.err
    assert "CC-CODE-WRONG" in done.err
    assert pc.list() == []
    assert pc.run("status", "--json").json["procedures"] == []


def test_expired_certificate_leads_to_obtain(started_pc: CliComputer) -> None:
    """Way C1."""
    pc = started_pc
    expired = pc.add_certificate(PC_USER, pc.nss.store(), days=-3)
    shown = pc.run("show", PC_USER)
    assert "発行コードで新しい電子証明書を取得できます" in shown.out
    assert pc.run("renew", PC_USER, "--yes").code == 2
    code = pc.bank.issue_code(PC_USER).reveal()
    done = pc.run("obtain", PC_USER, "--yes", "--code-stdin", stdin=f"{code}\n")
    assert done.code == 0, done.err
    assert usable(pc)[PC_USER] != expired.serial_hex
    assert pc.run("remove", expired.serial_hex, "--delete", "--yes").code == 0


def test_too_early_shows_the_first_day_and_too_late_the_contact(pc: CliComputer) -> None:
    """Way C2."""
    store = pc.nss.store()
    pc.add_certificate(PC_USER, store, days=31)
    pc.add_certificate("TKYM1408056", store, days=-91)
    early = pc.run("renew", PC_USER, "--yes")
    assert (early.code, "CC-CERT-NOT-YET" in early.err) == (3, True)
    assert "更新できる最初の日" in early.err
    late = pc.run("renew", "TKYM1408056", "--yes")
    assert (late.code, "CC-CERT-TOO-LATE" in late.err) == (6, True)
    assert "お問い合わせ先" in late.err


def test_resume_after_waiting_for_the_ca(started_pc: CliComputer) -> None:
    pc = started_pc
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.set_policy(wait_polls=1, check_after=2)
    waiting = pc.run("renew", "--yes", "--wait", "0")
    assert waiting.code == 4, waiting.err
    (procedure,) = pc.run("status", "--json").json["procedures"]
    assert procedure["state"] == "waiting"
    done = pc.run("resume", procedure["id"][:6])
    assert done.code == 0, done.err
    assert pc.run("resume").code == 3


def test_unreachable_bank_has_its_own_exit_code(pc: CliComputer) -> None:
    old = pc.add_certificate(PC_USER, pc.nss.store())
    text = pc.bank.profile_path.read_text(encoding="utf-8")
    unreachable = text.replace(pc.bank.cmp_url, "https://127.0.0.1:1/pkix/")
    pc.bank.profile_path.write_text(unreachable, encoding="utf-8")
    done = pc.run("renew", "--yes", "--wait", "0")
    assert done.code == 5, done.err
    assert "CC-NET-UNREACHABLE" in done.err
    assert usable(pc) == {PC_USER: old.serial_hex}


def test_resume_after_a_kill(pc: CliComputer) -> None:
    """What the user sees; tests/torture covers the states one by one."""
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.set_policy(wait_polls=1, check_after=1)
    profile = str(pc.bank.profile_path)
    command = [sys.executable, "-m", "certclient", "--profile", profile, "renew", "--yes"]
    with subprocess.Popen(
        command, env=pc.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "認証局の発行を待っています" in line:
                break
        running.kill()
    done = pc.run("resume")
    assert done.code == 0, done.err
    assert len(usable(pc)) == 1


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_stops_after_the_current_step(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.bank.set_policy(wait_polls=1, check_after=1)
    profile = str(pc.bank.profile_path)
    command = [sys.executable, "-m", "certclient", "--profile", profile, "renew", "--yes"]
    with subprocess.Popen(
        command, env=pc.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "認証局の発行を待っています" in line:
                break
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=300)
    assert running.returncode == 7, err
    assert "この手順が済んだら止めます" in err
    assert "certclient resume" in err
    assert pc.run("resume").code == 0


def test_terminal_prompts_for_consent_and_pin(pc: CliComputer) -> None:
    """In a pseudo-terminal; the typed PIN is not echoed."""
    pty = pytest.importorskip("pty")
    pc.add_certificate(USB_USER, pc.plug_in_token("専用USB").store())
    profile = str(pc.bank.profile_path)
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "certclient", "--profile", profile, "renew"]
        os.execve(sys.executable, command, pc.environment)
    screen = _answer_prompts(
        terminal, [("[y/N]", "y"), ("のPIN", "000000"), ("PINが違います", PIN)]
    )
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, screen
    assert PIN not in screen
    assert "000000" not in screen
    assert "残りの回数が少なくなっています" in screen
    assert "専用USBへの保存が完了いたしました" in screen


def _answer_prompts(terminal: int, answers: list[tuple[str, str]]) -> str:
    """Types each answer once its prompt appears; returns everything that was displayed."""
    screen = b""
    deadline = time.monotonic() + 60
    waiting = list(answers)
    seen = 0
    while time.monotonic() < deadline:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            data = b""
        if not data:
            break
        screen += data
        text = screen[seen:].decode("utf-8", "ignore")
        if waiting and waiting[0][0] in text and text.rstrip(" ").endswith(("]", "：")):
            os.write(terminal, f"{waiting.pop(0)[1]}\n".encode())
            seen = len(screen)
    os.close(terminal)
    assert not waiting, screen.decode("utf-8", "replace")
    return screen.decode("utf-8", "replace")


def test_output_is_english_in_an_english_locale(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    pc.language = "en_US.UTF-8"
    done = pc.run("renew", "--yes")
    assert done.code == 0
    assert "The certificate has been installed" in done.out
    assert "Creating a new key" in done.err


def test_invalid_profile_names_file_and_key(pc: CliComputer) -> None:
    text = pc.bank.profile_path.read_text(encoding="utf-8")
    pc.bank.profile_path.write_text(text.replace("[ca]", "[ca]\ncolour = 1"), encoding="utf-8")
    done = pc.run("list", "--json")
    assert done.code == 2
    error = done.json["error"]
    assert error["code"] == "CC-PROFILE-INVALID"
    assert error["data"]["key"] == "ca.colour"
    assert error["data"]["file"] == str(pc.bank.profile_path)
