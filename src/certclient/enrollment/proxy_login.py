"""Asks for a proxy's user name and password and repeats the step that needs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from certclient.model.errors import CertclientError
from certclient.model.proxy_login import ProxyLoginAnswer, ProxyLoginRequest, login_request
from certclient.platform.proxies.logins import ProxyLogins

T = TypeVar("T")


class AsksForProxyLogin(Protocol):
    """The part of `Interaction` that this module needs."""

    def proxy_login(self, request: ProxyLoginRequest) -> ProxyLoginAnswer | None:
        """See `Interaction.proxy_login`."""
        ...


def with_proxy_login(call: Callable[[], T], person: AsksForProxyLogin, logins: ProxyLogins) -> T:
    """Makes `call`; on PROXY_AUTHENTICATION, asks `person` for the login and repeats it.

    Repeats it for every login that is given and no other: a proxy locks an account after a few
    wrong ones. Raises what `call` raises, and PROXY_AUTHENTICATION without an answer.
    """
    while True:
        try:
            return call()
        except CertclientError as error:
            request = login_request(error)
            if request is None:
                raise
            answer = person.proxy_login(replace(request, can_keep=logins.can_keep))
            if answer is None:
                raise
            logins.answer(request.proxy, answer)
