"""The practice bank's web applications: public (top page, CMP), login and EST, operator."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request

from certclient.model.certificate import Role
from certclient.model.profile import LocalizedText
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.coverage import CoverageState
from certclient_practice.bank.names import BANK_NAME
from certclient_practice.bank.revocation import (
    CRL_PATH,
    CRL_TYPE,
    OCSP_PATH,
    OCSP_TYPE,
    RevocationService,
)
from certclient_practice.bank.updates import MEDIA_TYPE, PATH
from certclient_practice.cmp.responder import CmpResponder
from certclient_practice.est.responder import EstResponder
from certclient_practice.repositories.records import CertificateState
from certclient_practice.web.addresses import Addresses
from certclient_practice.web.pages.customer import customer_pages
from certclient_practice.web.pages.est import est_pages
from certclient_practice.web.pages.language import use_languages
from certclient_practice.web.pages.letters import letter_pages
from certclient_practice.web.pages.login import login_pages
from certclient_practice.web.pages.login_service import LoginService
from certclient_practice.web.pages.obtain import obtain_pages
from certclient_practice.web.pages.operator import operator_pages
from certclient_practice.web.pages.operator_access import OperatorAccess, guard
from certclient_practice.web.pages.public import public_pages, read_downloads
from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.security import secure
from certclient_practice.web.pages.sessions import WebSession, WebSessions

CMP_TYPE = "application/pkixcmp"

IDLE_SECONDS = 15 * 60.0
"""A login ends after this time without a request."""
OPERATOR_IDLE_SECONDS = 8 * 3600.0
WRONG_ALLOWED = 10
WRONG_SECONDS = 60.0
"""WRONG_ALLOWED wrong PINs or passwords from one address within WRONG_SECONDS cause a pause."""

ROLES = {
    Role.ADMINISTRATOR: LocalizedText(ja="管理者", en="administrator"),
    Role.USER: LocalizedText(ja="利用者", en="user"),
}
STATES = {
    CertificateState.UNCONFIRMED: LocalizedText(ja="未確認", en="not confirmed"),
    CertificateState.CONFIRMED: LocalizedText(ja="有効", en="in use"),
    CertificateState.REVOKED: LocalizedText(ja="失効", en="revoked"),
    CertificateState.SUPERSEDED: LocalizedText(ja="更新済み", en="replaced"),
}
COVERAGE_TEXTS = {
    CoverageState.VALID: LocalizedText(ja="有効", en="valid"),
    CoverageState.RENEWABLE: LocalizedText(ja="更新期間中", en="to be renewed now"),
    CoverageState.CLOSED: LocalizedText(
        ja="有効（更新の受付は終了、取得可能）", en="renewal has closed, can be obtained"
    ),
    CoverageState.OBTAINABLE: LocalizedText(
        ja="期限切れ（取得可能）", en="expired, can be obtained"
    ),
    CoverageState.TOO_LATE: LocalizedText(
        ja="期限切れ（窓口で再発行）", en="expired, reissue at the branch"
    ),
    CoverageState.NEVER: LocalizedText(ja="未取得", en="not obtained yet"),
    CoverageState.REVOKED: LocalizedText(ja="失効", en="revoked"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on guessing and on idle sessions; a load test from one address may need others.

    `monotonic` returns seconds.
    """

    wrong_allowed: int = WRONG_ALLOWED
    wrong_seconds: float = WRONG_SECONDS
    idle_seconds: float = IDLE_SECONDS
    monotonic: Callable[[], float] = time.monotonic

    def rate_limit(self) -> RateLimit:
        """Returns a new counter with these limits; each application has its own."""
        return RateLimit(self.wrong_allowed, self.wrong_seconds, self.monotonic)


def public_app(
    bank: Bank, addresses: Addresses, downloads: Path | None = None, limits: Limits = Limits()
) -> Flask:
    """Builds the application for pages without a client certificate, announcements and CMP.

    CMP is served by POST on `/cmp` and `/.well-known/cmp` (RFC 9811, 3.3). `downloads` is the
    folder with installers. Raises OSError if it cannot be read.
    """
    app = _app(bank)
    responder, revocation = CmpResponder(bank), RevocationService(bank)
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

    @app.get(f"/{CRL_PATH}")
    def crl() -> Response:
        return Response(revocation.crl(), mimetype=CRL_TYPE)

    @app.post(f"/{OCSP_PATH}")
    def ocsp() -> Response:
        return Response(revocation.ocsp_response(request.get_data()), mimetype=OCSP_TYPE)

    return app


def login_app(bank: Bank, public_url: str, limits: Limits = Limits()) -> Flask:
    """Builds the application for the login, the customer's pages and EST.

    The server in front must request a client certificate. Withdraws the tickets of earlier logins.
    """
    app = _app(bank)
    with bank.repositories() as repositories:
        repositories.tickets.withdraw_all(bank.clock())

    def ended(session: WebSession) -> None:
        with bank.repositories() as repositories:
            repositories.tickets.withdraw(session.name)

    sessions = WebSessions(limits.idle_seconds, limits.monotonic, ended)
    login_service = LoginService(bank, public_url, sessions, limits.rate_limit())
    app.register_blueprint(login_pages(login_service))
    app.register_blueprint(customer_pages(login_service))
    app.register_blueprint(est_pages(EstResponder(bank)))
    return app


def operator_app(bank: Bank, key: Secret, public_url: str, limits: Limits = Limits()) -> Flask:
    """Builds the application for the operator, on this computer only and with `key`."""
    app = _app(bank)
    sessions = WebSessions(OPERATOR_IDLE_SECONDS, limits.monotonic)
    access = OperatorAccess(bank, key, sessions, public_url)
    guard(app, access)
    app.register_blueprint(operator_pages(access))
    app.register_blueprint(letter_pages(access))
    return app


def _app(bank: Bank) -> Flask:
    app = Flask(__name__)
    app.jinja_env.globals.update(
        bank_name=BANK_NAME,
        roles=ROLES,
        states=STATES,
        coverage_texts=COVERAGE_TEXTS,
        renew_days=lambda: bank.policy.renewal.renew_days_before,
        obtain_days=lambda: bank.policy.renewal.obtain_days_after,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    use_languages(app)
    secure(app)
    return app
