"""A token's module dies between any two calls of a renewal; the next run finishes it.

The module runs in a child process, so that the program itself goes on and reports one error.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from certclient.enrollment.procedure import Finished, Outcome
from certclient.model.errors import CertclientError, ErrorCode
from support.customer import CustomerComputer, make_customer, token_private_keys
from support.faulty_module import FaultyModule
from support.scripted import ScriptedUser
from support.softhsm import PIN

CHANGES = ("C_GenerateKeyPair", "C_SetAttributeValue", "C_CreateObject")
"""What a renewal changes on the token: key, CKA_ID, certificate, CKA_ID of the old one."""

POINTS: Sequence[tuple[str, str, int]] = (
    ("C_Login", "abort", 0),
    ("C_Login", "abort-after", 0),
    *((name, fault, 0) for name in CHANGES for fault in ("abort", "abort-after")),
    ("C_Sign", "abort", 0),
    ("C_Sign", "abort-after", 0),
    # The signatures of the self-test, and the objects that come later.
    ("C_Sign", "abort", 1),
    ("C_CreateObject", "abort", 1),
    ("C_CreateObject", "abort-after", 1),
    ("C_CloseAllSessions", "abort", 0),
)
AT_THE_END = "C_CloseAllSessions"
"""When the renewal has ended: nothing is left to report."""


@pytest.fixture
def owner(faulty: FaultyModule, tmp_path: Path) -> CustomerComputer:
    """A customer whose token is behind the module."""
    return make_customer(tmp_path, faulty.store(), lambda: token_private_keys(faulty.token))


def renewed(customer: CustomerComputer) -> Outcome | CertclientError:
    try:
        return customer.renew()
    except CertclientError as error:
        return error


@pytest.mark.reliability("tokens", "the module dies at a call, before or after its work")
@pytest.mark.parametrize(("function", "fault", "skip"), POINTS)
def test_renewal_is_finished_after_the_module_died(
    owner: CustomerComputer, faulty: FaultyModule, function: str, fault: str, skip: int
) -> None:
    faulty.plan(function, fault, skip)
    first = renewed(owner)
    assert faulty.happened
    assert isinstance(first, Finished if function == AT_THE_END else CertclientError), first
    if isinstance(first, CertclientError):
        assert first.code is ErrorCode.TOKEN_MODULE_DIED
        assert owner.usable(), "a certificate to log in with exists at all times"
        pending = owner.enrollment().pending()
        for view in pending:
            last = owner.enrollment().resume(view.id, ScriptedUser(pins=[PIN]))
            assert isinstance(last, Finished)
        if not pending:
            assert isinstance(owner.renew(), Finished)
    assert owner.enrollment().pending() == []
    (usable,) = owner.usable()
    assert usable != owner.current
    stored = owner.store.certificates()
    assert all(one.key is not None for one in stored)
    assert owner.count_keys() == len(stored), "a key without its certificate"
    with owner.session() as session:
        session.self_test(usable)
