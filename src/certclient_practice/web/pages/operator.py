"""The operator's pages: customers, certificates, coverage, mails and the clock."""

from __future__ import annotations

from datetime import timedelta

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

from certclient.model.secret import Secret
from certclient_practice.bank.bank import BankAdminError
from certclient_practice.bank.coverage import coverage, id_coverage
from certclient_practice.repositories.records import (
    ADMINISTRATOR_SUFFIX,
    USER_SUFFIX,
    CertificateState,
)
from certclient_practice.web.pages.operator_access import OperatorAccess

_SUFFIXES = {"administrator": ADMINISTRATOR_SUFFIX, "user": USER_SUFFIX}
_REVOCABLE = (CertificateState.CONFIRMED, CertificateState.UNCONFIRMED)


def operator_pages(access: OperatorAccess) -> Blueprint:
    """Builds all operator pages but the letters (`letters.py`)."""
    pages = Blueprint("office", __name__)
    _add_views(pages, access)
    _add_changes(pages, access)
    return pages


def _add_views(pages: Blueprint, access: OperatorAccess) -> None:
    bank = access.bank

    @pages.get("/")
    def customers() -> str:
        return _customers_page(access)

    @pages.get("/customers/<user_id>")
    def customer(user_id: str) -> str:
        with bank.repositories() as repositories:
            found = repositories.customers.find(user_id)
            if found is None:
                abort(404)
            entry = id_coverage(repositories, found, bank.clock(), bank.policy.renewal)
            records = repositories.register.of_customer(user_id)
            failures = repositories.customers.secret_failures(user_id)
        return render_template(
            "office_customer.html",
            entry=entry,
            records=records,
            revocable=_REVOCABLE,
            locked=failures >= bank.policy.code_attempts,
        )

    @pages.get("/certificates")
    def certificates() -> str:
        return render_template("office_certificates.html", records=bank.certificates()[::-1])

    @pages.get("/coverage")
    def coverage_page() -> str:
        with bank.repositories() as repositories:
            contracts = coverage(repositories, bank.clock(), bank.policy.renewal)
        return render_template("office_coverage.html", contracts=contracts)

    @pages.get("/mails")
    def mails() -> str:
        with bank.repositories() as repositories:
            return render_template("office_mails.html", mails=repositories.mails.all()[::-1])

    @pages.get("/clock")
    def clock() -> str:
        return _clock_page(access)


def _add_changes(pages: Blueprint, access: OperatorAccess) -> None:
    bank = access.bank

    @pages.post("/customers")
    def add_customer() -> Response:
        access.check_form()
        form = request.form
        user_id = form.get("user_id", "").strip().upper()
        try:
            bank.add_customer(
                user_id,
                _SUFFIXES.get(form.get("role", ""), USER_SUFFIX),
                pin=_typed("pin"),
                one_time_password=_typed("one_time_password"),
                contract_id=form.get("contract_id", "").strip().upper(),
                email=form.get("email", "").strip(),
            )
        except BankAdminError as error:
            return make_response(_customers_page(access, str(error)), 400)
        return make_response(redirect(url_for("office.customer", user_id=user_id), 303))

    @pages.post("/customers/<user_id>/unlock")
    def unlock(user_id: str) -> Response:
        access.check_form()
        with bank.repositories() as repositories:
            repositories.customers.clear_secret_failures(user_id)
        return make_response(redirect(url_for("office.customer", user_id=user_id), 303))

    @pages.post("/certificates/<serial>/revoke")
    def revoke(serial: str) -> Response:
        access.check_form()
        try:
            record = bank.revoke(serial)
        except BankAdminError:
            abort(404)
        return make_response(redirect(url_for("office.customer", user_id=record.user_id), 303))

    @pages.post("/clock")
    def set_clock() -> Response:
        access.check_form()
        try:
            bank.shift_clock(timedelta(days=int(request.form.get("days", ""))))
        except (ValueError, OverflowError, BankAdminError):
            return make_response(_clock_page(access, wrong=True), 400)
        return make_response(redirect(url_for("office.clock"), 303))


def _customers_page(access: OperatorAccess, error: str = "") -> str:
    bank = access.bank
    with bank.repositories() as repositories:
        entries = [
            id_coverage(repositories, customer, bank.clock(), bank.policy.renewal)
            for customer in repositories.customers.all()
        ]
    return render_template("office_customers.html", entries=entries, error=error)


def _clock_page(access: OperatorAccess, *, wrong: bool = False) -> str:
    clock = access.bank.clock
    return render_template(
        "office_clock.html",
        now=clock(),
        days=round(clock.shift / timedelta(days=1)),
        wrong=wrong,
    )


def _typed(field: str) -> Secret | None:
    """Returns None for an empty field: the customer then has no such secret."""
    text = request.form.get(field, "").strip()
    return Secret.typed(text) if text else None
