"""How sentences are made: the language, dates, and values that come from strangers."""

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
def test_the_language_is_that_of_the_locale(
    environment: dict[str, str], language: Language
) -> None:
    assert language_from_environment(environment) is language


def test_windows_tells_its_language_elsewhere() -> None:
    assert language_from_environment({}, "Japanese_Japan") is Language.JAPANESE
    assert language_from_environment({"LANG": "en"}, "Japanese_Japan") is Language.ENGLISH


def test_an_error_says_what_why_what_next_who_and_its_code() -> None:
    error = CertclientError(ErrorCode.PIN_INCORRECT, token="専用USB-1")
    shown = JA.error(error)
    assert shown.title == "PINが違います"
    assert "専用USBの暗証番号" in shown.sentence, "a PIN is explained"
    assert "もう一度" in shown.next_step
    assert shown.help.startswith("ご自身で対応できます")
    assert shown.details == ("専用USB：専用USB-1",)
    assert shown.code == "CC-PIN-INCORRECT"


def test_who_helps_is_the_banks_own_contact() -> None:
    error = CertclientError(ErrorCode.TOO_LATE)
    assert "渋谷支店" in JA.error(error, "渋谷支店").help
    assert "お取引店の窓口" in JA.error(error).help


def test_dates_in_errors_are_written_for_people() -> None:
    error = CertclientError(ErrorCode.NOT_YET_RENEWABLE, renew_from="2027-03-01")
    assert JA.error(error).details == ("更新できる最初の日：2027年3月1日",)
    assert EN.error(error).details == ("First day of renewal: 1 March 2027",)


def test_moments_are_those_of_japan() -> None:
    moment = datetime(2027, 3, 31, 14, 59, tzinfo=UTC)
    assert JA.minute(moment) == "2027年3月31日 23:59"
    assert EN.minute(moment) == "31 March 2027, 23:59 (Japan time)"
    assert JA.day(date(2027, 4, 1)) == "2027年4月1日"
    error = CertclientError(ErrorCode.CLOCK_WRONG, server=moment.isoformat(), local="?")
    assert JA.error(error).details == ("サーバー：2027年3月31日 23:59", "このパソコン：?")


def test_a_detail_without_its_value_is_left_out() -> None:
    error = CertclientError(ErrorCode.CA_REFUSED, message="残高確認中です", failure="")
    assert JA.error(error).details == ("認証局からの説明：残高確認中です",)


@pytest.mark.parametrize("words", [JA, EN])
def test_the_last_attempt_is_announced(words: Catalogue) -> None:
    assert words.attempts(AttemptsLeft.UNKNOWN) == ""
    assert words.attempts(AttemptsLeft.LOW) != words.attempts(AttemptsLeft.FINAL) != ""


def test_what_a_server_says_cannot_command_the_terminal() -> None:
    hostile = "\x1b[2Jyour PIN?\r\n\u202eevil\x07{code}{how_resume}"
    error = CertclientError(ErrorCode.CA_REFUSED, message=hostile)
    (detail,) = EN.error(error).details
    assert detail.isprintable()
    assert "{code}{how_resume}" in detail, "braces in a value are no template"


@given(text=st.text())
@example(text="0\u20280")
def test_any_text_becomes_one_printable_line(text: str) -> None:
    line = clean(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 301
    assert not any(c in line for c in "\x1b\x07\u202e\u2066")


@given(value=st.text())
def test_no_value_breaks_a_sentence(value: str) -> None:
    assert "{" not in fill("A {name}.", {}, "?")
    assert fill("A {name}.", {"name": value}, "?").startswith("A ")


def test_a_missing_value_is_called_unknown() -> None:
    assert fill("{a} and {b}", {"a": 1}, "(unknown)") == "1 and (unknown)"
