"""Pages after the login: 重要なお知らせ, the main page and the link to the app."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from certclient_practice.web.links import renew_link
from certclient_practice.web.pages.login_service import LoggedInCustomer, LoginService
from certclient_practice.web.pages.security import check_csrf


def landing(customer_login: LoggedInCustomer) -> Response:
    """Returns the first page after the login: 重要なお知らせ if any, else the main page."""
    if customer_login.renewable:
        return make_response(render_template("notices.html", customer_login=customer_login))
    return make_response(render_template("main.html", customer_login=customer_login))


def customer_pages(login_service: LoginService) -> Blueprint:
    """Builds the pages of a customer who is logged in."""
    pages = Blueprint("customer", __name__)

    @pages.get("/begin")
    def begin() -> Response:
        customer_login = login_service.customer_login()
        return customer_login if isinstance(customer_login, Response) else landing(customer_login)

    @pages.get("/main")
    def main() -> Response:
        return _page(login_service, "main.html")

    @pages.get("/notices")
    def notices() -> Response:
        return _page(login_service, "notices.html")

    @pages.get("/notices/renewal")
    def renewal_notice() -> Response:
        customer_login = login_service.customer_login()
        if not isinstance(customer_login, Response) and not customer_login.renewable:
            return make_response(redirect(url_for("customer.notices"), 303))
        return _page(login_service, "renewal_notice.html")

    @pages.post("/renew")
    def renew() -> Response:
        """Redirects to the app with a single-use ticket of this login."""
        customer_login = login_service.customer_login()
        if isinstance(customer_login, Response):
            return customer_login
        session = check_csrf(customer_login.session)
        if not customer_login.renewable:
            return make_response(render_template("main.html", customer_login=customer_login), 409)
        bank = login_service.bank
        with bank.repositories() as repositories:
            ticket = repositories.tickets.create(
                customer_login.customer.user_id,
                session.name,
                bank.clock(),
                bank.policy.ticket_valid,
            )
        link = renew_link(
            customer_login.customer.user_id, customer_login.certificate.serial_hex, ticket
        )
        return make_response(redirect(link, 303))

    return pages


def _page(login_service: LoginService, template: str) -> Response:
    customer_login = login_service.customer_login()
    if isinstance(customer_login, Response):
        return customer_login
    minutes = round(login_service.bank.policy.ticket_valid.total_seconds() / 60)
    text = render_template(
        template,
        customer_login=customer_login,
        public_url=login_service.public_url,
        minutes=minutes,
    )
    return make_response(text)
