"""The logins that a process knows: which is sent, which is forgotten, which is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.secret import Secret
from certclient.platform.proxies.logins import ProxyLogins

PROXY = "proxy.example.jp:8080"


def login(password: str, user: str = "taro") -> ProxyLogin:
    return ProxyLogin(user, Secret(password))


@dataclass
class Vault:
    """A `LoginVault` in memory; counts how often it is asked."""

    kept: dict[str, ProxyLogin] = field(default_factory=dict)
    asked: int = 0

    def keep(self, proxy: str, login: ProxyLogin) -> None:
        self.kept[proxy] = login

    def fetch(self, proxy: str) -> ProxyLogin | None:
        self.asked += 1
        return self.kept.get(proxy)

    def wipe(self, proxy: str) -> None:
        self.kept.pop(proxy, None)


def password_of(found: ProxyLogin | None) -> str | None:
    return found.password.reveal() if found else None


def test_answer_is_stored_only_once_the_proxy_has_accepted_it() -> None:
    vault = Vault()
    logins = ProxyLogins(vault)
    given = login("right")
    logins.answer(PROXY, ProxyLoginAnswer(given, keep=True))
    assert vault.kept == {}
    logins.accepted(PROXY, given)
    assert password_of(vault.kept[PROXY]) == "right"


def test_answer_is_not_stored_unless_the_user_said_so() -> None:
    vault = Vault()
    logins = ProxyLogins(vault)
    given = login("right")
    logins.answer(PROXY, ProxyLoginAnswer(given))
    logins.accepted(PROXY, given)
    assert vault.kept == {}
    assert logins.login(PROXY) is given


def test_stored_login_is_fetched_once_and_forgotten_when_refused() -> None:
    vault = Vault({PROXY: login("old")})
    logins = ProxyLogins(vault)
    stored = logins.login(PROXY)
    assert password_of(stored) == "old"
    assert logins.login(PROXY) is stored
    assert vault.asked == 1
    assert stored is not None
    logins.refused(PROXY, stored)
    assert vault.kept == {}
    assert logins.login(PROXY) is None
    assert logins.has_refused(PROXY)


def test_refused_login_of_the_settings_is_not_sent_again() -> None:
    logins = ProxyLogins()
    logins.offer(PROXY, login("wrong"))
    sent = logins.login(PROXY)
    assert sent is not None
    logins.refused(PROXY, sent)
    logins.offer(PROXY, login("wrong"))
    assert logins.login(PROXY) is None
    logins.offer(PROXY, login("corrected"))
    assert password_of(logins.login(PROXY)) == "corrected"


def test_users_answer_goes_before_the_settings() -> None:
    logins = ProxyLogins()
    logins.answer(PROXY, ProxyLoginAnswer(login("typed")))
    logins.offer(PROXY, login("set"))
    assert password_of(logins.login(PROXY)) == "typed"


def test_user_may_repeat_what_was_refused() -> None:
    """The account may have been unlocked meanwhile."""
    logins = ProxyLogins()
    given = login("same")
    logins.answer(PROXY, ProxyLoginAnswer(given))
    logins.refused(PROXY, given)
    logins.answer(PROXY, ProxyLoginAnswer(login("same")))
    assert password_of(logins.login(PROXY)) == "same"


def test_late_refusal_of_another_login_changes_nothing() -> None:
    vault = Vault()
    logins = ProxyLogins(vault)
    first, second = login("first"), login("second")
    logins.answer(PROXY, ProxyLoginAnswer(first))
    logins.answer(PROXY, ProxyLoginAnswer(second))
    logins.refused(PROXY, first)
    assert logins.login(PROXY) is second


def test_each_proxy_has_its_own_login() -> None:
    logins = ProxyLogins()
    logins.answer(PROXY, ProxyLoginAnswer(login("here")))
    assert logins.login("other:8080") is None
    assert password_of(logins.login(PROXY.upper())) == "here"
