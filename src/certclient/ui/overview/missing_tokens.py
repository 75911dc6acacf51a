"""Why no certificate was found: a USB token or its software is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.enrollment.store_problems import store_problems, with_guide
from certclient.model.destination import Destination
from certclient.model.errors import ErrorCode

if TYPE_CHECKING:
    from certclient.ui.context import AppContext


@dataclass(frozen=True, slots=True)
class Missing:
    """`text`: what is missing and what to do, "" for nothing; `codes`: the errors' codes; `page`:
    the bank's page about USB tokens and their software, "" for none."""

    text: str = ""
    codes: str = ""
    page: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


def reasons(context: AppContext) -> Missing:
    """What keeps a user who has or had a token from seeing its certificates."""
    overview, catalogue = context.state.overview, context.catalogue
    if not overview.statuses.token_used and not _any_token(context):
        return Missing()
    lines, codes, page = [], [], ""
    for store, error in store_problems(overview, context.profiles):
        if store.destination is Destination.USB:
            shown = catalogue.error(error)
            lines.append(f"{context.place(store)}: {shown.title}\n{shown.next_step}")
            codes.append(shown.code)
            page = page or error.data.get("guide", "")
    return Missing("\n\n".join(dict.fromkeys(lines)), ", ".join(dict.fromkeys(codes)), page)


def _any_token(context: AppContext) -> bool:
    """Whether a token was seen that cannot be used now."""
    overview = context.state.overview
    return any(
        store.destination is Destination.USB
        and overview.unusable[store.store_id].code is not ErrorCode.STORE_MIDDLEWARE_MISSING
        and "problem" not in overview.unusable[store.store_id].data
        for store in overview.stores
        if store.store_id in overview.unusable
    )


def missing_software(context: AppContext) -> Missing:
    """For somebody without any certificate, who may have a USB token: its software is missing."""
    overview = context.state.overview
    missing = [
        with_guide(error, context.profiles)
        for error in overview.unusable.values()
        if error.code is ErrorCode.STORE_MIDDLEWARE_MISSING
    ]
    if not missing:
        return Missing()
    page = next((error.data["guide"] for error in missing if "guide" in error.data), "")
    text = QCoreApplication.translate(
        "EmptyPage",
        "If you have a USB token: the software that belongs to it is not installed on this PC. "
        "Please install it first.",
    )
    return Missing(text, page=page)
