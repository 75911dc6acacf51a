"""OpenSSL errors left behind by a token module are not reported as network errors.

The module and Python's ssl share one OpenSSL, and thus its error queue.
"""

from __future__ import annotations

import ssl

import pytest

from certclient.ca.openssl_errors import clear_foreign_errors
from certclient.ca.transports.http import HttpTransport
from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError, ErrorCode
from support.bank import RunningBank
from support.softhsm import ScriptedPins, SoftHsm


def test_wrong_token_pin_does_not_break_later_tls(softhsm: SoftHsm, bank: RunningBank) -> None:
    profile = load_profile(bank.profile_path)
    token = softhsm.new_token()
    with pytest.raises(CertclientError) as refused, token.store().open(ScriptedPins("999999")):
        pytest.fail("logged in with a wrong PIN")
    assert refused.value.code is ErrorCode.PIN_INCORRECT
    transport = HttpTransport(profile.tls_anchors)
    assert transport.post(profile.ca.url, b"\x30\x00", "application/pkixcmp")


def test_forget_foreign_errors_empties_the_queue(softhsm: SoftHsm, bank: RunningBank) -> None:
    softhsm.refresh()
    clear_foreign_errors()
    anchors = load_profile(bank.profile_path).tls_anchors
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=anchors[0].der)
    assert context.cert_store_stats()["x509_ca"] == 1
