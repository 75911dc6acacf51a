"""Update announcements from the practice bank over TLS, and from servers that are not a bank."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from certclient.configuration.profiles import load_profile
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.profile import Profile
from certclient.model.update import UpdateState, Version
from certclient.platform import log
from certclient.updates.cache import AnnouncementCache
from certclient.updates.check import AGAIN_AFTER, Fetch, UpdateChecks, UpdateNotice, fetcher
from certclient_practice.bank.updates import AnnouncedVersions
from support.announcements import NOW, Announcer, ec_key
from support.bank import RunningBank
from support.raw_server import RawServer, always, free_port, http, raw_server

DAY = timedelta(days=1)
OWN = Version.parse("1.0.0")


@dataclass
class UpdateClient:
    """A customer's program that checks for announcements; `asked` lists the requested URLs."""

    folder: Path
    now: datetime = NOW
    fetch: Fetch = field(default_factory=fetcher)
    asked: list[str] = field(default_factory=list)

    def checks(self, *profiles: Profile) -> UpdateChecks:
        cache = AnnouncementCache(self.folder / "updates.json")
        return UpdateChecks(profiles, cache, lambda: self.now, OWN, self._fetch)

    def notice(self, profile: Profile) -> UpdateNotice | None:
        return next(iter(self.checks(profile).check().notices), None)

    def error(self, profile: Profile) -> CertclientError:
        with pytest.raises(CertclientError) as raised:
            self.checks(profile).ask(profile)
        return raised.value

    def _fetch(self, profile: Profile, url: str) -> bytes:
        self.asked.append(url)
        return self.fetch(profile, url)


@pytest.fixture
def client(tmp_path: Path) -> UpdateClient:
    return UpdateClient(tmp_path)


@pytest.fixture
def profile_of_bank(bank: RunningBank, client: UpdateClient) -> Profile:
    """The practice bank's profile; the client's clock is set to the bank's."""
    client.now = bank.clock()
    return load_profile(bank.profile_path)


# --- The practice bank, over TLS -----------------------------------------------------------------


def test_newer_version_is_announced(
    bank: RunningBank, profile_of_bank: Profile, client: UpdateClient
) -> None:
    bank.bank.updates.announced = AnnouncedVersions(
        "1.1.0", "", "印刷を直しました。", "Printing mended."
    )
    notice = client.notice(profile_of_bank)
    assert notice is not None
    assert notice.state is UpdateState.UPDATE_AVAILABLE
    assert str(notice.announcement.version) == "1.1.0"
    assert notice.announcement.page == f"{bank.addresses.public_url}download"
    assert notice.announcement.text is not None
    assert notice.announcement.text.ja == "印刷を直しました。"


def test_unsupported_version_is_reported(
    bank: RunningBank, profile_of_bank: Profile, client: UpdateClient
) -> None:
    bank.bank.updates.announced = AnnouncedVersions("1.1.0", "1.0.1")
    notice = client.notice(profile_of_bank)
    assert notice is not None
    assert notice.state is UpdateState.UNSUPPORTED


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_no_notice_without_a_newer_version(
    version: str, bank: RunningBank, profile_of_bank: Profile, client: UpdateClient
) -> None:
    bank.bank.updates.announced = AnnouncedVersions(version)
    assert client.notice(profile_of_bank) is None
    assert len(client.asked) == 1


def test_bank_is_queried_once_a_day_and_the_answer_cached(
    bank: RunningBank, profile_of_bank: Profile, client: UpdateClient
) -> None:
    bank.bank.updates.announced = AnnouncedVersions("1.1.0")
    assert client.notice(profile_of_bank) is not None
    bank.stop()
    assert client.notice(profile_of_bank) is not None, "known without a query"
    assert len(client.asked) == 1
    client.now += DAY
    assert client.notice(profile_of_bank) is not None, (
        "the bank is offline; its last announcement still counts"
    )
    assert len(client.asked) == 2


def test_tls_certificate_of_the_bank_is_verified(
    profile_of_bank: Profile, client: UpdateClient
) -> None:
    other_anchors = replace(profile_of_bank, tls_anchors=Announcer().profile.ca.trust_anchors)
    assert client.error(other_anchors).code is ErrorCode.TLS_UNTRUSTED


def test_signature_by_another_banks_key_is_refused(
    profile_of_bank: Profile, client: UpdateClient
) -> None:
    assert profile_of_bank.updates is not None
    other = replace(profile_of_bank.updates, keys=Announcer().profile.updates.keys)  # type: ignore[union-attr]
    assert client.error(replace(profile_of_bank, updates=other)).code is ErrorCode.UPDATE_INVALID


# --- When a bank is queried ----------------------------------------------------------------------


@dataclass
class ScriptedResponses:
    """A server that returns these messages in turn, and then the last one forever."""

    messages: list[bytes]

    def __call__(self, _profile: Profile, _url: str) -> bytes:
        if not self.messages:
            raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="x")
        return self.messages.pop(0) if len(self.messages) > 1 else self.messages[0]


BANK = Announcer()


def test_next_query_is_due_at_midnight_in_japan(client: UpdateClient) -> None:
    client.fetch = ScriptedResponses([BANK.message()])
    looked = client.checks(BANK.profile).check()
    assert looked.again == NOW.replace(hour=15), "midnight in Japan"
    client.now = looked.again - timedelta(seconds=1)
    client.notice(BANK.profile)
    assert len(client.asked) == 1
    client.now = looked.again
    client.notice(BANK.profile)
    assert len(client.asked) == 2


def test_failed_query_is_repeated_an_hour_later(client: UpdateClient) -> None:
    client.fetch = ScriptedResponses([])
    assert client.checks(BANK.profile).check().again == NOW + AGAIN_AFTER
    assert client.notice(BANK.profile) is None
    assert len(client.asked) == 1
    client.now += AGAIN_AFTER
    client.fetch = ScriptedResponses([BANK.message()])
    assert client.notice(BANK.profile) is not None


def test_clock_set_back_does_not_suppress_queries(client: UpdateClient) -> None:
    client.fetch = ScriptedResponses([BANK.message()])
    client.notice(BANK.profile)
    client.now -= 3 * DAY / 24
    client.notice(BANK.profile)
    assert len(client.asked) == 2


def test_bank_without_announcements_is_never_queried(client: UpdateClient) -> None:
    without_updates = replace(BANK.profile, updates=None)
    looked = client.checks(without_updates).check()
    assert (looked.notices, looked.again, client.asked) == ((), NOW + DAY, [])


def test_unsupported_notice_comes_first(client: UpdateClient) -> None:
    second = Announcer(f"{BANK.address}?second")
    profile = replace(second.profile, id="second")
    messages = {
        BANK.address: BANK.message(),
        second.address: second.message(profile="second", minimum_version="2.0.0"),
    }
    client.fetch = lambda _profile, url: messages[url]
    notices = client.checks(BANK.profile, profile).check().notices
    assert [notice.profile.id for notice in notices] == ["second", BANK.profile.id]


# --- What is ignored -----------------------------------------------------------------------------


def test_older_announcement_does_not_replace_a_newer_one(client: UpdateClient) -> None:
    client.fetch = ScriptedResponses(
        [BANK.message(serial=9), BANK.message(serial=8, version="1.0.0")]
    )
    assert client.notice(BANK.profile) is not None
    client.now += DAY
    notice = client.notice(BANK.profile)
    assert len(client.asked) == 2
    assert notice is not None
    assert notice.announcement.serial == 9


def test_outdated_announcement_is_dropped(client: UpdateClient) -> None:
    client.fetch = ScriptedResponses([BANK.message()])
    assert client.notice(BANK.profile) is not None
    client.now += 31 * DAY
    assert client.notice(BANK.profile) is None


def test_forged_message_in_the_book_is_ignored(client: UpdateClient) -> None:
    client.fetch = ScriptedResponses([BANK.message()])
    client.notice(BANK.profile)
    path = client.folder / "updates.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content[BANK.profile.id]["message"] = Announcer(key=ec_key()).message().decode()
    path.write_text(json.dumps(content), encoding="utf-8")
    assert client.notice(BANK.profile) is None
    assert len(client.asked) == 1


@pytest.mark.parametrize("damage", [b"", b"[]", b"\xff", b'{"x": {"serial": "y"}}'])
def test_damaged_book_is_recreated(client: UpdateClient, damage: bytes) -> None:
    (client.folder / "updates.json").write_bytes(damage)
    client.fetch = ScriptedResponses([BANK.message()])
    assert client.notice(BANK.profile) is not None


def test_unwritable_book_does_not_stop_the_check(client: UpdateClient) -> None:
    (client.folder / "updates.json").mkdir()
    client.fetch = ScriptedResponses([BANK.message()])
    client.checks(BANK.profile).check()
    assert len(client.asked) == 1


@pytest.fixture
def log_path(tmp_path: Path) -> Iterator[Path]:
    """The path of this test's log."""
    path = tmp_path / "log"
    with log.writing_to(path):
        yield path


HTML = b"<!DOCTYPE html><title>Wi-Fi</title><p>Please log in</p>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("200 OK", HTML, "Content-Type: text/html"), "CC-NET-FOREIGN"),
        (http("200 OK", b"x" * 20_000), "CC-UPDATE-INVALID"),
        (http("200 OK", BANK.message(serial=0)), "CC-UPDATE-INVALID"),
        (http("302 Found", b"", "Location: https://evil.example/"), "CC-NET-ADDRESS"),
        (http("404 Not Found", BANK.message()), "CC-NET-ADDRESS"),
        (http("503 Busy"), "CC-NET-BUSY"),
        (b"", "CC-NET-UNREACHABLE"),
    ],
    ids=["HTML", "huge", "wrong field", "elsewhere", "error", "busy", "nothing"],
)
def test_servers_that_are_not_a_bank(
    answer: bytes, code: str, client: UpdateClient, log_path: Path
) -> None:
    with raw_server(always(answer)) as server:
        assert client.notice(at(server)) is None
    line = json.loads(log_path.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["event"], line["profile"], line["code"]) == (
        "update-check",
        BANK.profile.id,
        code,
    )


def at(server: RawServer) -> Profile:
    updates = BANK.profile.updates
    assert updates is not None
    return replace(BANK.profile, updates=replace(updates, address=server.url()))


def test_request_contains_no_customer_data(client: UpdateClient) -> None:
    with raw_server(always(http("200 OK", BANK.message()))) as server:
        client.notice(at(server))
        (request,) = server.requests
    names = {line.split(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line}
    assert names <= {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}
    assert request.startswith(b"GET /pkix/ HTTP/1.1\r\n")


def test_unreachable_server_is_reported(client: UpdateClient) -> None:
    profile = at(RawServer(free_port()))
    assert client.error(profile).code is ErrorCode.NETWORK_UNREACHABLE


def test_plain_http_to_another_computer_is_refused(client: UpdateClient) -> None:
    assert BANK.profile.updates is not None
    updates = replace(BANK.profile.updates, address="http://bank.example.jp/latest.json")
    error = client.error(replace(BANK.profile, updates=updates))
    assert (error.code, error.data["reason"]) == (ErrorCode.TLS_UNTRUSTED, "not https")
