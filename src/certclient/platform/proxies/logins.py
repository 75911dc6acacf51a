"""The logins of proxies that this process knows, for every connection it makes.

Where a login comes from, the first that applies: the user's answer, the address in the settings
(`http://user:password@proxy:8080`), the operating system's credential store. One that a proxy has
refused is never sent again by itself: repeated failures lock accounts.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer
from certclient.model.wiping import overwrite

_KEY_BYTES = 32


class LoginVault(Protocol):
    """The operating system's credential store, for logins that the user wants to be kept.

    Best effort: a store that fails counts as empty.
    """

    def keep(self, proxy: str, login: ProxyLogin) -> None:
        """Stores the login of `proxy` (host:port)."""
        ...

    def fetch(self, proxy: str) -> ProxyLogin | None:
        """The stored login of `proxy`; None if there is none."""
        ...

    def wipe(self, proxy: str) -> None:
        """Deletes the login of `proxy`; no error if there is none."""
        ...


class NoLoginVault:
    """A `LoginVault` that keeps nothing."""

    def keep(self, proxy: str, login: ProxyLogin) -> None:
        """Keeps nothing."""
        return

    def fetch(self, proxy: str) -> ProxyLogin | None:
        """None, always."""
        return None

    def wipe(self, proxy: str) -> None:
        """Nothing is kept, so nothing is deleted."""
        return


@dataclass(slots=True)
class _Proxy:
    """What is known of one proxy. `keep`: store `login` once the proxy has accepted it."""

    login: ProxyLogin | None = None
    keep: bool = False
    stored: bool = False
    """Whether `login` came from the vault or has been put there."""
    asked_vault: bool = False
    refused: set[bytes] = field(default_factory=set)
    """MACs of the logins that it has refused."""


class ProxyLogins:
    """Logins by proxy (host:port), in memory. Thread-safe.

    A transport asks `login` after a proxy's challenge and reports `accepted` or `refused`. Whoever
    asks the user calls `answer`.
    """

    def __init__(self, vault: LoginVault | None = None) -> None:
        """`vault`: asked once per proxy, and only after the proxy has asked for a login."""
        self._vault = vault or NoLoginVault()
        self._lock = threading.RLock()
        self._key = os.urandom(_KEY_BYTES)
        self._proxies: dict[str, _Proxy] = {}

    @property
    def can_keep(self) -> bool:
        """Whether there is a credential store at all."""
        return not isinstance(self._vault, NoLoginVault)

    def login(self, proxy: str) -> ProxyLogin | None:
        """The login to send to `proxy`; None if the user has to be asked.

        May ask the credential store, which can take seconds.
        """
        with self._lock:
            known = self._known(proxy)
            if known.login is None and not known.asked_vault:
                known.asked_vault = True
                stored = self._vault.fetch(proxy)
                if stored is not None and self._mac(stored) not in known.refused:
                    known.login, known.stored = stored, True
            return known.login

    def offer(self, proxy: str, login: ProxyLogin) -> None:
        """Notes a login from the settings; the user's answer goes first."""
        with self._lock:
            known = self._known(proxy)
            if known.login is None and self._mac(login) not in known.refused:
                known.login = login

    def answer(self, proxy: str, answer: ProxyLoginAnswer) -> None:
        """Notes the user's answer. It may be one that was refused before: the user said so."""
        with self._lock:
            known = self._known(proxy)
            known.login, known.keep, known.stored = answer.login, answer.keep, False
            known.refused.discard(self._mac(answer.login))

    def accepted(self, proxy: str, login: ProxyLogin) -> None:
        """The proxy has let `login` pass: stores it if the user wanted that."""
        with self._lock:
            known = self._known(proxy)
            if known.login is login and known.keep and not known.stored:
                known.stored = True
                self._vault.keep(proxy, login)

    def refused(self, proxy: str, login: ProxyLogin) -> None:
        """The proxy has refused `login`: forgets it, in the credential store as well."""
        with self._lock:
            known = self._known(proxy)
            known.refused.add(self._mac(login))
            if known.login is None or not known.login.same_as(login):
                return  # another one has been given meanwhile
            if known.stored:
                self._vault.wipe(proxy)
            known.login, known.keep, known.stored = None, False, False

    def has_refused(self, proxy: str) -> bool:
        """Whether the proxy has refused a login in this process, and none is known since."""
        with self._lock:
            known = self._known(proxy)
            return known.login is None and bool(known.refused)

    def _mac(self, login: ProxyLogin) -> bytes:
        """By which a login that was refused is known again, without keeping it."""
        password = login.password.copied()
        mac = blake2b(f"{login.user}\0".encode(errors="surrogatepass"), key=self._key)
        mac.update(password)
        overwrite(password)
        return mac.digest()

    def _known(self, proxy: str) -> _Proxy:
        return self._proxies.setdefault(proxy.lower(), _Proxy())
