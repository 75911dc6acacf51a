"""電子証明書取得: exchanges user ID and ご契約先暗証番号 for an issue code, shown once."""

from __future__ import annotations

import enum
import hmac
import logging
import secrets
from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template, request

from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.coverage import CoverageState, id_coverage
from certclient_practice.repositories.issue_codes import grouped
from certclient_practice.web.links import obtain_link
from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.security import CSRF_FIELD, remote_address, too_many

_log = logging.getLogger(__name__)

COOKIE = "__Host-practice-form"
MAX_USER_ID = 40
MAX_PIN = 64


class ObtainResult(enum.Enum):
    """The outcome; the value is machine-readable on the page (`data-reason`)."""

    GRANTED = "granted"
    WRONG = "wrong"
    STILL_VALID = "still-valid"
    TOO_LATE = "too-late"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ObtainDecision:
    """The decision; `code` is set only if the result is GRANTED."""

    result: ObtainResult
    code: Secret | None = None


_NO_CODE = {
    CoverageState.VALID: ObtainResult.STILL_VALID,
    CoverageState.RENEWABLE: ObtainResult.STILL_VALID,
    CoverageState.TOO_LATE: ObtainResult.TOO_LATE,
    CoverageState.REVOKED: ObtainResult.REVOKED,
}
"""A PIN alone never replaces a certificate: customers who still have a valid one renew with it, and
those who lost it ask the branch."""


def decide_obtaining(bank: Bank, user_id: str, pin: Secret) -> ObtainDecision:
    """Issues a code for a first issue, or within the days after expiry (S0, S1, S3).

    Wrong PINs stop this page for the ID, not its logins. An unknown ID, a wrong PIN and a stopped
    ID have the same answer, in the same time: nobody learns which IDs exist.
    """
    with bank.repositories() as repositories:
        customers = repositories.customers
        customer = customers.find(user_id)
        fits = customers.pin_is(user_id, pin)
        stopped = customers.obtain_failures(customer) >= bank.policy.code_attempts
        if customer is None or stopped or not fits:
            customers.count_obtain_failure(customer)
            return ObtainDecision(ObtainResult.WRONG)
        customers.clear_obtain_failures(user_id)
        state = id_coverage(repositories, customer, bank.clock(), bank.policy.renewal).state
        if state in _NO_CODE:
            return ObtainDecision(_NO_CODE[state])
        code = repositories.codes.create(
            user_id, bank.clock(), bank.policy.web_code_valid, reissue=False
        )
    return ObtainDecision(ObtainResult.GRANTED, code)


def obtain_pages(bank: Bank, limit: RateLimit) -> Blueprint:
    """Builds the form and its responses; `limit` counts wrong PINs by address."""
    pages = Blueprint("obtain", __name__)

    @pages.get("/obtain")
    def form() -> Response:
        return _form_page()

    @pages.post("/obtain")
    def obtain() -> Response:
        _check_form()
        wait = limit.wait_seconds(remote_address())
        if wait:
            return too_many(wait)
        user_id = request.form.get("user_id", "").strip().upper()[:MAX_USER_ID]
        pin = Secret.typed(request.form.get("pin", "")[:MAX_PIN].strip())
        decision = decide_obtaining(bank, user_id, pin)
        # The input is logged only if it is a known user ID.
        known = user_id if decision.result is not ObtainResult.WRONG else "somebody"
        _log.info("取得 by %s: %s", known, decision.result.value)
        if decision.result is ObtainResult.WRONG:
            limit.failed(remote_address())
            return _form_page(decision.result, user_id, 403)
        return _answer(bank, user_id, decision)

    return pages


def _answer(bank: Bank, user_id: str, decision: ObtainDecision) -> Response:
    if decision.code is None:
        page = render_template("obtain_refused.html", reason=decision.result.value)
        return make_response(page, 403)
    text = decision.code.reveal()
    page = render_template(
        "obtain_code.html",
        user_id=user_id,
        code=grouped(text),
        link=obtain_link(user_id, decision.code),
        minutes=round(bank.policy.web_code_valid.total_seconds() / 60),
    )
    return make_response(page)


def _form_page(
    result: ObtainResult | None = None, user_id: str = "", status: int = 200
) -> Response:
    """Returns the form with a random value that is also set as a cookie.

    Another site knows neither, so it cannot submit the form (double-submit cookie).
    """
    token = secrets.token_urlsafe(32)
    reason = result.value if result is not None else ""
    page = render_template("obtain.html", csrf=token, reason=reason, user_id=user_id)
    response = make_response(page, status)
    response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Strict")
    return response


def _check_form() -> None:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    kept = request.cookies.get(COOKIE, "").encode()
    sent = request.form.get(CSRF_FIELD, "").encode("utf-8", "replace")
    if site != "same-origin" or not kept or not hmac.compare_digest(kept, sent):
        abort(403)
