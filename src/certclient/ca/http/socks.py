"""Connects through a SOCKS proxy: versions 4 and 4a (the "SOCKS: A protocol" memo) and 5 (RFC 1928;
user and password: RFC 1929)."""

from __future__ import annotations

import ipaddress
import socket

from certclient.ca.http.deadline import Line
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin, ProxyLoginRequest, login_required
from certclient.model.wiping import overwrite
from certclient.platform.proxies.address import ProxyAddress
from certclient.platform.proxies.logins import ProxyLogins

_RESOLVED_HERE = ("socks4", "socks5")
_NO_LOGIN, _USER_PASSWORD, _NOTHING_OFFERED = 0, 2, 0xFF
_CONNECT = 1
_IPV4, _DOMAIN, _IPV6 = 1, 3, 4
_MAX_TEXT = 255
_UNREACHABLE = {
    1: "general failure",
    2: "not allowed by the proxy's rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}
"""RFC 1928, 6: the reply field."""


def connect(line: Line, proxy: ProxyAddress, host: str, port: int, logins: ProxyLogins) -> None:
    """Asks the proxy at the other end of `line` to connect to `host` and `port`.

    Where the scheme says so (socks, socks4a, socks5h), the proxy resolves the name. Raises
    CertclientError: PROXY_AUTHENTICATION, PROXY_UNREACHABLE (data host, reason) if the proxy
    refuses or is no SOCKS proxy, NETWORK_UNREACHABLE if the name cannot be resolved here; OSError.
    """
    if proxy.scheme in _RESOLVED_HERE:
        host = _resolved(host, port, only_ipv4=proxy.scheme == "socks4")
    if proxy.scheme.startswith("socks4"):
        _connect_4(line, proxy, host, port, logins)
    else:
        _connect_5(line, proxy, host, port, logins)


def _resolved(host: str, port: int, *, only_ipv4: bool) -> str:
    family = socket.AF_INET if only_ipv4 else socket.AF_UNSPEC
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except OSError as error:
        raise CertclientError(
            ErrorCode.NETWORK_UNREACHABLE, host=host, reason=str(error)
        ) from error
    return str(found[0][4][0])


def _connect_4(line: Line, proxy: ProxyAddress, host: str, port: int, logins: ProxyLogins) -> None:
    login = logins.login(proxy.netloc)
    user = login.user.encode().replace(b"\0", b"") if login else b""
    address = _ip(host)
    if isinstance(address, ipaddress.IPv6Address):
        raise _refused(proxy, _UNREACHABLE[8])
    octets = b"\0\0\0\1" if address is None else address.packed
    name = b"" if address is not None else host.encode() + b"\0"
    line.send(b"\4\1" + port.to_bytes(2, "big") + octets + user + b"\0" + name)
    reply = line.receive_exactly(8)
    if reply[0] != 0:
        raise _refused(proxy, "not a SOCKS proxy")
    if reply[1] in (92, 93):
        raise _login_required(proxy, logins, login)
    if reply[1] != 90:
        raise _refused(proxy, _UNREACHABLE[1])


def _connect_5(line: Line, proxy: ProxyAddress, host: str, port: int, logins: ProxyLogins) -> None:
    line.send(bytes((5, 2, _NO_LOGIN, _USER_PASSWORD)))
    version, method = line.receive_exactly(2)
    if version != 5:
        raise _refused(proxy, "not a SOCKS proxy")
    if method == _USER_PASSWORD:
        _log_in(line, proxy, logins)
    elif method != _NO_LOGIN:
        raise CertclientError(ErrorCode.PROXY_SCHEME, host=proxy.netloc, schemes="SOCKS GSS-API")
    address = _ip(host)
    if address is None:
        name = host.encode()[:_MAX_TEXT]
        target = bytes((_DOMAIN, len(name))) + name
    else:
        target = bytes((_IPV4 if address.version == 4 else _IPV6,)) + address.packed
    line.send(bytes((5, _CONNECT, 0)) + target + port.to_bytes(2, "big"))
    _read_reply(line, proxy)


def _log_in(line: Line, proxy: ProxyAddress, logins: ProxyLogins) -> None:
    login = logins.login(proxy.netloc)
    if login is None:
        raise _login_required(proxy, logins, None)
    user = login.user.encode()[:_MAX_TEXT]
    password = login.password.copied()
    try:
        del password[_MAX_TEXT:]
        line.send(b"\1" + bytes((len(user),)) + user + bytes((len(password),)) + password)
    finally:
        overwrite(password)
    if line.receive_exactly(2)[1] != 0:
        raise _login_required(proxy, logins, login)
    logins.accepted(proxy.netloc, login)


def _read_reply(line: Line, proxy: ProxyAddress) -> None:
    _, status, _, kind = line.receive_exactly(4)
    if status != 0:
        raise _refused(proxy, _UNREACHABLE.get(status, f"reply {status}"))
    length = {_IPV4: 4, _IPV6: 16}.get(kind)
    if length is None:
        length = line.receive_exactly(1)[0]
    line.receive_exactly(length + 2)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _login_required(
    proxy: ProxyAddress, logins: ProxyLogins, sent: ProxyLogin | None
) -> CertclientError:
    if sent is not None:
        logins.refused(proxy.netloc, sent)
    wrong = sent is not None or logins.has_refused(proxy.netloc)
    request = ProxyLoginRequest(proxy.netloc, schemes=("SOCKS",), previous_incorrect=wrong)
    return login_required(request)


def _refused(proxy: ProxyAddress, reason: str) -> CertclientError:
    return CertclientError(
        ErrorCode.PROXY_UNREACHABLE, host=proxy.netloc, reason=reason, status="SOCKS"
    )
