"""The practice bank's web applications: public (top page, CMP), login, operator."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request

from certclient.model.certificate import Role
from certclient.model.profile import Words
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.coverage import Standing
from certclient_practice.bank.names import BANK_NAME
from certclient_practice.bank.updates import MEDIA_TYPE, PATH
from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.repositories.records import CertificateState
from certclient_practice.web.addresses import Addresses
from certclient_practice.web.pages.customer import customer_pages
from certclient_practice.web.pages.language import use_languages
from certclient_practice.web.pages.letters import letter_pages
from certclient_practice.web.pages.login import login_pages
from certclient_practice.web.pages.obtain import obtain_pages
from certclient_practice.web.pages.office import Office, guard
from certclient_practice.web.pages.operator import operator_pages
from certclient_practice.web.pages.public import public_pages, read_downloads
from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.reception import Reception
from certclient_practice.web.pages.security import secure
from certclient_practice.web.pages.sessions import Session, Sessions

CMP_TYPE = "application/pkixcmp"

IDLE_SECONDS = 15 * 60.0
"""After so long without a request a login is over."""
OFFICE_IDLE_SECONDS = 8 * 3600.0
WRONG_ALLOWED = 10
WRONG_SECONDS = 60.0
"""So many wrong PINs, passwords or codes from one address in so many seconds, then a pause."""

ROLES = {
    Role.ADMINISTRATOR: Words(ja="管理者", en="administrator"),
    Role.USER: Words(ja="利用者", en="user"),
}
STATES = {
    CertificateState.UNCONFIRMED: Words(ja="未確認", en="not confirmed"),
    CertificateState.CONFIRMED: Words(ja="有効", en="in use"),
    CertificateState.REVOKED: Words(ja="失効", en="revoked"),
    CertificateState.SUPERSEDED: Words(ja="更新済み", en="replaced"),
}
STANDINGS = {
    Standing.VALID: Words(ja="有効", en="valid"),
    Standing.RENEWABLE: Words(ja="更新期間中", en="to be renewed now"),
    Standing.OBTAINABLE: Words(ja="期限切れ（取得可能）", en="expired, can be obtained"),
    Standing.TOO_LATE: Words(ja="期限切れ（窓口で再発行）", en="expired, reissue at the branch"),
    Standing.NEVER: Words(ja="未取得", en="not obtained yet"),
    Standing.REVOKED: Words(ja="失効", en="revoked"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How strictly pages slow down guessing; a load test from one address may want other numbers.

    `monotonic` gives seconds.
    """

    wrong_allowed: int = WRONG_ALLOWED
    wrong_seconds: float = WRONG_SECONDS
    idle_seconds: float = IDLE_SECONDS
    monotonic: Callable[[], float] = time.monotonic

    def rate_limit(self) -> RateLimit:
        return RateLimit(self.wrong_allowed, self.wrong_seconds, self.monotonic)


def public_app(
    bank: Bank, addresses: Addresses, downloads: Path | None = None, limits: Limits = Limits()
) -> Flask:
    """Pages that want no certificate, announcements of versions, and CMP by POST on `/cmp` and
    `/.well-known/cmp` (RFC 9811, 3.3). `downloads`: folder with installers. Raises OSError."""
    app = _app(bank)
    responder = CmpResponder(bank)
    app.register_blueprint(public_pages(addresses.login_url, read_downloads(downloads)))
    app.register_blueprint(obtain_pages(bank, limits.rate_limit()))

    @app.post("/cmp")
    @app.post("/.well-known/cmp")
    def cmp() -> Response:
        if request.mimetype != CMP_TYPE:
            abort(415)
        return Response(responder.handle(request.get_data()), mimetype=CMP_TYPE)

    @app.get(f"/{PATH}")
    def latest() -> Response:
        return Response(bank.updates.message(addresses.download_url), mimetype=MEDIA_TYPE)

    return app


def login_app(bank: Bank, public_url: str, limits: Limits = Limits()) -> Flask:
    """The login and what is behind it; the server in front asks for a client certificate."""
    app = _app(bank)
    with bank.books() as books:
        books.tickets.begin_afresh(bank.clock())

    def ended(session: Session) -> None:
        with bank.books() as books:
            books.tickets.withdraw(session.name)

    sessions = Sessions(limits.idle_seconds, limits.monotonic, ended)
    reception = Reception(bank, public_url, sessions, limits.rate_limit())
    app.register_blueprint(login_pages(reception))
    app.register_blueprint(customer_pages(reception))
    return app


def operator_app(bank: Bank, key: Secret, public_url: str, limits: Limits = Limits()) -> Flask:
    """For the operator on this computer, who has `key`."""
    app = _app(bank)
    sessions = Sessions(OFFICE_IDLE_SECONDS, limits.monotonic)
    office = Office(bank, key, sessions, public_url)
    guard(app, office)
    app.register_blueprint(operator_pages(office))
    app.register_blueprint(letter_pages(office))
    return app


def _app(bank: Bank) -> Flask:
    app = Flask(__name__)
    app.jinja_env.globals.update(
        bank_name=BANK_NAME,
        roles=ROLES,
        states=STATES,
        standings=STANDINGS,
        renew_days=lambda: bank.policy.renewal.renew_days_before,
        obtain_days=lambda: bank.policy.renewal.obtain_days_after,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    use_languages(app)
    secure(app)
    return app
