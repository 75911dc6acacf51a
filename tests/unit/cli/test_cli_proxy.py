"""The proxy's user name and password at the terminal and from standard input."""

from __future__ import annotations

from certclient.cli.interaction import PresetAnswers, TerminalInteraction
from certclient.cli.invocation import Invocation
from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.i18n.catalogue import Language
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest
from certclient.store.base import AttemptsLeft, PinRequest
from support.cli_runner import CliRunner, FakeTerminal

PROXY = ProxyLoginRequest("proxy.example.jp:8080", "Kaisha", ("Basic",))
KEEPABLE = ProxyLoginRequest("proxy.example.jp:8080", can_keep=True)
WRONG = ProxyLoginRequest("proxy.example.jp:8080", previous_incorrect=True)
PIN = PinRequest("token", "USB", AttemptsLeft.UNKNOWN)


def person(cli_runner: CliRunner, terminal: FakeTerminal, **answers: object) -> TerminalInteraction:
    cli_runner.terminal = terminal
    invocation = Invocation(cli_runner.services(), Language.JAPANESE)
    return TerminalInteraction(invocation, PresetAnswers(**answers))  # type: ignore[arg-type] # by name


def revealed(answer: ProxyLoginAnswer | None) -> tuple[str, str, bool] | None:
    if answer is None:
        return None
    return answer.login.user, answer.login.password.reveal(), answer.keep


def test_terminal_asks_for_both(cli_runner: CliRunner) -> None:
    terminal = FakeTerminal(True, ["taro", "ｐ@ss"])
    assert revealed(person(cli_runner, terminal).proxy_login(PROXY)) == ("taro", "ｐ@ss", False)
    assert "proxy.example.jp:8080" in terminal.prompts[-1]


def test_terminal_asks_whether_to_store(cli_runner: CliRunner) -> None:
    for answer, keep in (("y", True), ("", False)):
        terminal = FakeTerminal(True, ["taro", "secret", answer])
        login = person(cli_runner, terminal).proxy_login(KEEPABLE)
        assert revealed(login) == ("taro", "secret", keep)


def test_name_given_in_advance_is_not_asked_for_unless_wrong(cli_runner: CliRunner) -> None:
    terminal = FakeTerminal(True, ["secret", "jiro", "other"])
    asked = person(cli_runner, terminal, proxy_user="taro")
    assert revealed(asked.proxy_login(PROXY)) == ("taro", "secret", False)
    assert revealed(asked.proxy_login(WRONG)) == ("jiro", "other", False)


def test_enter_at_the_name_gives_up(cli_runner: CliRunner) -> None:
    assert person(cli_runner, FakeTerminal(True, [""])).proxy_login(PROXY) is None


def test_standard_input_holds_code_then_password_then_pin(cli_runner: CliRunner) -> None:
    everything = {"code_stdin": True, "pin_stdin": True, "proxy_user": "taro"}
    lines = ["AAAA-BBBB", "p a ss", "1234"]
    asked = person(cli_runner, FakeTerminal(stdin=list(lines)), **everything)
    pin = asked.pin(PIN)
    assert pin is not None
    assert pin.reveal() == "1234"
    assert revealed(asked.proxy_login(PROXY)) == ("taro", "p a ss", False)
    code = asked.secret(SecretRequest(SecretKind.ISSUE_CODE, "TKYM1408054"))
    assert code is not None
    assert code.reveal() == "AAAABBBB"


def test_password_from_standard_input_is_never_given_again(cli_runner: CliRunner) -> None:
    asked = person(cli_runner, FakeTerminal(stdin=["wrong", "next"]), proxy_user="taro")
    assert asked.proxy_login(PROXY) is not None
    assert asked.proxy_login(WRONG) is None


def test_nobody_is_asked_without_a_terminal_or_a_name(cli_runner: CliRunner) -> None:
    assert person(cli_runner, FakeTerminal(stdin=["secret"])).proxy_login(PROXY) is None
