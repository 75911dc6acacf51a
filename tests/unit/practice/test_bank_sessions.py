"""Sessions and the rate limit, with a clock of their own."""

from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.sessions import Session, Sessions, Stage


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_after_idling_and_tells_so() -> None:
    clock, gone = Seconds(), list[Session]()
    sessions = Sessions(900, clock, gone.append)
    session = sessions.begin("A", "certificate", Stage.IN)
    for _request in range(3):
        clock.now += 900
        assert sessions.find(session.token, "certificate") is not None
    clock.now += 901
    assert sessions.find(session.token, "certificate") is None
    assert [one.name for one in gone] == [session.name]
    assert sessions.find(session.token, "certificate") is None
    assert len(gone) == 1


def test_a_session_belongs_to_its_certificate() -> None:
    sessions = Sessions(900, Seconds())
    session = sessions.begin("A", "certificate", Stage.IN)
    assert sessions.find(session.token, "another") is None
    assert sessions.find("", "certificate") is None
    assert sessions.find(session.token, "certificate") is not None


def test_advancing_leaves_the_old_token_worthless() -> None:
    sessions = Sessions(900, Seconds())
    first = sessions.begin("A", "c", Stage.PIN)
    second = sessions.advance(first, Stage.IN)
    assert second is not None
    assert sessions.find(first.token, "c") is None
    assert sessions.advance(first, Stage.IN) is None, "no second login out of one"


def test_a_new_login_ends_the_earlier_one_of_the_same_id_alone() -> None:
    gone = list[Session]()
    sessions = Sessions(900, Seconds(), gone.append)
    first, other = sessions.begin("A", "a", Stage.IN), sessions.begin("B", "b", Stage.IN)
    sessions.begin("A", "a", Stage.IN)
    assert gone == [first]
    assert sessions.find(other.token, "b") is not None


def test_no_token_is_shown_by_accident() -> None:
    session = Sessions(900, Seconds()).begin("A", "c", Stage.IN)
    assert session.token not in repr(session)
    assert session.csrf not in repr(session)
    assert session.token not in session.name


def test_forms_carry_the_token_of_their_session() -> None:
    session = Sessions(900, Seconds()).begin("A", "c", Stage.IN)
    assert session.guards(session.csrf)
    assert not session.guards("")
    assert not session.guards("\ud800")


def test_the_limit_counts_failures_of_one_address_in_a_while() -> None:
    clock = Seconds()
    limit = RateLimit(3, 60, clock)
    for _failure in range(3):
        assert limit.wait_seconds("10.0.0.1") == 0
        limit.failed("10.0.0.1")
        clock.now += 10
    assert limit.wait_seconds("10.0.0.1") == 30
    assert limit.wait_seconds("10.0.0.2") == 0
    clock.now += 30
    assert limit.wait_seconds("10.0.0.1") == 0
