"""A network error of a CA names the address that was asked, and a CA that may not know PBMAC1."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from certclient.ca.client import CertificateCredential, Credential, IssueCodeCredential
from certclient.ca.cmp.client import CmpClient
from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity
from certclient.i18n.catalogue import Language, load
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import CaSettings, MacAlgorithm
from certclient.model.secret import Secret
from support.pki import make_lab, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LAB = make_lab(NOW)
KEY = rsa_signer(1)
SETTINGS = CaSettings("https://ca.example.jp/pkix/", LAB.anchors)
BY_CODE = IssueCodeCredential("TKYM1408054", Secret("himitsu-4711"))
BY_KEY = CertificateCredential(LAB.issue(KEY.spki, days=20), KEY)


@dataclass
class FailingTransport:
    """Every exchange ends with `error`."""

    error: CertclientError

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        raise self.error

    def exchange(self, request: HttpRequest) -> HttpResponse:
        raise self.error

    def get(self, url: str, accept: str) -> bytes:
        raise self.error

    def can_authenticate(self, identity: TlsIdentity) -> bool:
        return False

    def probe(self, url: str) -> Sequence[CertclientError]:
        raise self.error

    def kept_open(self) -> AbstractContextManager[None]:
        return nullcontext()

    def interrupt(self) -> None: ...

    def server_time(self) -> datetime | None:
        return None


def failed(
    code: ErrorCode,
    credential: Credential = BY_CODE,
    mac: MacAlgorithm = MacAlgorithm.PBMAC1,
    **data: str,
) -> CertclientError:
    transport = FailingTransport(CertclientError(code, host="ca.example.jp", **data))
    client = CmpClient(replace(SETTINGS, mac=mac), transport, lambda: NOW, os.urandom)
    if isinstance(credential, IssueCodeCredential):
        transaction = client.prepare_obtain(credential, KEY)
    else:
        transaction = client.prepare_renew(credential, KEY)
    with pytest.raises(CertclientError) as raised:
        client.send(transaction, credential)
    return raised.value


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.NETWORK_UNREACHABLE,
        ErrorCode.NETWORK_TIMEOUT,
        ErrorCode.TLS_UNTRUSTED,
        ErrorCode.SERVER_ERROR,
        ErrorCode.SERVER_ADDRESS,
        ErrorCode.SERVER_BUSY,
        ErrorCode.FOREIGN_ANSWER,
        ErrorCode.PROXY_UNREACHABLE,
    ],
)
@pytest.mark.parametrize("language", Language)
def test_the_address_is_named_in_words(code: ErrorCode, language: Language) -> None:
    error = failed(code)
    assert error.code is code
    assert error.data["host"] == "ca.example.jp"
    assert any(SETTINGS.url in line for line in load(language).error(error).details)


def test_the_probe_names_it_as_well() -> None:
    transport = FailingTransport(CertclientError(ErrorCode.NETWORK_TIMEOUT, host="ca.example.jp"))
    client = CmpClient(SETTINGS, transport, lambda: NOW, os.urandom)
    with pytest.raises(CertclientError) as raised:
        client.probe()
    assert raised.value.data["url"] == SETTINGS.url


def test_an_error_that_is_not_of_the_network_is_unchanged() -> None:
    assert "url" not in failed(ErrorCode.CLOCK_WRONG).data


@pytest.mark.parametrize("language", Language)
def test_a_server_that_fails_at_pbmac1_may_not_know_it(language: Language) -> None:
    error = failed(ErrorCode.SERVER_ERROR, status="500")
    assert error.data["problem"] == "mac"
    assert 'mac = "pbm"' in load(language).error(error).next_step


def test_other_failures_of_a_server_have_nothing_to_do_with_it() -> None:
    for error in (
        failed(ErrorCode.SERVER_ERROR, mac=MacAlgorithm.PBM, status="500"),
        failed(ErrorCode.SERVER_ERROR, BY_KEY, status="500"),
        failed(ErrorCode.SERVER_ERROR, status="502"),
        failed(ErrorCode.SERVER_BUSY, status="503"),
    ):
        assert "problem" not in error.data
        assert "pbm" not in load(Language.ENGLISH).error(error).next_step
