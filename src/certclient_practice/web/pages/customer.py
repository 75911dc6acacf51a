"""What a customer sees after the login: 重要なお知らせ, the main page, and the way to the app."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from certclient_practice.web.links import renew_link
from certclient_practice.web.pages.reception import Reception, Visitor
from certclient_practice.web.pages.security import check_csrf


def landing(visitor: Visitor) -> Response:
    """The first page after the login: 重要なお知らせ where there is one, else the main page."""
    if visitor.renewable:
        return make_response(render_template("notices.html", visitor=visitor))
    return make_response(render_template("main.html", visitor=visitor))


def customer_pages(reception: Reception) -> Blueprint:
    """The pages of a customer who is logged in."""
    pages = Blueprint("customer", __name__)

    @pages.get("/begin")
    def begin() -> Response:
        visitor = reception.visitor()
        return visitor if isinstance(visitor, Response) else landing(visitor)

    @pages.get("/main")
    def main() -> Response:
        return _page(reception, "main.html")

    @pages.get("/notices")
    def notices() -> Response:
        return _page(reception, "notices.html")

    @pages.get("/notices/renewal")
    def renewal_notice() -> Response:
        visitor = reception.visitor()
        if not isinstance(visitor, Response) and not visitor.renewable:
            return make_response(redirect(url_for("customer.notices"), 303))
        return _page(reception, "renewal_notice.html")

    @pages.post("/renew")
    def renew() -> Response:
        """Sends the browser to the app with a ticket of this login: good once, for minutes."""
        visitor = reception.visitor()
        if isinstance(visitor, Response):
            return visitor
        session = check_csrf(visitor.session)
        if not visitor.renewable:
            return make_response(render_template("main.html", visitor=visitor), 409)
        bank = reception.bank
        with bank.books() as books:
            ticket = books.tickets.give(
                visitor.customer.user_id, session.name, bank.clock(), bank.policy.ticket_valid
            )
        link = renew_link(visitor.customer.user_id, visitor.certificate.serial_hex, ticket)
        return make_response(redirect(link, 303))

    return pages


def _page(reception: Reception, template: str) -> Response:
    visitor = reception.visitor()
    if isinstance(visitor, Response):
        return visitor
    minutes = round(reception.bank.policy.ticket_valid.total_seconds() / 60)
    text = render_template(
        template, visitor=visitor, public_url=reception.public_url, minutes=minutes
    )
    return make_response(text)
