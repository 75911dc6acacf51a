"""A practice bank whose CA makes a mistake in what it issues."""

from __future__ import annotations

from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certclient.model.certificate import Certificate
from certclient_practice.bank.ca import PracticeCa, customer_subject
from certclient_practice.repositories.records import Customer
from support.odd_issuing import Issuing, Oddity, Template


def issue_as(ca: PracticeCa, odd: Oddity, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, the bank's CA makes this mistake."""
    assert isinstance(ca.issuing_key, ec.EllipticCurvePrivateKey)
    issuing = Issuing(ca.intermediate, ca.issuing_key)

    def issue(
        customer: Customer, spki: bytes, not_before: datetime, not_after: datetime
    ) -> Certificate:
        template = Template(customer_subject(customer), spki, not_before, not_after)
        return issuing.issue(odd.change(template))

    monkeypatch.setattr(ca, "issue", issue)
