"""電子証明書取得: user ID and ご契約先暗証番号 for an issue code, shown once."""

from __future__ import annotations

import enum
import hmac
import logging
import secrets
from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template, request

from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank, Books
from certclient_practice.bank.coverage import Standing, id_coverage
from certclient_practice.web.links import obtain_link
from certclient_practice.web.pages.rate_limit import RateLimit
from certclient_practice.web.pages.security import CSRF_FIELD, remote_address, too_many

_log = logging.getLogger(__name__)

COOKIE = "__Host-practice-form"
MAX_USER_ID = 40
MAX_PIN = 64


class ObtainResult(enum.Enum):
    """The value is what programs read on the page (`data-reason`)."""

    GRANTED = "granted"
    WRONG = "wrong"
    LOCKED = "locked"
    STILL_VALID = "still-valid"
    TOO_LATE = "too-late"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Obtaining:
    """The decision; `code` only where it is GRANTED."""

    result: ObtainResult
    code: Secret | None = None


_NO_CODE = {
    Standing.VALID: ObtainResult.STILL_VALID,
    Standing.RENEWABLE: ObtainResult.STILL_VALID,
    Standing.TOO_LATE: ObtainResult.TOO_LATE,
    Standing.REVOKED: ObtainResult.REVOKED,
}
"""With a PIN alone nobody gets past a certificate: who still has one renews with it, and who lost
it asks the branch."""


def decide_obtaining(bank: Bank, user_id: str, pin: Secret) -> Obtaining:
    """A code for a first issue, or within the days after expiry (S0, S1, S3). Wrong PINs count."""
    with bank.books() as books:
        customer = books.customers.find(user_id)
        if customer is None:
            return Obtaining(ObtainResult.WRONG)
        if books.customers.secret_failures(user_id) >= bank.policy.code_attempts:
            return Obtaining(ObtainResult.LOCKED)
        if not books.customers.pin_is(user_id, pin):
            return Obtaining(_wrong(bank, books, user_id))
        books.customers.clear_secret_failures(user_id)
        standing = id_coverage(books, customer, bank.clock(), bank.policy.renewal).standing
        if standing in _NO_CODE:
            return Obtaining(_NO_CODE[standing])
        code = books.codes.give(user_id, bank.clock(), bank.policy.web_code_valid, reissue=False)
    return Obtaining(ObtainResult.GRANTED, code)


def obtain_pages(bank: Bank, limit: RateLimit) -> Blueprint:
    """The form and its answers."""
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
        # What was typed as user ID is logged only once it is known to be one.
        known = user_id if decision.result is not ObtainResult.WRONG else "somebody"
        _log.info("取得 by %s: %s", known, decision.result.value)
        if decision.result in (ObtainResult.WRONG, ObtainResult.LOCKED):
            limit.failed(remote_address())
            return _form_page(decision.result, user_id, 403)
        return _answer(bank, user_id, decision)

    return pages


def _wrong(bank: Bank, books: Books, user_id: str) -> ObtainResult:
    books.customers.count_secret_failure(user_id)
    return ObtainResult.WRONG


def _answer(bank: Bank, user_id: str, decision: Obtaining) -> Response:
    if decision.code is None:
        page = render_template("obtain_refused.html", reason=decision.result.value)
        return make_response(page, 403)
    text = decision.code.reveal()
    page = render_template(
        "obtain_code.html",
        user_id=user_id,
        code="-".join(text[i : i + 4] for i in range(0, len(text), 4)),
        link=obtain_link(user_id, decision.code),
        minutes=round(bank.policy.web_code_valid.total_seconds() / 60),
    )
    return make_response(page)


def _form_page(
    result: ObtainResult | None = None, user_id: str = "", status: int = 200
) -> Response:
    """The form carries a random value that the cookie has, too: another site knows neither."""
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
