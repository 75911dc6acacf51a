"""What the operator's pages share: who may see them, and where a form belongs."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, make_response, redirect, request, url_for

from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.web.pages.security import check_csrf, remote_address, set_session_cookie
from certclient_practice.web.pages.sessions import Session, Sessions, Stage

COOKIE = "__Host-practice-office"
_OPERATOR = "operator"
_LOCAL_ADDRESSES = ("127.0.0.1", "::1")
_LOCAL_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Office:
    """One per operator application. `key` opens it: it is in the address that `serve` prints."""

    bank: Bank
    key: Secret
    sessions: Sessions
    public_url: str

    def session(self) -> Session:
        """The operator's session of this request; else 403."""
        found = self.sessions.find(request.cookies.get(COOKIE, ""), _OPERATOR)
        if found is None:
            abort(403)
        return found

    def check_form(self) -> None:
        """A form of ours, sent by the operator; else 403."""
        check_csrf(self.session())


def guard(app: Flask, office: Office) -> None:
    """Lets in this computer alone (also under an address that a strange name server made up),
    and on it only who has the key."""
    app.before_request(lambda: _check(office))
    app.jinja_env.globals.update(office_csrf=lambda: office.session().csrf)
    app.register_blueprint(_entrance(office))


def _check(office: Office) -> None:
    host = request.host.rsplit(":", 1)[0]
    if remote_address() not in _LOCAL_ADDRESSES or host not in _LOCAL_NAMES:
        abort(403)
    if request.endpoint not in ("entrance.enter", "static"):
        office.session()


def _entrance(office: Office) -> Blueprint:
    pages = Blueprint("entrance", __name__)

    @pages.get("/enter/<key>")
    def enter(key: str) -> Response:
        if not hmac.compare_digest(key.encode(), office.key.reveal().encode()):
            abort(403)
        session = office.sessions.begin(_OPERATOR, _OPERATOR, Stage.IN)
        page = make_response(redirect(url_for("office.customers"), 303))
        return set_session_cookie(page, COOKIE, session)

    return pages
