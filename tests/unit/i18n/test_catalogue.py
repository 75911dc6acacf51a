"""How messages are built: language, dates, and values from untrusted sources."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certclient.i18n.catalogue import Catalogue, Language, language_from_environment, load
from certclient.i18n.formatting import clean, fill
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import AttemptsLeft

JA = load(Language.JAPANESE)
EN = load(Language.ENGLISH)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, Language.JAPANESE),
        ({"LANG": "en_US.UTF-8"}, Language.ENGLISH),
        ({"LANG": "de_DE.UTF-8"}, Language.ENGLISH),
        ({"LANG": "C.UTF-8"}, Language.ENGLISH),
        ({}, Language.ENGLISH),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP"}, Language.JAPANESE),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.eucJP"}, Language.JAPANESE),
        ({"LC_ALL": "C", "LC_MESSAGES": "ja_JP", "LANG": "ja_JP"}, Language.ENGLISH),
        ({"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, Language.JAPANESE),
    ],
)
def test_language_follows_the_locale(environment: dict[str, str], language: Language) -> None:
    assert language_from_environment(environment) is language


def test_windows_locale_applies_without_environment_variables() -> None:
    assert language_from_environment({}, "Japanese_Japan") is Language.JAPANESE
    assert language_from_environment({"LANG": "en"}, "Japanese_Japan") is Language.ENGLISH


def test_error_text_has_title_reason_next_step_help_and_code() -> None:
    error = CertclientError(ErrorCode.PIN_INCORRECT, token="専用USB-1")
    shown = JA.error(error)
    assert shown.title == "PINが違います"
    assert "専用USBの暗証番号" in shown.sentence, "a PIN is explained"
    assert "もう一度" in shown.next_step
    assert shown.help.startswith("ご自身で対応できます")
    assert shown.details == ("専用USB：専用USB-1",)
    assert shown.code == "CC-PIN-INCORRECT"


def test_a_label_that_only_says_what_it_is_is_not_said_twice() -> None:
    japanese = load(Language.JAPANESE, "window")
    assert japanese.error(CertclientError(ErrorCode.TOKEN_MISSING, token="専用USB")).details == ()


def test_what_has_not_begun_cannot_be_resumed() -> None:
    for language in Language:
        catalogue = load(language, "window")
        error = CertclientError(ErrorCode.NETWORK_UNREACHABLE)
        begun, fresh = catalogue.error(error), catalogue.error(error, begun=False)
        assert begun.next_step.startswith(fresh.next_step)
        assert begun.next_step != fresh.next_step
        assert begun.sentence != fresh.sentence


def test_help_names_the_banks_contact() -> None:
    error = CertclientError(ErrorCode.TOO_LATE)
    assert "渋谷支店" in JA.error(error, "渋谷支店").help
    assert "お取引店の窓口" in JA.error(error).help


def test_dates_in_errors_are_formatted_for_the_language() -> None:
    error = CertclientError(ErrorCode.NOT_YET_RENEWABLE, renew_from="2027-03-01")
    assert JA.error(error).details == ("更新できる最初の日：2027年3月1日",)
    assert EN.error(error).details == ("First day of renewal: 1 March 2027",)


def test_times_are_shown_in_japan_time() -> None:
    moment = datetime(2027, 3, 31, 14, 59, tzinfo=UTC)
    assert JA.minute(moment) == "2027年3月31日 23:59"
    assert EN.minute(moment) == "31 March 2027, 23:59 (Japan time)"
    assert JA.day(date(2027, 4, 1)) == "2027年4月1日"
    error = CertclientError(ErrorCode.CLOCK_WRONG, server=moment.isoformat(), local="?")
    assert JA.error(error).details == ("サーバー：2027年3月31日 23:59", "このパソコン：?")


def test_detail_without_a_value_is_omitted() -> None:
    error = CertclientError(ErrorCode.CA_REFUSED, message="残高確認中です", failure="")
    assert JA.error(error).details == ("認証局からの説明：残高確認中です",)


@pytest.mark.parametrize("words", [JA, EN])
def test_last_attempt_has_its_own_warning(words: Catalogue) -> None:
    assert words.attempts(AttemptsLeft.UNKNOWN) == ""
    assert words.attempts(AttemptsLeft.LOW) != words.attempts(AttemptsLeft.FINAL) != ""


def test_server_text_cannot_control_the_terminal() -> None:
    hostile = "\x1b[2Jyour PIN?\r\n\u202eevil\x07{code}{how_resume}"
    error = CertclientError(ErrorCode.CA_REFUSED, message=hostile)
    (detail,) = EN.error(error).details
    assert detail.isprintable()
    assert "{code}{how_resume}" in detail, "braces in a value are not a template"


@given(text=st.text())
@example(text="0\u20280")
def test_any_text_becomes_one_printable_line(text: str) -> None:
    line = clean(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 301
    assert not any(c in line for c in "\x1b\x07\u202e\u2066")


@given(value=st.text())
def test_any_value_can_be_filled_in(value: str) -> None:
    assert "{" not in fill("A {name}.", {}, "?")
    assert fill("A {name}.", {"name": value}, "?").startswith("A ")


def test_missing_value_is_shown_as_unknown() -> None:
    assert fill("{a} and {b}", {"a": 1}, "(unknown)") == "1 and (unknown)"
