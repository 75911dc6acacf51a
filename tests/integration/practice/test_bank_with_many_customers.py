"""What a request costs the bank does not depend on how many customers it has."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from certclient.ca.client import CaClient, CertificateCredential, IssueCodeCredential, Issued
from certclient.ca.factory import ca_client_for
from certclient.configuration.profiles import load_profile
from certclient.model.lifecycle import RenewalPolicy
from certclient_practice.bank.login import LoginVerdict, decide_login
from certclient_practice.bank.revocation import RevocationService
from support.bank import USER_ID, RunningBank
from support.pki import rsa_signer
from support.web_customer import WebCustomer

FIRST_KEY, SECOND_KEY = rsa_signer(1), rsa_signer(2)


def plans_of(bank: RunningBank, work: Callable[[], None]) -> dict[str, str]:
    """How SQLite runs each statement that `work` needs: statement and its query plan."""
    statements: set[str] = set()
    with bank.bank.repositories() as repositories:
        connection = repositories.connection
    connection.set_trace_callback(statements.add)
    work()
    connection.set_trace_callback(None)
    plans = {}
    for statement in statements:
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE")):
            steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
            plans[statement] = "; ".join(step["detail"] for step in steps)
    return plans


def obtain_renew_and_log_in(bank: RunningBank, client: CaClient, folder: Path) -> None:
    by_code = IssueCodeCredential(USER_ID, bank.issue_code())
    obtained = client.send(client.prepare_obtain(by_code, FIRST_KEY), by_code)
    assert isinstance(obtained, Issued)
    client.confirm(obtained, by_code)
    credential = CertificateCredential(obtained.certificate, FIRST_KEY)
    renewed = client.send(client.prepare_renew(credential, SECOND_KEY), credential)
    assert isinstance(renewed, Issued)
    client.confirm(renewed, credential)
    customer = WebCustomer(bank, folder, renewed.certificate, SECOND_KEY)
    for _ in range(2):
        assert customer.get(bank.login_url).status == 200
    customer.close()
    assert RevocationService(bank.bank).crl()
    decision = decide_login(bank.bank, obtained.certificate.der)
    assert decision.result is LoginVerdict.SUPERSEDED


def test_no_request_looks_through_a_whole_table(bank: RunningBank, tmp_path: Path) -> None:
    bank.set_policy(renewal=RenewalPolicy(renew_days_before=366))
    bank.add_customer()
    profile = load_profile(bank.profile_path)
    client = ca_client_for(profile, lambda: datetime.now(UTC), os.urandom)
    plans = plans_of(bank, lambda: obtain_renew_and_log_in(bank, client, tmp_path))
    searched = " ".join(plans.values())
    for table in ("customers", "issue_codes", "certificates", "transactions", "responses"):
        assert f"SEARCH {table}" in searched
    assert {text: plan for text, plan in plans.items() if _reads_a_whole_table(plan)} == {}


def _reads_a_whole_table(plan: str) -> bool:
    """A CRL reads an index, of exactly the certificates that it lists."""
    return any(
        step.startswith("SCAN") and "COVERING INDEX certificates_ended" not in step
        for step in plan.split("; ")
    )
