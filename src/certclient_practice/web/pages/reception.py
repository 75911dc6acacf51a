"""What the pages behind the certificate share: who is here, and is the login still good?"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for

from certclient.model.certificate import Certificate, Role
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.login import Login, decide_login
from certclient_practice.repositories.records import Customer
from certclient_practice.web.login_words import notice
from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.security import CLIENT_CERTIFICATE
from certclient_practice.web.pages.sessions import Session, Sessions
from certclient_practice.web.pages.sessions import Stage as LoginStage

_log = logging.getLogger(__name__)

COOKIE = "__Host-practice-login"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer who is logged in, as far as `session.stage` says."""

    session: Session
    customer: Customer
    certificate: Certificate
    life: Lifecycle

    @property
    def renewable(self) -> bool:
        """Whether the notice is shown and 証明書更新 does something."""
        return self.life.stage is Stage.RENEWABLE


class Reception:
    """One per login application. `limit` counts wrong PINs and passwords by address."""

    def __init__(self, bank: Bank, public_url: str, sessions: Sessions, limit: RateLimit) -> None:
        self.bank = bank
        self.public_url = public_url
        self.sessions = sessions
        self.limit = limit

    def decide(self, wanted: Role | None = None) -> Login:
        """May the certificate of this connection log in?"""
        return decide_login(self.bank, request.environ.get(CLIENT_CERTIFICATE), wanted)

    def begin(self, customer: Customer, certificate: Certificate, stage: LoginStage) -> Visitor:
        session = self.sessions.begin(customer.user_id, certificate.fingerprint, stage)
        return self._visitor(session, customer, certificate)

    def visitor(self, stage: LoginStage = LoginStage.IN) -> Visitor | Response:
        """Who sends this request, or the page to answer with instead.

        The certificate is looked up anew each time: one that was replaced or revoked since the
        login ends the session.
        """
        login = self.decide()
        certificate, customer = login.certificate, login.customer
        subject = certificate.fingerprint if certificate is not None else ""
        session = self.sessions.find(request.cookies.get(COOKIE, ""), subject)
        if certificate is None or customer is None or not login.granted:
            if session is not None:
                self.sessions.end(session)
            return self.refused(login)
        if session is None or session.stage is not stage:
            return make_response(redirect(url_for("login.login"), 303))
        return self._visitor(session, customer, certificate)

    def refused(self, login: Login) -> Response:
        """Says why this certificate does not log in, and what to do."""
        serial = login.certificate.serial_hex if login.certificate is not None else "none"
        _log.info("login refused: %s, certificate %s", login.result.value, serial)
        page = render_template(
            "refused.html",
            login=login,
            notice=notice(login.result, self.bank.policy.renewal.obtain_days_after),
            public_url=self.public_url,
        )
        return make_response(page, 403)

    def _visitor(self, session: Session, customer: Customer, certificate: Certificate) -> Visitor:
        life = lifecycle(certificate.not_after, self.bank.clock(), self.bank.policy.renewal)
        return Visitor(session, customer, certificate, life)
