"""Issue letters (way D1): what the post brings, as a page to print."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from certclient_practice.bank.bank import DeskError
from certclient_practice.web.pages.office import Office


def letter_pages(office: Office) -> Blueprint:
    """A letter is made by a form, and its code shown this once."""
    pages = Blueprint("letters", __name__)

    @pages.post("/customers/<user_id>/letter")
    def letter(user_id: str) -> str:
        office.check_form()
        bank = office.bank
        reissue = "reissue" in request.form
        try:
            code = bank.issue_code(user_id, reissue=reissue).reveal()
        except DeskError:
            abort(404)
        return render_template(
            "letter.html",
            user_id=user_id,
            code="-".join(code[i : i + 4] for i in range(0, len(code), 4)),
            today=bank.clock(),
            until=bank.clock() + bank.policy.code_valid,
            download_url=f"{office.public_url}download",
            reissue=reissue,
        )

    return pages
