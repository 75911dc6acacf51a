"""The operator's pages: customers, certificates and their states, coverage, mails, the clock."""

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
from certclient_practice.bank.bank import DeskError
from certclient_practice.bank.coverage import coverage, id_coverage
from certclient_practice.repositories.records import (
    ADMINISTRATOR_SUFFIX,
    USER_SUFFIX,
    CertificateState,
)
from certclient_practice.web.pages.office import Office

_SUFFIXES = {"administrator": ADMINISTRATOR_SUFFIX, "user": USER_SUFFIX}
_REVOCABLE = (CertificateState.CONFIRMED, CertificateState.UNCONFIRMED)


def operator_pages(office: Office) -> Blueprint:
    """Everything but the letters (`letters.py`)."""
    pages = Blueprint("office", __name__)
    _add_views(pages, office)
    _add_changes(pages, office)
    return pages


def _add_views(pages: Blueprint, office: Office) -> None:
    bank = office.bank

    @pages.get("/")
    def customers() -> str:
        return _customers_page(office)

    @pages.get("/customers/<user_id>")
    def customer(user_id: str) -> str:
        with bank.books() as books:
            found = books.customers.find(user_id)
            if found is None:
                abort(404)
            entry = id_coverage(books, found, bank.clock(), bank.policy.renewal)
            records = books.register.of_customer(user_id)
            failures = books.customers.secret_failures(user_id)
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
        with bank.books() as books:
            contracts = coverage(books, bank.clock(), bank.policy.renewal)
        return render_template("office_coverage.html", contracts=contracts)

    @pages.get("/mails")
    def mails() -> str:
        with bank.books() as books:
            return render_template("office_mails.html", mails=books.mails.all()[::-1])

    @pages.get("/clock")
    def clock() -> str:
        return _clock_page(office)


def _add_changes(pages: Blueprint, office: Office) -> None:
    bank = office.bank

    @pages.post("/customers")
    def add_customer() -> Response:
        office.check_form()
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
        except DeskError as error:
            return make_response(_customers_page(office, str(error)), 400)
        return make_response(redirect(url_for("office.customer", user_id=user_id), 303))

    @pages.post("/customers/<user_id>/unlock")
    def unlock(user_id: str) -> Response:
        office.check_form()
        with bank.books() as books:
            books.customers.clear_secret_failures(user_id)
        return make_response(redirect(url_for("office.customer", user_id=user_id), 303))

    @pages.post("/certificates/<serial>/revoke")
    def revoke(serial: str) -> Response:
        office.check_form()
        try:
            record = bank.revoke(serial)
        except DeskError:
            abort(404)
        return make_response(redirect(url_for("office.customer", user_id=record.user_id), 303))

    @pages.post("/clock")
    def set_clock() -> Response:
        office.check_form()
        try:
            bank.shift_clock(timedelta(days=int(request.form.get("days", ""))))
        except (ValueError, OverflowError, DeskError):
            return make_response(_clock_page(office, wrong=True), 400)
        return make_response(redirect(url_for("office.clock"), 303))


def _customers_page(office: Office, error: str = "") -> str:
    bank = office.bank
    with bank.books() as books:
        entries = [
            id_coverage(books, customer, bank.clock(), bank.policy.renewal)
            for customer in books.customers.all()
        ]
    return render_template("office_customers.html", entries=entries, error=error)


def _clock_page(office: Office, *, wrong: bool = False) -> str:
    clock = office.bank.clock
    return render_template(
        "office_clock.html",
        now=clock(),
        days=round(clock.shift / timedelta(days=1)),
        wrong=wrong,
    )


def _typed(field: str) -> Secret | None:
    """None where the field was left empty: nothing on file."""
    text = request.form.get(field, "").strip()
    return Secret.typed(text) if text else None
