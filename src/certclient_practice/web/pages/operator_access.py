"""Shared by the operator's pages: access control and form checks."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, make_response, redirect, request, url_for

from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.web.pages.security import check_csrf, remote_address, set_session_cookie
from certclient_practice.web.pages.sessions import LoginStage, WebSession, WebSessions

COOKIE = "__Host-practice-office"
_OPERATOR = "operator"
_LOCAL_ADDRESSES = ("127.0.0.1", "::1")
_LOCAL_NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class OperatorAccess:
    """State of one operator application. `key`, part of the URL that `serve` prints, opens it."""

    bank: Bank
    key: Secret
    sessions: WebSessions
    public_url: str

    def session(self) -> WebSession:
        """Returns the operator's session of this request; responds 403 without one."""
        found = self.sessions.find(request.cookies.get(COOKIE, ""), _OPERATOR)
        if found is None:
            abort(403)
        return found

    def check_form(self) -> None:
        """Responds 403 unless the operator sent this form from one of these pages."""
        check_csrf(self.session())


def guard(app: Flask, access: OperatorAccess) -> None:
    """Restricts the application to this computer and to holders of the key.

    The Host header is checked, too, so that a foreign name that resolves to this computer is
    refused (DNS rebinding).
    """
    app.before_request(lambda: _check(access))
    app.jinja_env.globals.update(office_csrf=lambda: access.session().csrf)
    app.register_blueprint(_entrance(access))


def _check(access: OperatorAccess) -> None:
    host = request.host.rsplit(":", 1)[0]
    if remote_address() not in _LOCAL_ADDRESSES or host not in _LOCAL_NAMES:
        abort(403)
    if request.endpoint not in ("entrance.enter", "static"):
        access.session()


def _entrance(access: OperatorAccess) -> Blueprint:
    pages = Blueprint("entrance", __name__)

    @pages.get("/enter/<key>")
    def enter(key: str) -> Response:
        if not hmac.compare_digest(key.encode(), access.key.reveal().encode()):
            abort(403)
        session = access.sessions.begin(_OPERATOR, _OPERATOR, LoginStage.IN)
        page = make_response(redirect(url_for("office.customers"), 303))
        return set_session_cookie(page, COOKIE, session)

    return pages
