"""Why 証明書更新 of the main window has nothing to do for the selected certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.enrollment.overview import Condition, Row
from certclient.model.visible_text import visible

if TYPE_CHECKING:
    from certclient.ui.context import AppContext

_RENEWABLE = (
    Condition.RENEWABLE,
    Condition.URGENT,
    Condition.OBTAINABLE,
    Condition.TOO_LATE,
    Condition.NOT_ACCEPTED,
    Condition.UNFINISHED,
)
"""Conditions that enable 証明書更新; the wizard then shows what the date allows."""


def renewal_obstacle(context: AppContext, row: Row | None) -> str:
    """Returns the reason as a sentence; "" if there is none."""
    translate = QCoreApplication.translate
    if row is None:
        return ""
    if row.absent:
        label = visible(row.entry.store.label)
        return translate("MainWindow", "Plug in the USB token “{0}” first.").format(label)
    if row.procedure is not None or row.condition in _RENEWABLE:
        return ""
    if row.condition is Condition.VALID:
        day = context.catalogue.first(row.entry.life)
        return translate("MainWindow", "It can be renewed from {0}.").format(day)
    return translate("MainWindow", "This certificate cannot be renewed.")
