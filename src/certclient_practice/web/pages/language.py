"""Japanese or English: the customer's choice on a page, else the browser's preference."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from flask import Blueprint, Flask, Response, g, request
from markupsafe import Markup

from certclient.model.japan_time import TOKYO, clock_time
from certclient.model.profile import LocalizedText

COOKIE = "lang"
_LANGUAGES = ("ja", "en")
_COOKIE_SECONDS = 365 * 24 * 3600

language_pages = Blueprint("language", __name__)


def language() -> str:
    """Returns the language of this request, "ja" or "en"."""
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def localized(ja: str, en: str, **values: object) -> str:
    """Returns the text in this request's language with `values` filled in; templates escape it."""
    text = ja if language() == "ja" else en
    return text.format(**values) if values else text


def localized_markup(ja: str, en: str, **values: object) -> Markup:
    """Like `localized`, for texts of this program that contain markup; `values` are escaped."""
    return Markup(ja if language() == "ja" else en).format(**values)  # noqa: S704 - our own texts


def localized_pair(pair: LocalizedText) -> str:
    """Returns the text in this request's language."""
    return pair.for_language(language())


def day(value: date) -> str:
    """Formats a calendar day in this request's language.

    A datetime (aware) is first converted to its day in Asia/Tokyo.
    """
    if isinstance(value, datetime):
        value = value.astimezone(TOKYO).date()
    return f"{value:%Y年%m月%d日}" if language() == "ja" else f"{value:%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """Formats an aware time in Asia/Tokyo, to the minute."""
    there = moment.astimezone(TOKYO)
    return f"{day(there.date())} {there:%H:%M}" + (" JST" if language() == "en" else "")


def use_languages(app: Flask) -> None:
    """Makes `localized`, `localized_markup`, `localized_pair`, `day`, `minute` and `language`
    usable in templates."""
    app.register_blueprint(language_pages)
    app.jinja_env.globals.update(
        localized=localized,
        localized_markup=localized_markup,
        localized_pair=localized_pair,
        day=day,
        minute=minute,
        clock_time=clock_time,
        language=language,
    )
    app.after_request(_save_language)


def _chosen() -> str:
    asked = request.args.get("lang", "")
    if asked in _LANGUAGES:
        return asked
    kept = request.cookies.get(COOKIE, "")
    if kept in _LANGUAGES:
        return kept
    return _preferred(request.accept_languages.values()) or "ja"


def _preferred(tags: Iterable[str]) -> str | None:
    """The first of the browser's languages that the pages have; `tags` with the best first.

    Werkzeug's own `best_match` prefers "en" to a better "ja-JP".
    """
    primary = (tag.replace("_", "-").partition("-")[0].lower() for tag in tags)
    return next((one for one in primary if one in _LANGUAGES), None)


def _save_language(response: Response) -> Response:
    asked = request.args.get("lang", "")
    if asked in _LANGUAGES:
        response.set_cookie(
            COOKIE, asked, max_age=_COOKIE_SECONDS, secure=True, httponly=True, samesite="Lax"
        )
    return response
