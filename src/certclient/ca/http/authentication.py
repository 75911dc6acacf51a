"""Logs in to HTTP proxies."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from certclient.ca.http.challenges import (
    Challenge,
    Request,
    basic,
    challenges,
    digest,
    encodings,
    header_octets,
    strongest,
)
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginRequest, login_required
from certclient.platform.proxies.logins import ProxyLogins

_MAX_REALM = 100
_CNONCE_BYTES = 16
_MAX_CHALLENGES = 4


class ProxyAuthentication:
    """The authentication of one exchange with one proxy, request by request.

    Ask `header` before each request, and call `challenged` after each 407: it returns if the
    request is worth another try.
    """

    def __init__(
        self, proxy: str, logins: ProxyLogins, random_bytes: Callable[[int], bytes]
    ) -> None:
        """`proxy`: host:port. `random_bytes` takes a length in bytes; must be unpredictable."""
        self._proxy = proxy
        self._logins = logins
        self._random_bytes = random_bytes
        self._offer: Challenge | None = None
        self._login: ProxyLogin | None = None
        self._encodings: list[str] = []
        self._renewed = False
        self._challenges = 0

    def header(self, request: Request) -> bytes:
        """The value of Proxy-Authorization for `request`; empty if there is nothing to send."""
        if self._login is None or self._offer is None:
            return b""
        if self._offer.scheme.lower() == "basic":
            return basic(self._login, self._encodings[0])
        cnonce = self._random_bytes(_CNONCE_BYTES).hex()
        return digest(self._login, self._offer, request, cnonce, self._encodings[0])

    def challenged(self, headers: Iterable[str]) -> None:
        """Takes the Proxy-Authenticate headers of a 407 and prepares the next request.

        Raises CertclientError: PROXY_AUTHENTICATION if there is no login, or if it is wrong;
        PROXY_SCHEME if the proxy offers only schemes that are not possible here.
        """
        offers = challenges(headers)
        best = strongest(offers)
        if best is None:
            names = ", ".join(dict.fromkeys(one.scheme for one in offers))
            if not offers:
                raise self._required(offers, wrong=False)
            raise CertclientError(ErrorCode.PROXY_SCHEME, host=self._proxy, schemes=names[:100])
        if self._login is None:
            self._login = self._logins.login(self._proxy)
            if self._login is None:
                raise self._required(offers, wrong=self._logins.has_refused(self._proxy))
        elif self._is_repeated(best):
            self._next_try(self._login, best, offers)
            return
        self._offer = best
        self._encodings = list(encodings(self._login, best))

    def passed(self) -> None:
        """The proxy did not ask again: the login counts as right."""
        if self._login is not None:
            self._logins.accepted(self._proxy, self._login)

    def _is_repeated(self, best: Challenge) -> bool:
        """Whether the login was already sent by the scheme that is offered again.

        A proxy that changes its scheme each time is not followed for ever.
        """
        self._challenges += 1
        if self._challenges > _MAX_CHALLENGES:
            return True
        return self._offer is not None and self._offer.scheme.lower() == best.scheme.lower()

    def _next_try(self, login: ProxyLogin, best: Challenge, offers: tuple[Challenge, ...]) -> None:
        if best.is_stale and not self._renewed:
            self._renewed, self._offer = True, best
            return
        used = self._used_encodings()
        remaining = [one for one in encodings(login, best) if one not in used]
        if not remaining or self._challenges > _MAX_CHALLENGES:
            self._logins.refused(self._proxy, login)
            raise self._required(offers, wrong=True)
        self._offer, self._encodings = best, remaining

    def _used_encodings(self) -> tuple[str, ...]:
        """Tried in the order of `encodings`: everything up to the present one has been used."""
        order = ("utf-8", "latin-1")
        return order[: order.index(self._encodings[0]) + 1]

    def _required(self, offers: tuple[Challenge, ...], *, wrong: bool) -> CertclientError:
        realm = next((one.parameters["realm"] for one in offers if "realm" in one.parameters), "")
        return login_required(
            ProxyLoginRequest(
                proxy=self._proxy,
                realm=_readable(realm),
                schemes=tuple(dict.fromkeys(one.scheme for one in offers)),
                previous_incorrect=wrong,
            )
        )


def _readable(realm: str) -> str:
    """The realm as text: UTF-8 if it is that; control characters become visible."""
    octets = header_octets(realm)
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = realm
    return "".join(one if one.isprintable() else "\ufffd" for one in text)[:_MAX_REALM]
