"""Logging in (電子証明書方式): certificate, ご契約先暗証番号, 確認用パスワード; and logging out."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from certclient.model.certificate import Role
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Books
from certclient_practice.repositories.records import Customer
from certclient_practice.web.pages.customer import landing
from certclient_practice.web.pages.reception import COOKIE, Reception, Visitor
from certclient_practice.web.pages.security import (
    check_csrf,
    remote_address,
    set_session_cookie,
    too_many,
)
from certclient_practice.web.pages.sessions import Stage

_log = logging.getLogger(__name__)

MAX_SECRET = 64
"""Characters of a PIN or password that are looked at."""

_ROLES = {role.value: role for role in Role}


def login_pages(reception: Reception) -> Blueprint:
    """`/login` and the pages of its further stages."""
    pages = Blueprint("login", __name__)

    @pages.get("/")
    @pages.get("/login")
    def login() -> Response:
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            # An image on a stranger's page must not end a customer's session.
            abort(403)
        decision = reception.decide(_ROLES.get(request.args.get("as", "")))
        customer, certificate = decision.customer, decision.certificate
        if customer is None or certificate is None or not decision.granted:
            return reception.refused(decision)
        visitor = reception.begin(customer, certificate, _first_stage(customer))
        page = _page_of(visitor) or landing(visitor)
        return set_session_cookie(page, COOKIE, visitor.session)

    @pages.get("/login/pin")
    @pages.get("/login/password")
    def again() -> Response:
        """Reloading or going back begins anew; nothing was lost."""
        return make_response(redirect(url_for("login.login"), 303))

    @pages.post("/login/pin")
    def pin() -> Response:
        return _check(
            reception,
            Stage.PIN,
            lambda books, customer, typed: books.customers.pin_is(customer.user_id, typed),
        )

    @pages.post("/login/password")
    def password() -> Response:
        return _check(
            reception,
            Stage.PASSWORD,
            lambda books, customer, typed: books.customers.one_time_password_is(
                customer.user_id, typed
            ),
        )

    @pages.post("/logout")
    def logout() -> Response:
        visitor = reception.visitor()
        if isinstance(visitor, Response):
            return visitor
        reception.sessions.end(check_csrf(visitor.session))
        page = make_response(render_template("logged_out.html", public_url=reception.public_url))
        page.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return page

    return pages


def _check(
    reception: Reception, stage: Stage, fits: Callable[[Books, Customer, Secret], bool]
) -> Response:
    """One stage: what was typed is right, wrong, or not even looked at."""
    visitor = reception.visitor(stage)
    if isinstance(visitor, Response):
        return visitor
    session = check_csrf(visitor.session)
    wait = reception.limit.wait_seconds(remote_address())
    if wait:
        return too_many(wait)
    typed = Secret.typed(request.form.get("secret", "")[:MAX_SECRET].strip())
    following = _next_stage(visitor.customer, stage)
    user_id, allowed = visitor.customer.user_id, reception.bank.policy.code_attempts
    with reception.bank.books() as books:
        locked = books.customers.secret_failures(user_id) >= allowed
        right = not locked and fits(books, visitor.customer, typed)
        if right and following is Stage.IN:
            # Not before the last stage: a right PIN must not buy more guesses at the password.
            books.customers.clear_secret_failures(user_id)
        elif not right and not locked:
            books.customers.count_secret_failure(user_id)
            locked = books.customers.secret_failures(user_id) >= allowed
    if not right:
        _log.info("wrong %s of %s, locked: %s", stage.value, user_id, locked)
        reception.limit.failed(remote_address())
        return make_response(_ask(visitor, wrong=True, locked=locked), 403)
    further = reception.sessions.advance(session, following)
    if further is None:
        return make_response(redirect(url_for("login.login"), 303))
    if following is Stage.IN:
        page = make_response(redirect(url_for("customer.begin"), 303))
    else:
        page = make_response(_ask_for(following, further.csrf, visitor.customer.user_id))
    return set_session_cookie(page, COOKIE, further)


def _first_stage(customer: Customer) -> Stage:
    if customer.asks_pin:
        return Stage.PIN
    return Stage.PASSWORD if customer.asks_one_time_password else Stage.IN


def _next_stage(customer: Customer, stage: Stage) -> Stage:
    if stage is Stage.PIN and customer.asks_one_time_password:
        return Stage.PASSWORD
    return Stage.IN


def _page_of(visitor: Visitor) -> Response | None:
    """The page that asks for what this stage wants; None where the customer is in."""
    return None if visitor.session.stage is Stage.IN else make_response(_ask(visitor))


def _ask(visitor: Visitor, *, wrong: bool = False, locked: bool = False) -> str:
    session = visitor.session
    return _ask_for(session.stage, session.csrf, session.user_id, wrong=wrong, locked=locked)


def _ask_for(
    stage: Stage, csrf: str, user_id: str, *, wrong: bool = False, locked: bool = False
) -> str:
    return render_template(
        "secret.html", stage=stage.value, csrf=csrf, user_id=user_id, wrong=wrong, locked=locked
    )
