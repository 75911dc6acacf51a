"""The old computer's steps of a move, with a real store (NSS) and a scripted CA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.ca.client import CaAbilities, SignerStatus, refusal_error
from certclient.enrollment.moves import Ended, Move, MoveRecords, MoveStep
from certclient.enrollment.moving import ComputerMove
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.moving import confirmation_number
from support.customer import USER, CustomerComputer, make_customer, nss_private_keys
from support.keyed_stores import KeyedStores
from support.nss import NssDatabase
from support.pki import customer_name, rsa_key, spki_of
from support.scripted import ScriptedUser

CANNOT_REVOKE = CaAbilities(confirms=True, tells_signer_status=True)


@pytest.fixture
def customer(tmp_path: Path, keyed_stores: KeyedStores, nss: NssDatabase) -> CustomerComputer:
    store = keyed_stores.fill(nss).store()
    return make_customer(tmp_path, store, lambda: nss_private_keys(nss))


@pytest.fixture
def move(customer: CustomerComputer) -> Move:
    """A move whose new computer has logged in."""
    move = moves(customer).begin(customer.stored())
    return moves(customer).enter(move, number_of_new(customer))


def number_of_new(customer: CustomerComputer) -> str:
    new = customer.lab.issue(spki_of(rsa_key(7)), customer_name(USER))
    return confirmation_number(new, customer.profile.id, USER)


def moves(customer: CustomerComputer) -> ComputerMove:
    return customer.enrollment().computer_move()


def known(customer: CustomerComputer) -> Move:
    (move,) = moves(customer).all()
    return move


def failure(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(CertclientError) as stopped:
        call()
    return stopped.value.code


@pytest.mark.parametrize("proven", [True, False])
def test_only_the_cas_own_refusal_ends_it_at_the_bank(
    customer: CustomerComputer, move: Move, proven: bool
) -> None:
    """The key of one that still logs in must not go because of what anybody could have sent."""
    customer.ca.faults["revoke"] = [refusal_error("", proven=proven)]
    if proven:
        ended = moves(customer).revoke(move, ScriptedUser())
        assert (ended.ended, moves(customer).step(ended)) == (Ended.AT_BANK, MoveStep.REMOVE)
        return
    refused = failure(lambda: moves(customer).revoke(move, ScriptedUser()))
    assert refused is ErrorCode.CA_REFUSED
    assert moves(customer).step(known(customer)) is MoveStep.REVOKE
    again = moves(customer).revoke(move, ScriptedUser())
    assert again.ended is Ended.OWN_REQUEST


@pytest.mark.parametrize("action", ["undo", "enter"])
def test_nobody_changes_a_move_between_its_record_and_the_request(
    customer: CustomerComputer, move: Move, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.ca.signer = SignerStatus.ACCEPTED
    save, number = MoveRecords.save, number_of_new(customer)
    seen: list[ErrorCode] = []

    def save_then_another_acts(records: MoveRecords, saved: Move) -> None:
        save(records, saved)
        other = moves(customer)
        act = {
            "undo": lambda: other.undo(saved, ScriptedUser()),
            "enter": lambda: other.enter(saved, number),
        }
        if saved.ending and not seen:
            seen.append(failure(act[action]))

    monkeypatch.setattr(MoveRecords, "save", save_then_another_acts)
    assert moves(customer).revoke(move, ScriptedUser()).ended is Ended.OWN_REQUEST
    assert seen == [ErrorCode.PROCEDURE_RUNNING]
    assert known(customer).ended is Ended.OWN_REQUEST


@pytest.mark.parametrize(
    ("status", "goes_back"),
    [
        (SignerStatus.ACCEPTED, True),
        (SignerStatus.UNKNOWN, True),
        (SignerStatus.REVOKED, False),
        (SignerStatus.NOT_TRUSTED, False),
    ],
)
def test_what_only_the_bank_can_revoke_can_be_called_off_while_it_is_accepted(
    customer: CustomerComputer, move: Move, status: SignerStatus, goes_back: bool
) -> None:
    customer.ca.abilities = CANNOT_REVOKE
    ended = moves(customer).revoke(move, ScriptedUser())
    assert (ended.ended, ended.ending) == (Ended.AT_BANK, False)
    customer.ca.signer = status
    if goes_back:
        moves(customer).undo(ended, ScriptedUser())
        assert moves(customer).all() == []
        assert customer.usable() == [customer.current]
    else:
        assert failure(lambda: moves(customer).undo(ended, ScriptedUser())) is ErrorCode.MOVE_OVER
        assert known(customer) == ended


def test_after_a_request_silence_does_not_mean_that_it_is_accepted(
    customer: CustomerComputer, move: Move
) -> None:
    customer.ca.faults["revoke"] = [refusal_error("")]
    ended = moves(customer).revoke(move, ScriptedUser())
    assert failure(lambda: moves(customer).undo(ended, ScriptedUser())) is ErrorCode.MOVE_OVER
    customer.ca.signer = SignerStatus.ACCEPTED
    moves(customer).undo(ended, ScriptedUser())
    assert moves(customer).all() == []


def test_once_the_key_is_gone_nothing_brings_it_back(
    customer: CustomerComputer, move: Move
) -> None:
    customer.profile = replace(customer.profile, own_revocation=False)
    over = moves(customer).remove(moves(customer).revoke(move, ScriptedUser()), ScriptedUser())
    assert (over.ended, over.removed, customer.count_keys()) == (Ended.AT_BANK, True, 0)
    assert failure(lambda: moves(customer).undo(over, ScriptedUser())) is ErrorCode.MOVE_OVER
