"""The command line behind a company's proxy: Debian's squid, with Basic and Digest."""

from __future__ import annotations

import codecs
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from support.command_line import PC_USER, CliComputer
from support.office import OutsideBank, outside_bank
from support.session_bus import gnome_keyring, session_bus
from support.squid import REALM, Squid, SquidLogin, running_squid

SCHEMES = ("basic", "digest")
HIDDEN = "hidden-Passw0rd"


@pytest.fixture
def outside(pc: CliComputer, tmp_path: Path) -> Iterator[OutsideBank]:
    with outside_bank(pc.bank, tmp_path) as bank:
        yield bank


def office(pc: CliComputer, outside: OutsideBank, proxy: str) -> CliComputer:
    """The computer in the office: `proxy` is its HTTPS_PROXY."""
    pc.bank.profile_path = outside.profile
    return replace(pc, variables={"HTTPS_PROXY": proxy, "NO_PROXY": "intra.example.jp"})


def test_proxy_without_a_password(pc: CliComputer, outside: OutsideBank) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin("none")) as squid:
        done = office(pc, outside, f"http://{squid.netloc}").run("renew", "--yes")
        assert done.code == 0, done.err
        assert f"CONNECT bank.test:{outside.port}" in squid.log


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("user", "password", "encoding"),
    [
        ("taro", HIDDEN, "utf-8"),
        ("taro", 'p@ss:w/o rd"\\?#%', "utf-8"),
        ("太郎", "ひみつ", "utf-8"),
        ("jörg", "grün", "latin-1"),
    ],
)
def test_login_from_standard_input(
    pc: CliComputer, outside: OutsideBank, scheme: str, user: str, password: str, encoding: str
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin(scheme, user, password, encoding)) as squid:
        computer = office(pc, outside, squid.netloc)
        done = computer.run("renew", "--yes", "--proxy-user", user, stdin=f"{password}\n")
        assert done.code == 0, done.err
        assert password not in done.out + done.err + pc.everything_written()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("password", [HIDDEN, "p/ss", "a@b:c", "ひみつ"])
def test_login_in_the_variable(
    pc: CliComputer, outside: OutsideBank, scheme: str, password: str
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin(scheme, password=password)) as squid:
        address = f"http://taro:{quote(password, safe='')}@{squid.netloc}"
        done = office(pc, outside, address).run("renew", "--yes", "--json")
        assert done.code == 0, done.err
        assert password not in done.out + done.err + pc.everything_written()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_without_a_login_the_code_says_so_and_a_later_run_succeeds(
    pc: CliComputer, outside: OutsideBank, scheme: str
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin(scheme, password=HIDDEN)) as squid:
        computer = office(pc, outside, f"http://{squid.netloc}")
        done = computer.run("renew", "--yes", "--json")
        error = done.json["results"][0]["error"]
        assert error["code"] == "CC-NET-PROXY-AUTH"
        assert squid.netloc in done.out
        done = computer.run("renew", "--yes", "--proxy-user", "taro", stdin=f"{HIDDEN}\n")
        assert done.code == 0, done.err


@pytest.mark.parametrize("scheme", SCHEMES)
def test_wrong_password_is_sent_once(pc: CliComputer, outside: OutsideBank, scheme: str) -> None:
    """Repeated failures lock accounts."""
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin(scheme, password="right")) as squid:
        computer = office(pc, outside, f"http://{squid.netloc}")
        done = computer.run("renew", "--yes", "--proxy-user", "taro", stdin=f"{HIDDEN}\n" * 5)
        assert "CC-NET-PROXY-AUTH" in done.err
        assert HIDDEN not in done.out + done.err + pc.everything_written()
        assert squid.log.count(" taro HIER_NONE") == 1, squid.log


def test_schemes_that_are_not_possible_are_named(pc: CliComputer, outside: OutsideBank) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin("negotiate")) as squid:
        done = office(pc, outside, f"http://{squid.netloc}").run("renew", "--yes")
        assert "CC-NET-PROXY-SCHEME" in done.err
        assert "Negotiate" in done.err


def test_issue_code_precedes_the_proxy_password_on_standard_input(
    pc: CliComputer, outside: OutsideBank
) -> None:
    pc.bank.add_customer(PC_USER)
    code = pc.bank.issue_code(PC_USER).reveal()
    with running_squid(SquidLogin("digest", password=HIDDEN)) as squid:
        computer = office(pc, outside, f"http://{squid.netloc}")
        done = computer.run(
            *("obtain", PC_USER, "--yes", "--code-stdin", "--proxy-user", "taro"),
            stdin=f"{code}\n{HIDDEN}\n",
        )
        assert done.code == 0, done.err


def test_person_at_the_terminal_is_asked(pc: CliComputer, outside: OutsideBank) -> None:
    """A real terminal: consent, then a wrong password, then the right one."""
    pc.add_certificate(PC_USER, pc.nss.store())
    with running_squid(SquidLogin("digest", "太郎", HIDDEN)) as squid:
        computer = office(pc, outside, f"http://{squid.netloc}")
        screen = typed(
            computer,
            ("始めてよろしいですか", "y"),
            ("プロキシのユーザ名", "太郎"),
            ("でのパスワード", "mistyped"),
            ("保存しますか", "n"),
            ("ユーザ名かパスワードが違います", ""),
            ("プロキシのユーザ名（", "太郎"),
            ("でのパスワード", HIDDEN),
            ("保存しますか", ""),
            ("インストールが完了しました", ""),
        )
    assert REALM in screen
    assert HIDDEN not in screen
    assert "mistyped" not in screen


def typed(computer: CliComputer, *dialogue: tuple[str, str]) -> str:
    """Runs `renew` on a terminal: waits for each text, then types the line ("" for none)."""
    command = ["-m", "certclient", "--profile", str(computer.bank.profile_path), "renew"]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, *command], computer.environment)
    decoder = codecs.getincrementaldecoder("utf-8")()
    screen, seen = "", 0
    try:
        for text, line in dialogue:
            while text not in screen[seen:]:
                screen += decoder.decode(os.read(terminal, 65536))
            seen = screen.index(text, seen) + len(text)
            if line or text.startswith("保存"):
                os.write(terminal, f"{line}\n".encode())
    except OSError as error:  # the program has ended
        pytest.fail(f"{error}; on the screen: {screen}")
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return screen


def test_stored_login_is_used_by_nobody_in_front_of_the_computer(
    pc: CliComputer, outside: OutsideBank, tmp_path: Path
) -> None:
    """gnome-keyring holds it; a wrong one is sent once and removed."""
    pc.add_certificate(PC_USER, pc.nss.store())
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    with (
        running_squid(SquidLogin("digest", password=HIDDEN)) as squid,
        session_bus(runtime) as bus,
        gnome_keyring(bus, runtime, "login"),
    ):
        computer = office(pc, outside, f"http://{squid.netloc}")
        computer = replace(computer, variables={**computer.variables, **bus})
        store_login(bus, squid, "taro", "outdated")
        refused = computer.run("renew", "--yes")
        assert "CC-NET-PROXY-AUTH" in refused.err
        assert squid.log.count(" taro HIER_NONE") == 1
        assert "CC-NET-PROXY-AUTH" in computer.run("renew", "--yes").err
        assert squid.log.count(" taro HIER_NONE") == 1, "it is gone from the keyring"
        store_login(bus, squid, "taro", HIDDEN)
        done = computer.run("renew", "--yes")
        assert done.code == 0, done.err


def store_login(bus: Mapping[str, str], squid: Squid, user: str, password: str) -> None:
    """Stores a login as the dialog's check box does, in a process of this session."""
    script = (
        "from certclient.bootstrap import credential_store\n"
        "from certclient.model.proxy_login import ProxyLogin\n"
        "from certclient.model.secret import Secret\n"
        "from certclient.platform.proxies.kept_logins import KeptLogins\n"
        f"login = ProxyLogin({user!r}, Secret({password!r}))\n"
        f"KeptLogins(credential_store()).keep({squid.netloc!r}, login)\n"
    )
    subprocess.run([sys.executable, "-c", script], env={**os.environ, **bus}, check=True)


@pytest.mark.parametrize(
    "address",
    [
        f"http://taro:{HIDDEN}@127.0.0.1:99999",
        f"http://taro:{HIDDEN}@127.0.0.1:port",
        f"gopher://taro:{HIDDEN}@127.0.0.1:1",
        f"http://taro:{HIDDEN}@",
        f"taro:{HIDDEN}@:8080",
    ],
)
def test_unusable_address_is_blamed_on_its_variable(
    pc: CliComputer, outside: OutsideBank, address: str
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    for options in ((), ("--json",)):
        done = office(pc, outside, address).run("renew", "--yes", *options)
        assert "CC-NET-PROXY-SETTING" in done.out + done.err
        assert "HTTPS_PROXY" in done.out + done.err
        assert HIDDEN not in done.out + done.err + pc.everything_written()


@pytest.mark.parametrize(
    "address",
    [
        "socks://127.0.0.1:1/",
        "socks5://127.0.0.1:1",
        "socks4://127.0.0.1:1",
        f"http://user:{HIDDEN}%E3%81%82@127.0.0.1:1",
        f"http://user:{HIDDEN}/@127.0.0.1:1",
        "127.0.0.1:1",
    ],
)
def test_proxy_that_is_not_there_is_named_with_its_variable(
    pc: CliComputer, outside: OutsideBank, address: str
) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    done = office(pc, outside, address).run("renew", "--yes")
    assert "[CC-NET-PROXY]" in done.err
    assert "127.0.0.1:1" in done.err
    assert "HTTPS_PROXY" in done.err
    assert HIDDEN not in done.out + done.err + pc.everything_written()
