"""The proxies' logins that the user wants to be kept, in the OS credential store."""

from __future__ import annotations

import contextlib
import json

from certclient.model.proxy_login import ProxyLogin
from certclient.model.secret import Secret
from certclient.model.wiping import overwrite
from certclient.platform.credential_store import CredentialStore, CredentialStoreError

_SERVICE = "certclient proxy"
_LIST = "proxies"


class KeptLogins:
    """`LoginVault` in a `CredentialStore`, one entry per proxy. A store that fails counts as empty.

    An entry is a JSON list of user and password. One more entry lists the proxies, because a store
    cannot be searched; without it, `wipe_all` would not know what there is.
    """

    def __init__(self, store: CredentialStore) -> None:
        self._store = store

    def keep(self, proxy: str, login: ProxyLogin) -> None:
        """See `LoginVault.keep`."""
        with login.password.revealed() as password:
            content = [login.user, password]
            entry = Secret.taken(json.dumps(content, ensure_ascii=False))
            content.clear()
        with contextlib.suppress(CredentialStoreError):
            self._keep_list({*self._proxies(), proxy})
            self._store.keep(_SERVICE, proxy, entry)

    def fetch(self, proxy: str) -> ProxyLogin | None:
        """See `LoginVault.fetch`; None also for an entry that something else has written."""
        entry: Secret | None = None
        with contextlib.suppress(CredentialStoreError):
            entry = self._store.fetch(_SERVICE, proxy)
        return None if entry is None else _login(entry)

    def wipe(self, proxy: str) -> None:
        """See `LoginVault.wipe`."""
        with contextlib.suppress(CredentialStoreError):
            self._store.delete(_SERVICE, proxy)
            self._keep_list(self._proxies() - {proxy})

    def wipe_all(self) -> None:
        """Deletes every login that was kept; no error if there is none, or no store."""
        with contextlib.suppress(CredentialStoreError):
            for proxy in self._proxies():
                self._store.delete(_SERVICE, proxy)
            self._keep_list(set())

    def _proxies(self) -> set[str]:
        entry = self._store.fetch(_SERVICE, _LIST)
        try:
            listed = json.loads(entry.reveal()) if entry else []
        except (ValueError, RecursionError):
            return set()
        return (
            {one for one in listed if isinstance(one, str)} if isinstance(listed, list) else set()
        )

    def _keep_list(self, proxies: set[str]) -> None:
        if proxies:
            self._store.keep(_SERVICE, _LIST, Secret(json.dumps(sorted(proxies))))
        else:
            self._store.delete(_SERVICE, _LIST)


def _login(entry: Secret) -> ProxyLogin | None:
    try:
        with entry.revealed() as text:
            content = json.loads(text)
        match content:
            case [str(user), str(password)]:
                login = ProxyLogin(user, Secret(password))
                overwrite(password, holders=2)  # here and in `content`
                return login
    except (ValueError, RecursionError):
        pass
    return None
