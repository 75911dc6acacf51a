"""User name and password for a proxy, and the question for them."""

from __future__ import annotations

from dataclasses import dataclass

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret


@dataclass(frozen=True, slots=True)
class ProxyLogin:
    """What a proxy is given. Compared with `same_as`: secrets have no equality of their own."""

    user: str
    password: Secret

    def same_as(self, other: ProxyLogin) -> bool:
        """Whether user and password are the same as those of `other`."""
        return self.user == other.user and self.password.same_as(other.password)


@dataclass(frozen=True, slots=True)
class ProxyLoginRequest:
    """Asks for the login of one proxy.

    `proxy`: host:port. `realm`: the proxy's own words for what it protects, sanitized, may be
    empty. `schemes`: what the proxy offers, such as ("Digest", "Basic"). `previous_incorrect`: the
    login that was sent has been refused. `can_keep`: there is a credential store to keep it in.
    """

    proxy: str
    realm: str = ""
    schemes: tuple[str, ...] = ()
    previous_incorrect: bool = False
    can_keep: bool = False


@dataclass(frozen=True, slots=True)
class ProxyLoginAnswer:
    """The user's answer. `keep`: store it in the operating system's credential store."""

    login: ProxyLogin
    keep: bool = False


def login_required(request: ProxyLoginRequest) -> CertclientError:
    """The error PROXY_AUTHENTICATION for `request`; its data holds no user and no password."""
    return CertclientError(
        ErrorCode.PROXY_AUTHENTICATION,
        host=request.proxy,
        realm=request.realm,
        schemes=", ".join(request.schemes),
        previous_incorrect="yes" if request.previous_incorrect else "",
    )


def login_request(error: CertclientError) -> ProxyLoginRequest | None:
    """The question that PROXY_AUTHENTICATION leads to; None for any other error."""
    if error.code is not ErrorCode.PROXY_AUTHENTICATION or not error.data.get("host"):
        return None
    schemes = error.data.get("schemes", "")
    return ProxyLoginRequest(
        proxy=error.data["host"],
        realm=error.data.get("realm", ""),
        schemes=tuple(schemes.split(", ")) if schemes else (),
        previous_incorrect=bool(error.data.get("previous_incorrect")),
    )
