"""The login with the new certificate at the end of a renewal, and its effect on the old one.

The servers are real and ask for a client certificate; the key signs in NSS or on the token.
tests/windows has the logins of Windows.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.ca.client import SignerStatus
from certclient.ca.factory import login_transport_for
from certclient.enrollment.procedure import Finished, LoginTestResult, ProcedureKind
from certclient.model.errors import ErrorCode
from certclient.platform.gnutls import declarations as gnutls
from support.customer import CustomerComputer
from support.pki import SERVER_AUTH, Lab, certificate_pem, make_lab, rsa_signer
from support.raw_server import RawServer, always, free_port, http, raw_server, tls_context
from support.scripted import ScriptedUser
from support.softhsm import PIN

WELCOME, FORBIDDEN = http("200 OK", b"welcome"), http("403 Forbidden", b"who are you?")


@contextmanager
def login_server(
    customer: CustomerComputer, folder: Path, answer: bytes = WELCOME, trusted: Lab | None = None
) -> Iterator[RawServer]:
    """The bank's page for the login test. `trusted`: the CA whose certificates it takes."""
    lab = customer.lab
    key = rsa_signer(1)
    leaf = lab.intermediate.issue(key.spki, usages=[SERVER_AUTH], dns_names=["localhost"])
    context = tls_context(folder, [leaf, *lab.chain], key)
    context.verify_mode = ssl.CERT_REQUIRED
    anchors = certificate_pem(*(trusted or lab).anchors)
    context.load_verify_locations(cadata=anchors.decode())
    with raw_server(always(answer), context) as server:
        prepare(customer, server.url("https", "localhost"))
        yield server


def prepare(customer: CustomerComputer, url: str) -> None:
    """The customer's bank has its page for the login test at `url`."""
    anchors = customer.lab.anchors
    customer.profile = replace(customer.profile, login_test_url=url, tls_anchors=anchors)
    customer.login = login_transport_for(customer.profile, customer.time.clock)


def renew(customer: CustomerComputer) -> Finished:
    # A second question for the PIN would find no answer.
    outcome = customer.renew(ScriptedUser(pins=[PIN]))
    assert isinstance(outcome, Finished)
    return outcome


def assert_old_is_kept(customer: CustomerComputer, done: Finished) -> None:
    assert (done.old_archived, done.old_kept) == (False, True)
    assert set(customer.usable()) == {customer.current, done.certificate}


def test_successful_login_archives_the_old_certificate(
    customer: CustomerComputer, tmp_path: Path
) -> None:
    with login_server(customer, tmp_path) as server:
        done = renew(customer)
    assert done.kind is ProcedureKind.RENEW
    assert (done.login.result, done.login.error) == (LoginTestResult.WORKED, None)
    assert customer.usable() == [done.certificate]
    assert len(server.requests) == 1


def test_page_that_refuses_keeps_the_old_certificate(
    customer: CustomerComputer, tmp_path: Path
) -> None:
    with login_server(customer, tmp_path, FORBIDDEN):
        done = renew(customer)
    assert done.login.result is LoginTestResult.FAILED
    assert done.login.error is not None
    assert done.login.error.code is ErrorCode.LOGIN_REFUSED
    assert done.login.error.data == {"host": "localhost", "status": "403"}
    assert_old_is_kept(customer, done)


def test_refusal_in_tls_keeps_the_old_certificate(
    customer: CustomerComputer, tmp_path: Path
) -> None:
    with login_server(customer, tmp_path, trusted=make_lab(label="Other")) as server:
        done = renew(customer)
    assert server.requests == []
    assert done.login.result is LoginTestResult.FAILED
    assert done.login.error is not None
    assert done.login.error.code is ErrorCode.LOGIN_REFUSED
    assert_old_is_kept(customer, done)


def test_old_certificate_is_kept_when_the_login_cannot_be_tried(customer: CustomerComputer) -> None:
    prepare(customer, f"https://localhost:{free_port()}/login")
    done = renew(customer)
    assert done.login.result is LoginTestResult.PREVENTED
    assert done.login.error is not None
    assert done.login.error.code is ErrorCode.NETWORK_UNREACHABLE
    assert_old_is_kept(customer, done)


def test_result_says_why_no_login_was_tried(customer: CustomerComputer) -> None:
    assert renew(customer).login.result is LoginTestResult.NO_ADDRESS


def test_without_the_systems_library_a_browser_has_to_log_in(
    customer: CustomerComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gnutls, "library", lambda: None)
    prepare(customer, f"https://localhost:{free_port()}/login")
    done = renew(customer)
    assert done.login.result is LoginTestResult.BROWSER_ONLY
    assert done.old_archived


@pytest.mark.parametrize("status", SignerStatus)
def test_refused_login_is_recorded_only_if_the_ca_refuses_too(
    customer: CustomerComputer, tmp_path: Path, status: SignerStatus
) -> None:
    """A bank's web servers may learn of a new certificate minutes after its CA."""
    customer.ca.signer = status
    with login_server(customer, tmp_path, FORBIDDEN):
        done = renew(customer)
    refused = status in (SignerStatus.REVOKED, SignerStatus.NOT_TRUSTED)
    recorded = [one.fingerprint for one in customer.journal.rejections()]
    assert recorded == ([done.certificate.fingerprint] if refused else [])
