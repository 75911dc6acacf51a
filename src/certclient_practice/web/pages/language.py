"""Japanese or English: what the customer chose on a page, else what the browser prefers."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, Flask, Response, g, request
from markupsafe import Markup

from certclient.model.certificate import TOKYO
from certclient.model.profile import Words

COOKIE = "lang"
_LANGUAGES = ("ja", "en")
_COOKIE_SECONDS = 365 * 24 * 3600

language_pages = Blueprint("language", __name__)


def language() -> str:
    """ "ja" or "en" for this request."""
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def say(ja: str, en: str, **values: object) -> str:
    """One text in the language of this request. `values` fill {names} in; templates escape them."""
    text = ja if language() == "ja" else en
    return text.format(**values) if values else text


def say_markup(ja: str, en: str, **values: object) -> Markup:
    """As `say` for texts of ours that hold markup; the values are escaped."""
    return Markup(ja if language() == "ja" else en).format(**values)  # noqa: S704 - our own texts


def words(pair: Words) -> str:
    return pair.for_language(language())


def day(value: date) -> str:
    """A calendar day in Japan, in the words of this request's language."""
    if isinstance(value, datetime):
        value = value.astimezone(TOKYO).date()
    return f"{value:%Y年%m月%d日}" if language() == "ja" else f"{value:%Y-%m-%d}"


def minute(moment: datetime) -> str:
    """A moment in Japan time, to the minute."""
    there = moment.astimezone(TOKYO)
    return f"{day(there.date())} {there:%H:%M}" + (" JST" if language() == "en" else "")


def use_languages(app: Flask) -> None:
    """Lets templates use `say`, `say_markup`, `words`, `day`, `minute` and `language`."""
    app.register_blueprint(language_pages)
    app.jinja_env.globals.update(
        say=say, say_markup=say_markup, words=words, day=day, minute=minute, language=language
    )
    app.after_request(_remember)


def _chosen() -> str:
    asked = request.args.get("lang", "")
    if asked in _LANGUAGES:
        return asked
    kept = request.cookies.get(COOKIE, "")
    if kept in _LANGUAGES:
        return kept
    return request.accept_languages.best_match(_LANGUAGES) or "ja"


def _remember(response: Response) -> Response:
    asked = request.args.get("lang", "")
    if asked in _LANGUAGES:
        response.set_cookie(
            COOKIE, asked, max_age=_COOKIE_SECONDS, secure=True, httponly=True, samesite="Lax"
        )
    return response
