"""The practice bank announces versions over TLS, and servers that are no bank try to."""

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
from certclient.model.update import Standing, Version
from certclient.platform import log
from certclient.updates.book import UpdateBook
from certclient.updates.check import AGAIN_AFTER, Fetch, UpdateChecks, UpdateNotice, fetcher
from certclient_practice.bank.updates import Announced
from support.announcements import NOW, Announcer, ec_key
from support.bank import RunningBank
from support.raw_server import RawServer, always, free_port, http, raw_server

DAY = timedelta(days=1)
OWN = Version.parse("1.0.0")


@dataclass
class Desk:
    """A customer's program that looks for announcements; `log` is what it wrote down."""

    folder: Path
    now: datetime = NOW
    fetch: Fetch = field(default_factory=fetcher)
    asked: list[str] = field(default_factory=list)

    def checks(self, *profiles: Profile) -> UpdateChecks:
        book = UpdateBook(self.folder / "updates.json")
        return UpdateChecks(profiles, book, lambda: self.now, OWN, self._fetch)

    def hears(self, profile: Profile) -> UpdateNotice | None:
        return next(iter(self.checks(profile).look().notices), None)

    def refuses(self, profile: Profile) -> CertclientError:
        with pytest.raises(CertclientError) as raised:
            self.checks(profile).ask(profile)
        return raised.value

    def _fetch(self, profile: Profile, url: str) -> bytes:
        self.asked.append(url)
        return self.fetch(profile, url)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def practising(bank: RunningBank, desk: Desk) -> Profile:
    """The practice bank's profile; the desk's clock is the machine's."""
    desk.now = bank.clock()
    return load_profile(bank.profile_path)


# --- The practice bank, over TLS -----------------------------------------------------------------


def test_a_newer_version_is_told(bank: RunningBank, practising: Profile, desk: Desk) -> None:
    bank.bank.updates.announced = Announced("1.1.0", "", "印刷を直しました。", "Printing mended.")
    notice = desk.hears(practising)
    assert notice is not None
    assert notice.standing is Standing.NEWER_THERE
    assert str(notice.announcement.version) == "1.1.0"
    assert notice.announcement.page == f"{bank.addresses.public_url}download"
    assert notice.announcement.text is not None
    assert notice.announcement.text.ja == "印刷を直しました。"


def test_a_version_that_the_bank_no_longer_supports(
    bank: RunningBank, practising: Profile, desk: Desk
) -> None:
    bank.bank.updates.announced = Announced("1.1.0", "1.0.1")
    notice = desk.hears(practising)
    assert notice is not None
    assert notice.standing is Standing.UNSUPPORTED


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_nothing_is_said_where_nothing_is_newer(
    version: str, bank: RunningBank, practising: Profile, desk: Desk
) -> None:
    bank.bank.updates.announced = Announced(version)
    assert desk.hears(practising) is None
    assert len(desk.asked) == 1


def test_a_bank_is_asked_once_a_day_and_remembered(
    bank: RunningBank, practising: Profile, desk: Desk
) -> None:
    bank.bank.updates.announced = Announced("1.1.0")
    assert desk.hears(practising) is not None
    bank.stop()
    assert desk.hears(practising) is not None, "known without asking"
    assert len(desk.asked) == 1
    desk.now += DAY
    assert desk.hears(practising) is not None, "the bank is away, and what it said still counts"
    assert len(desk.asked) == 2


def test_the_bank_s_tls_is_checked(practising: Profile, desk: Desk) -> None:
    strangers = replace(practising, tls_anchors=Announcer().profile.ca.trust_anchors)
    assert desk.refuses(strangers).code is ErrorCode.TLS_UNTRUSTED


def test_another_bank_s_key_is_not_this_one_s(practising: Profile, desk: Desk) -> None:
    assert practising.updates is not None
    other = replace(practising.updates, keys=Announcer().profile.updates.keys)  # type: ignore[union-attr]
    assert desk.refuses(replace(practising, updates=other)).code is ErrorCode.UPDATE_INVALID


# --- When a bank is asked ------------------------------------------------------------------------


@dataclass
class Answers:
    """A server that gives these, in turn; the last one for ever."""

    messages: list[bytes]

    def __call__(self, _profile: Profile, _url: str) -> bytes:
        if not self.messages:
            raise CertclientError(ErrorCode.NETWORK_UNREACHABLE, host="x")
        return self.messages.pop(0) if len(self.messages) > 1 else self.messages[0]


BANK = Announcer()


def test_on_another_day_in_japan(desk: Desk) -> None:
    desk.fetch = Answers([BANK.message()])
    looked = desk.checks(BANK.profile).look()
    assert looked.again == NOW.replace(hour=15), "midnight in Japan"
    desk.now = looked.again - timedelta(seconds=1)
    desk.hears(BANK.profile)
    assert len(desk.asked) == 1
    desk.now = looked.again
    desk.hears(BANK.profile)
    assert len(desk.asked) == 2


def test_without_a_network_an_hour_later(desk: Desk) -> None:
    desk.fetch = Answers([])
    assert desk.checks(BANK.profile).look().again == NOW + AGAIN_AFTER
    assert desk.hears(BANK.profile) is None
    assert len(desk.asked) == 1
    desk.now += AGAIN_AFTER
    desk.fetch = Answers([BANK.message()])
    assert desk.hears(BANK.profile) is not None


def test_a_clock_that_was_set_back_silences_nobody(desk: Desk) -> None:
    desk.fetch = Answers([BANK.message()])
    desk.hears(BANK.profile)
    desk.now -= 3 * DAY / 24
    desk.hears(BANK.profile)
    assert len(desk.asked) == 2


def test_a_bank_that_announces_nothing_is_never_asked(desk: Desk) -> None:
    silent = replace(BANK.profile, updates=None)
    looked = desk.checks(silent).look()
    assert (looked.notices, looked.again, desk.asked) == ((), NOW + DAY, [])


def test_the_firmer_word_comes_first(desk: Desk) -> None:
    second = Announcer(f"{BANK.address}?second")
    profile = replace(second.profile, id="second")
    messages = {
        BANK.address: BANK.message(),
        second.address: second.message(profile="second", minimum_version="2.0.0"),
    }
    desk.fetch = lambda _profile, url: messages[url]
    notices = desk.checks(BANK.profile, profile).look().notices
    assert [notice.profile.id for notice in notices] == ["second", BANK.profile.id]


# --- What does not count -------------------------------------------------------------------------


def test_an_older_announcement_cannot_hide_a_newer_one(desk: Desk) -> None:
    desk.fetch = Answers([BANK.message(serial=9), BANK.message(serial=8, version="1.0.0")])
    assert desk.hears(BANK.profile) is not None
    desk.now += DAY
    notice = desk.hears(BANK.profile)
    assert len(desk.asked) == 2
    assert notice is not None
    assert notice.announcement.serial == 9


def test_what_is_out_of_date_is_no_longer_told(desk: Desk) -> None:
    desk.fetch = Answers([BANK.message()])
    assert desk.hears(BANK.profile) is not None
    desk.now += 31 * DAY
    assert desk.hears(BANK.profile) is None


def test_a_book_that_somebody_wrote_into(desk: Desk) -> None:
    desk.fetch = Answers([BANK.message()])
    desk.hears(BANK.profile)
    path = desk.folder / "updates.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content[BANK.profile.id]["message"] = Announcer(key=ec_key()).message().decode()
    path.write_text(json.dumps(content), encoding="utf-8")
    assert desk.hears(BANK.profile) is None
    assert len(desk.asked) == 1


@pytest.mark.parametrize("damage", [b"", b"[]", b"\xff", b'{"x": {"serial": "y"}}'])
def test_a_book_that_is_damaged_is_begun_anew(desk: Desk, damage: bytes) -> None:
    (desk.folder / "updates.json").write_bytes(damage)
    desk.fetch = Answers([BANK.message()])
    assert desk.hears(BANK.profile) is not None


def test_a_book_that_cannot_be_written_stops_nothing(desk: Desk) -> None:
    (desk.folder / "updates.json").mkdir()
    desk.fetch = Answers([BANK.message()])
    desk.checks(BANK.profile).look()
    assert len(desk.asked) == 1


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """The log of this test."""
    path = tmp_path / "log"
    with log.writing_to(path):
        yield path


HTML = b"<!DOCTYPE html><title>Wi-Fi</title><p>Please log in</p>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("200 OK", HTML, "Content-Type: text/html"), "CC-UPDATE-INVALID"),
        (http("200 OK", b"x" * 20_000), "CC-UPDATE-INVALID"),
        (http("200 OK", BANK.message(serial=0)), "CC-UPDATE-INVALID"),
        (http("302 Found", b"", "Location: https://evil.example/"), "CC-NET-SERVER"),
        (http("404 Not Found", BANK.message()), "CC-NET-SERVER"),
        (http("503 Busy"), "CC-NET-BUSY"),
        (b"", "CC-NET-UNREACHABLE"),
    ],
    ids=["HTML", "huge", "wrong field", "elsewhere", "error", "busy", "nothing"],
)
def test_servers_that_are_no_bank(answer: bytes, code: str, desk: Desk, written: Path) -> None:
    with raw_server(always(answer)) as server:
        assert desk.hears(at(server)) is None
    line = json.loads(written.read_text(encoding="utf-8").splitlines()[-1])
    assert (line["event"], line["profile"], line["code"]) == (
        "update-check",
        BANK.profile.id,
        code,
    )


def at(server: RawServer) -> Profile:
    updates = BANK.profile.updates
    assert updates is not None
    return replace(BANK.profile, updates=replace(updates, address=server.url()))


def test_what_is_sent_says_nothing_of_the_customer(desk: Desk) -> None:
    with raw_server(always(http("200 OK", BANK.message()))) as server:
        desk.hears(at(server))
        (request,) = server.requests
    names = {line.split(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line}
    assert names <= {b"host", b"user-agent", b"accept", b"accept-encoding", b"connection"}
    assert request.startswith(b"GET /pkix/ HTTP/1.1\r\n")


def test_nobody_answers(desk: Desk) -> None:
    profile = at(RawServer(free_port()))
    assert desk.refuses(profile).code is ErrorCode.NETWORK_UNREACHABLE


def test_http_to_another_computer_is_never_tried(desk: Desk) -> None:
    assert BANK.profile.updates is not None
    updates = replace(BANK.profile.updates, address="http://bank.example.jp/latest.json")
    error = desk.refuses(replace(BANK.profile, updates=updates))
    assert (error.code, error.data["reason"]) == (ErrorCode.TLS_UNTRUSTED, "not https")
