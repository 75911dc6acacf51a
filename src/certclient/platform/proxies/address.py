"""A proxy's address as people write it in settings: read, checked, and freed of its password."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.hosts import is_ipv6, is_name_or_ipv4
from certclient.model.proxy_login import ProxyLogin
from certclient.model.secret import Secret

_DEFAULT_PORTS = {
    "http": 80,
    "https": 443,
    "socks": 1080,
    "socks4": 1080,
    "socks4a": 1080,
    "socks5": 1080,
    "socks5h": 1080,
}


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """A proxy. `scheme`: http, https, socks, socks4, socks4a, socks5 or socks5h, as curl has them.

    `host`: a name or an IP address without brackets.
    """

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """host:port, with brackets for IPv6: its name in texts and in `ProxyLogins`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


def read_address(text: str, setting: str) -> tuple[ProxyAddress, ProxyLogin | None]:
    """Reads `[scheme://][user[:password]@]host[:port][/]`; without a scheme, it is http.

    The user and password may be percent-encoded and contain any character except a blank; the last
    `@` ends them. `setting`: where the address stands (HTTPS_PROXY, for example). Raises
    CertclientError(PROXY_SETTING, data `setting`, `reason`), which never repeats the text: it may
    contain a password.
    """
    if any("\ud800" <= c <= "\udfff" and not "\udc80" <= c <= "\udcff" for c in text):
        raise _invalid(setting, "characters")
    scheme, separator, rest = text.strip().partition("://")
    if not separator:
        scheme, rest = "http", text.strip()
    login, has_login, location = rest.rpartition("@")
    host, port = _host_and_port(location.split("/", 1)[0], setting)
    if scheme.lower() not in _DEFAULT_PORTS:
        raise _invalid(setting, "unknown scheme")
    address = ProxyAddress(scheme.lower(), host, port or _DEFAULT_PORTS[scheme.lower()])
    return address, _login(login) if has_login else None


def _host_and_port(text: str, setting: str) -> tuple[str, int | None]:
    """The host, and the port or None. An IPv6 address with a port needs its brackets."""
    if text.startswith("["):
        inner, closed, tail = text[1:].partition("]")
        if not closed or not is_ipv6(inner) or (tail and not tail.startswith(":")):
            raise _invalid(setting, "host")
        return inner.lower(), _port(tail[1:], setting)
    if is_ipv6(text):
        return text.lower(), None
    host, _, port = text.partition(":")
    if not is_name_or_ipv4(host):
        raise _invalid(setting, "host")
    return host.lower(), _port(port, setting)


def _port(text: str, setting: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise _invalid(setting, "port")
    return int(text)


def _login(text: str) -> ProxyLogin:
    user, _, password = text.partition(":")
    return ProxyLogin(_decoded(user), Secret(_decoded(password)))


def _decoded(text: str) -> str:
    # A variable's bytes that are not UTF-8 are surrogates in Python.
    octets = unquote_to_bytes(text.encode(errors="surrogateescape"))
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _invalid(setting: str, reason: str) -> CertclientError:
    return CertclientError(ErrorCode.PROXY_SETTING, setting=setting, reason=reason)
