"""A token module shares OpenSSL with Python's ssl: its errors are not the network's."""

from __future__ import annotations

import ssl

import pytest

from certclient.ca.openssl_errors import forget_foreign_errors
from certclient.ca.transport import HttpTransport
from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError, ErrorCode
from support.bank import RunningBank
from support.softhsm import ScriptedPins, SoftHsm


def test_a_wrong_pin_on_the_token_is_no_tls_error_afterwards(
    softhsm: SoftHsm, bank: RunningBank
) -> None:
    profile = load_profile(bank.profile_path)
    token = softhsm.new_token()
    with pytest.raises(CertclientError) as refused, token.store().open(ScriptedPins("999999")):
        pytest.fail("logged in with a wrong PIN")
    assert refused.value.code is ErrorCode.PIN_INCORRECT
    transport = HttpTransport(profile.tls_anchors)
    assert transport.post(profile.ca.url, b"\x30\x00", "application/pkixcmp")


def test_the_queue_is_empty_afterwards(softhsm: SoftHsm, bank: RunningBank) -> None:
    softhsm.refresh()
    forget_foreign_errors()
    anchors = load_profile(bank.profile_path).tls_anchors
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=anchors[0].der)
    assert context.cert_store_stats()["x509_ca"] == 1
