"""Issue letters (way D1): the letter that the bank posts, as a printable page."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from certclient_practice.bank.bank import BankAdminError
from certclient_practice.repositories.issue_codes import grouped
from certclient_practice.web.pages.operator_access import OperatorAccess


def letter_pages(access: OperatorAccess) -> Blueprint:
    """Builds the page that creates a letter; its issue code is shown only this once."""
    pages = Blueprint("letters", __name__)

    @pages.post("/customers/<user_id>/letter")
    def letter(user_id: str) -> str:
        access.check_form()
        bank = access.bank
        reissue = "reissue" in request.form
        try:
            code = bank.issue_code(user_id, reissue=reissue).reveal()
        except BankAdminError:
            abort(404)
        return render_template(
            "letter.html",
            user_id=user_id,
            code=grouped(code),
            today=bank.clock(),
            until=bank.clock() + bank.policy.code_valid,
            download_url=f"{access.public_url}download",
            reissue=reissue,
        )

    return pages
