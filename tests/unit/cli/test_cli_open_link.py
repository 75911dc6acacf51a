"""`certclient open-link`: what a page may request, and that the user must consent."""

import pytest

from certclient.cli.exit_codes import EXIT_CODES
from certclient.model.errors import Kind
from support.clerk import Clerk

USER = "TKYM1408054"
RENEW = f"certclient:renew?profile=practice&user={USER}&ticket=tk-abc_DEF"


def test_renewal_passes_the_ticket_after_consent(clerk: Clerk) -> None:
    clerk.add(USER, days=5)
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["y"]
    assert clerk.run("open-link", RENEW) == 0
    assert clerk.procedures.tickets == ["tk-abc_DEF"]
    assert len(clerk.terminal.asked) == 1


def test_declining_cancels(clerk: Clerk) -> None:
    clerk.add(USER, days=5)
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["n"]
    assert clerk.run("open-link", RENEW) == EXIT_CODES[Kind.CANCELLED]


def test_without_a_terminal_nothing_happens(
    clerk: Clerk, capsys: pytest.CaptureFixture[str]
) -> None:
    clerk.add(USER, days=5)
    assert clerk.run("open-link", RENEW) == EXIT_CODES[Kind.USER_ACTION]
    assert "CC-CONSENT-REQUIRED" in capsys.readouterr().err
    assert clerk.procedures.tickets == []


def test_yes_option_does_not_replace_consent(clerk: Clerk) -> None:
    clerk.add(USER, days=5)
    assert clerk.run("open-link", RENEW, "--yes") == EXIT_CODES[Kind.USER_ACTION]
    assert clerk.procedures.tickets == []


def test_obtain_link_passes_the_code_as_ticket(clerk: Clerk) -> None:
    clerk.terminal.interactive = True
    clerk.terminal.answers = ["y"]
    clerk.procedures.code_attempts = 0
    link = f"certclient:obtain?profile=practice&user={USER}&ticket=ABCD2345"
    assert clerk.run("open-link", link) == 0
    assert clerk.procedures.tickets == ["ABCD2345"]


@pytest.mark.parametrize(
    "link",
    [
        "certclient:open",
        "certclient:obtain",
        "certclient:renew?profile=practice&user=../../etc",
        "certclient:renew?url=https://evil.example/",
        "certclient:delete?user=TKYM1408054",
        "https://bank.example/",
        f"certclient:renew?profile=other-bank&user={USER}",
    ],
)
def test_other_links_are_refused_and_not_echoed(
    clerk: Clerk, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    clerk.add(USER, days=5)
    clerk.terminal.interactive = True
    assert clerk.run("open-link", link) == EXIT_CODES[Kind.USER_ACTION]
    assert clerk.terminal.asked == []
    assert link not in capsys.readouterr().err
