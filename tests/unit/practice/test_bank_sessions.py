"""Sessions and the rate limit, with a fake clock."""

from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.sessions import LoginStage, WebSession, WebSessions


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_idle_session_ends_and_is_reported() -> None:
    clock, ended = FakeClock(), list[WebSession]()
    sessions = WebSessions(900, clock, ended.append)
    session = sessions.begin("A", "certificate", LoginStage.IN)
    for _request in range(3):
        clock.now += 900
        assert sessions.find(session.token, "certificate") is not None
    clock.now += 901
    assert sessions.find(session.token, "certificate") is None
    assert [one.name for one in ended] == [session.name]
    assert sessions.find(session.token, "certificate") is None
    assert len(ended) == 1


def test_session_is_bound_to_its_certificate() -> None:
    sessions = WebSessions(900, FakeClock())
    session = sessions.begin("A", "certificate", LoginStage.IN)
    assert sessions.find(session.token, "another") is None
    assert sessions.find("", "certificate") is None
    assert sessions.find(session.token, "certificate") is not None


def test_advancing_invalidates_the_old_token() -> None:
    sessions = WebSessions(900, FakeClock())
    first = sessions.begin("A", "c", LoginStage.PIN)
    second = sessions.advance(first, LoginStage.IN)
    assert second is not None
    assert sessions.find(first.token, "c") is None
    assert sessions.advance(first, LoginStage.IN) is None, "one login must not yield two sessions"


def test_new_login_ends_only_the_earlier_session_of_the_same_user_id() -> None:
    ended = list[WebSession]()
    sessions = WebSessions(900, FakeClock(), ended.append)
    first, other = sessions.begin("A", "a", LoginStage.IN), sessions.begin("B", "b", LoginStage.IN)
    sessions.begin("A", "a", LoginStage.IN)
    assert ended == [first]
    assert sessions.find(other.token, "b") is not None


def test_repr_and_name_reveal_no_token() -> None:
    session = WebSessions(900, FakeClock()).begin("A", "c", LoginStage.IN)
    assert session.token not in repr(session)
    assert session.csrf not in repr(session)
    assert session.token not in session.name


def test_session_accepts_its_own_csrf_token_only() -> None:
    session = WebSessions(900, FakeClock()).begin("A", "c", LoginStage.IN)
    assert session.guards(session.csrf)
    assert not session.guards("")
    assert not session.guards("\ud800")


def test_rate_limit_counts_failures_per_address_and_period() -> None:
    clock = FakeClock()
    limit = RateLimit(3, 60, clock)
    for _failure in range(3):
        assert limit.wait_seconds("10.0.0.1") == 0
        limit.failed("10.0.0.1")
        clock.now += 10
    assert limit.wait_seconds("10.0.0.1") == 30
    assert limit.wait_seconds("10.0.0.2") == 0
    clock.now += 30
    assert limit.wait_seconds("10.0.0.1") == 0
