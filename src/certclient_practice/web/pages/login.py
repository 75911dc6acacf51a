"""Login (電子証明書方式) by certificate, ご契約先暗証番号 and 確認用パスワード; logout."""

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
from certclient_practice.bank.bank import Repositories
from certclient_practice.repositories.records import Customer
from certclient_practice.web.pages.customer import landing
from certclient_practice.web.pages.login_service import COOKIE, LoggedInCustomer, LoginService
from certclient_practice.web.pages.security import (
    check_csrf,
    remote_address,
    set_session_cookie,
    too_many,
)
from certclient_practice.web.pages.sessions import LoginStage

_log = logging.getLogger(__name__)

MAX_SECRET = 64
"""Characters of a PIN or password that are read; the rest is ignored."""

_ROLES = {role.value: role for role in Role}


def login_pages(login_service: LoginService) -> Blueprint:
    """Builds `/login`, the pages of its further stages, and the logout."""
    pages = Blueprint("login", __name__)

    @pages.get("/")
    @pages.get("/login")
    def login() -> Response:
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            # An image on another site must not end a customer's session.
            abort(403)
        decision = login_service.decide(_ROLES.get(request.args.get("as", "")))
        customer, certificate = decision.customer, decision.certificate
        if customer is None or certificate is None or not decision.granted:
            return login_service.refused(decision)
        customer_login = login_service.begin(customer, certificate, _first_stage(customer))
        page = _page_of(customer_login) or landing(customer_login)
        return set_session_cookie(page, COOKIE, customer_login.session)

    @pages.get("/login/pin")
    @pages.get("/login/password")
    def again() -> Response:
        """Restarts the login after a reload or a step back."""
        return make_response(redirect(url_for("login.login"), 303))

    @pages.post("/login/pin")
    def pin() -> Response:
        return _check(
            login_service,
            LoginStage.PIN,
            lambda repositories, customer, typed: repositories.customers.pin_is(
                customer.user_id, typed
            ),
        )

    @pages.post("/login/password")
    def password() -> Response:
        return _check(
            login_service,
            LoginStage.PASSWORD,
            lambda repositories, customer, typed: repositories.customers.one_time_password_is(
                customer.user_id, typed
            ),
        )

    @pages.post("/logout")
    def logout() -> Response:
        customer_login = login_service.customer_login()
        if isinstance(customer_login, Response):
            return customer_login
        login_service.sessions.end(check_csrf(customer_login.session))
        page = make_response(
            render_template("logged_out.html", public_url=login_service.public_url)
        )
        page.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return page

    return pages


def _check(
    login_service: LoginService,
    stage: LoginStage,
    fits: Callable[[Repositories, Customer, Secret], bool],
) -> Response:
    """Processes one stage: the input is right, wrong, or not checked as the ID is locked.

    Wrong input counts against the user ID and the address.
    """
    customer_login = login_service.customer_login(stage)
    if isinstance(customer_login, Response):
        return customer_login
    session = check_csrf(customer_login.session)
    wait = login_service.limit.wait_seconds(remote_address())
    if wait:
        return too_many(wait)
    typed = Secret.typed(request.form.get("secret", "")[:MAX_SECRET].strip())
    following = _next_stage(customer_login.customer, stage)
    user_id, allowed = customer_login.customer.user_id, login_service.bank.policy.code_attempts
    with login_service.bank.repositories() as repositories:
        locked = repositories.customers.secret_failures(user_id) >= allowed
        right = not locked and fits(repositories, customer_login.customer, typed)
        if right and following is LoginStage.IN:
            # Only after the last stage: a right PIN must not allow more guesses at the password.
            repositories.customers.clear_secret_failures(user_id)
        elif not right and not locked:
            repositories.customers.count_secret_failure(user_id)
            locked = repositories.customers.secret_failures(user_id) >= allowed
    if not right:
        _log.info("wrong %s of %s, locked: %s", stage.value, user_id, locked)
        login_service.limit.failed(remote_address())
        return make_response(_ask(customer_login, wrong=True, locked=locked), 403)
    further = login_service.sessions.advance(session, following)
    if further is None:
        return make_response(redirect(url_for("login.login"), 303))
    if following is LoginStage.IN:
        page = make_response(redirect(url_for("customer.begin"), 303))
    else:
        page = make_response(_ask_for(following, further.csrf, customer_login.customer.user_id))
    return set_session_cookie(page, COOKIE, further)


def _first_stage(customer: Customer) -> LoginStage:
    if customer.asks_pin:
        return LoginStage.PIN
    return LoginStage.PASSWORD if customer.asks_one_time_password else LoginStage.IN


def _next_stage(customer: Customer, stage: LoginStage) -> LoginStage:
    if stage is LoginStage.PIN and customer.asks_one_time_password:
        return LoginStage.PASSWORD
    return LoginStage.IN


def _page_of(customer_login: LoggedInCustomer) -> Response | None:
    """Returns the page that asks for this stage's secret; None once the customer is logged in."""
    return (
        None
        if customer_login.session.stage is LoginStage.IN
        else make_response(_ask(customer_login))
    )


def _ask(customer_login: LoggedInCustomer, *, wrong: bool = False, locked: bool = False) -> str:
    session = customer_login.session
    return _ask_for(session.stage, session.csrf, session.user_id, wrong=wrong, locked=locked)


def _ask_for(
    stage: LoginStage, csrf: str, user_id: str, *, wrong: bool = False, locked: bool = False
) -> str:
    return render_template(
        "secret.html", stage=stage.value, csrf=csrf, user_id=user_id, wrong=wrong, locked=locked
    )
