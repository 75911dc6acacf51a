"""The administrator's proxy setting, applied to connections to the CA."""

from __future__ import annotations

import pytest

from certclient.bootstrap import decided_proxy
from certclient.model.policy import Policy, ProxyChoice, ProxyMode
from certclient.platform.proxies.routes import DIRECT

CA = "https://ca.example.jp/pkix/"


def test_fixed_proxy_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other.example.jp:1")
    choice = ProxyChoice(ProxyMode.FIXED, "http://proxy.example.jp:8080")
    proxies = decided_proxy(Policy(proxy=choice))
    assert proxies is not None
    assert proxies.routes(CA).addresses == ("http://proxy.example.jp:8080",)


def test_none_means_a_direct_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other.example.jp:1")
    proxies = decided_proxy(Policy(proxy=ProxyChoice(ProxyMode.NONE)))
    assert proxies is not None
    assert proxies.routes(CA).addresses == (DIRECT,)


@pytest.mark.parametrize("choice", [None, ProxyChoice(ProxyMode.SYSTEM)])
def test_system_settings_apply_otherwise(choice: ProxyChoice | None) -> None:
    assert decided_proxy(Policy(proxy=choice)) is None
