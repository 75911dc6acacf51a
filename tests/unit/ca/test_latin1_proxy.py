"""Proxies that expect Latin-1: the second try of HttpTransport (RFC 7617, 2.1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.ca.proxies import FixedProxy
from certclient.ca.transports.http import HttpTransport
from support.login_proxy import LoginProxy
from support.pki import SERVER_AUTH, make_lab, rsa_signer
from support.raw_server import always, http, raw_server, tls_context


@pytest.mark.parametrize("scheme", ["basic", "md5"])
def test_latin_1_follows_utf_8(tmp_path: Path, scheme: str) -> None:
    lab, key = make_lab(), rsa_signer(1)
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(tmp_path, [leaf, *lab.chain], key)
    with (
        raw_server(always(http("200 OK", b"answer")), context) as bank,
        raw_server(LoginProxy(bank.port, "jörg", "grün", scheme, "latin-1").script()) as proxy,
    ):
        address = f"http://jörg:grün@127.0.0.1:{proxy.port}"
        transport = HttpTransport(lab.anchors, proxies=FixedProxy(address))
        assert transport.post(bank.url("https", "localhost"), b"question", "a/b") == b"answer"
