"""The practice bank's web applications: the public one (top page, CMP) and the login."""

from __future__ import annotations

from flask import Flask, Response, abort, render_template, request

from certclient.model.certificate import Role
from certclient.model.profile import Words
from certclient.practice.bank import Bank
from certclient.practice.cmp_responder import CmpResponder
from certclient.practice.login import decide_login
from certclient.practice.login_words import notice

CLIENT_CERTIFICATE = "certclient.practice.client_certificate"
"""Key of the WSGI environment under which the server puts the client certificate (DER or None)."""

CMP_TYPE = "application/pkixcmp"
MAX_REQUEST_BYTES = 64 * 1024

BANK_NAME = Words(ja="練習銀行（リハーサル）", en="Practice Bank (rehearsal)")

_ROLES = {
    Role.ADMINISTRATOR: Words(ja="管理者", en="administrator"),
    Role.USER: Words(ja="利用者", en="user"),
}
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def public_app(bank: Bank, login_url: str) -> Flask:
    """Pages that want no certificate, and CMP by POST on `/cmp` and `/.well-known/cmp`
    (RFC 9811, 3.3)."""
    app = _app(bank)
    responder = CmpResponder(bank)

    @app.get("/")
    def top() -> str:
        return render_template("top.html", login_url=login_url)

    @app.post("/cmp")
    @app.post("/.well-known/cmp")
    def cmp() -> Response:
        if request.mimetype != CMP_TYPE:
            abort(415)
        return Response(responder.handle(request.get_data()), mimetype=CMP_TYPE)

    return app


def login_app(bank: Bank, public_url: str) -> Flask:
    """The login page; the server in front of it asks for a client certificate."""
    app = _app(bank)

    @app.get("/")
    @app.get("/login")
    def login() -> tuple[str, int]:
        decision = decide_login(bank, request.environ.get(CLIENT_CERTIFICATE))
        if decision.customer is not None and decision.granted:
            role = _ROLES[decision.customer.role]
            return render_template("welcome.html", login=decision, role=role), 200
        page = render_template(
            "refused.html",
            login=decision,
            notice=notice(decision.result, bank.policy.renewal.obtain_days_after),
            public_url=public_url,
        )
        return page, 403

    return app


def _app(bank: Bank) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.jinja_env.globals.update(bank_name=BANK_NAME)

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(_SECURITY_HEADERS)
        return response

    return app
