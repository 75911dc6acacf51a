"""A bank changes its protocol: open procedures go on, and what a computer lacks shows first."""

from __future__ import annotations

import pytest

from certclient.ca.client import CertificateCredential
from certclient.enrollment.journal import ProcedureState
from certclient.enrollment.preflight import Check, Verdict
from certclient.enrollment.procedure import Finished
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from support.customer import CustomerComputer
from support.scripted import ScriptedUser
from support.softhsm import PIN

OTHER_PROTOCOL = CertclientError(ErrorCode.JOURNAL_DAMAGED, reason="unknown field `kind`")
NO_TLS_LIBRARY = CertclientError(ErrorCode.TLS_LIBRARY_MISSING)


def test_a_request_of_the_former_protocol_is_made_again_with_the_same_key(
    customer: CustomerComputer,
) -> None:
    """The contract of the clients has that they refuse the state of another one in this way."""
    customer.ca.faults["send"] = [OTHER_PROTOCOL, None]
    done = customer.renew()
    assert isinstance(done, Finished)
    assert [call for call, _ in customer.ca.calls].count("prepare") == 2
    assert customer.count_keys() == 2, "the current key and one more"


def test_a_state_that_is_never_readable_ends_with_the_error(customer: CustomerComputer) -> None:
    customer.ca.faults["send"] = [OTHER_PROTOCOL] * 3
    with pytest.raises(CertclientError) as raised:
        customer.renew()
    assert raised.value.code is ErrorCode.JOURNAL_DAMAGED
    assert [one.state for one in customer.enrollment().pending()] == [ProcedureState.REQUESTED]


def _unable(_credential: CertificateCredential) -> None:
    raise NO_TLS_LIBRARY


def test_a_computer_that_cannot_prove_itself_makes_no_key(
    customer: CustomerComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer.ca, "check_credential", _unable, raising=False)
    with pytest.raises(CertclientError) as raised:
        customer.renew(ScriptedUser(pins=[PIN]))
    assert raised.value.code is ErrorCode.TLS_LIBRARY_MISSING
    assert customer.count_keys() == 1
    assert customer.usable() == [customer.current]
    assert not customer.enrollment().pending()


def test_the_checks_before_the_renewal_say_so(
    customer: CustomerComputer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a token, the key is not looked at before its PIN is asked for."""
    monkeypatch.setattr(customer.ca, "check_credential", _unable, raising=False)
    checked = customer.enrollment().readiness(customer.current, customer.store)
    (result,) = [one for one in checked if one.check is Check.KEY]
    if customer.store.destination is Destination.USB:
        assert result.verdict is Verdict.UNCHECKED
    else:
        assert (result.verdict, result.error) == (Verdict.FAILED, NO_TLS_LIBRARY)
