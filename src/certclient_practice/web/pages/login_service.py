"""Shared by the pages behind the login: the visitor and whether the login still holds."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for

from certclient.model.certificate import Certificate, Role
from certclient.model.lifecycle import Lifecycle, Stage, lifecycle_of
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.login import LoginDecision, decide_login
from certclient_practice.repositories.records import Customer
from certclient_practice.web.login_messages import notice
from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.security import CLIENT_CERTIFICATE
from certclient_practice.web.pages.sessions import LoginStage as LoginStage
from certclient_practice.web.pages.sessions import WebSession, WebSessions

_log = logging.getLogger(__name__)

COOKIE = "__Host-practice-login"


@dataclass(frozen=True, slots=True)
class LoggedInCustomer:
    """A customer whose certificate was accepted; `session.stage` is the progress of the login."""

    session: WebSession
    customer: Customer
    certificate: Certificate
    life: Lifecycle

    @property
    def renewable(self) -> bool:
        """Whether the renewal notice is shown and 証明書更新 is possible."""
        return self.life.stage is Stage.RENEWABLE


class LoginService:
    """State of one login application. `limit` counts wrong PINs and passwords by address."""

    def __init__(
        self, bank: Bank, public_url: str, sessions: WebSessions, limit: RateLimit
    ) -> None:
        self.bank = bank
        self.public_url = public_url
        self.sessions = sessions
        self.limit = limit

    def decide(self, wanted: Role | None = None) -> LoginDecision:
        """Decides whether the certificate of this connection may log in."""
        return decide_login(self.bank, request.environ.get(CLIENT_CERTIFICATE), wanted)

    def begin(
        self, customer: Customer, certificate: Certificate, stage: LoginStage
    ) -> LoggedInCustomer:
        """Starts a session bound to the certificate's fingerprint; the ID's earlier one ends."""
        session = self.sessions.begin(customer.user_id, certificate.fingerprint, stage)
        return self._customer_login(session, customer, certificate)

    def customer_login(self, stage: LoginStage = LoginStage.IN) -> LoggedInCustomer | Response:
        """Returns the sender of this request, or the page to respond with instead.

        The certificate is checked at every request: one that was superseded or revoked since the
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
        return self._customer_login(session, customer, certificate)

    def refused(self, login: LoginDecision) -> Response:
        """Returns the page (403) with the reason for the refusal and the next step."""
        serial = login.certificate.serial_hex if login.certificate is not None else "none"
        _log.info("login refused: %s, certificate %s", login.result.value, serial)
        page = render_template(
            "refused.html",
            login=login,
            notice=notice(login.result, self.bank.policy.renewal.obtain_days_after),
            public_url=self.public_url,
        )
        return make_response(page, 403)

    def _customer_login(
        self, session: WebSession, customer: Customer, certificate: Certificate
    ) -> LoggedInCustomer:
        life = lifecycle_of(certificate, self.bank.clock(), self.bank.policy.renewal)
        return LoggedInCustomer(session, customer, certificate, life)
