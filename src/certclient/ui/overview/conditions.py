"""The look of a certificate's condition: always an icon and a colour together."""

from __future__ import annotations

from certclient.enrollment.overview import Condition, Row
from certclient.enrollment.procedure_status import ProcedurePhase
from certclient.ui.overview.owner_state import Level, OwnerState, level_of
from certclient.ui.widgets.sign import AMBER, GREEN, PLAIN, RED, Sign
from certclient.ui.widgets.tokens import Severity

_UNFINISHED = Sign("waiting", *AMBER)
_FAILED = Sign("urgent", *RED)

CONDITION_STYLES = {
    Condition.VALID: Sign("valid", *GREEN),
    Condition.RENEWABLE: Sign("renewable", *AMBER),
    Condition.URGENT: Sign("urgent", *RED),
    Condition.OBTAINABLE: Sign("expired", *RED),
    Condition.TOO_LATE: Sign("expired", *RED),
    Condition.REPLACED: Sign("archived", *PLAIN),
    Condition.COPY: Sign("valid", *PLAIN),
    Condition.ARCHIVED: Sign("put-away", *PLAIN),
    Condition.NO_KEY: Sign("no-key", *AMBER),
    Condition.UNREADABLE: Sign("no-key", *AMBER),
    Condition.CA_CERTIFICATE: Sign("archived", *PLAIN),
    Condition.OTHER_ISSUER: Sign("archived", *PLAIN),
    Condition.KEY_KIND: Sign("no-key", *AMBER),
    Condition.NO_GAIN: Sign("renewable", *AMBER),
    Condition.UNFINISHED: _UNFINISHED,
    Condition.NOT_ACCEPTED: Sign("not-accepted", *RED),
}


def sign_of(state: OwnerState) -> tuple[Severity, str]:
    """The colour and the icon of a card's state."""
    row = state.row
    if state.procedure is not None:
        icon = _PHASE_ICONS[state.procedure.phase]
    else:
        icon = style_of(row).icon if row is not None else _UNFINISHED.icon
    return _SEVERITIES[level_of(state)], icon


_PHASE_ICONS = {
    ProcedurePhase.RUNNING: "waiting",
    ProcedurePhase.WAITING: "waiting",
    ProcedurePhase.INTERRUPTED: "waiting",
    ProcedurePhase.FAILED: "urgent",
}

_SEVERITIES = {
    Level.ASKS: Severity.WARNING,
    Level.URGENT: Severity.ERROR,
    Level.ENDED: Severity.ERROR,
    Level.DUE: Severity.WARNING,
    Level.GOES_ON: Severity.INFORMATION,
    Level.GOOD: Severity.SUCCESS,
    Level.QUIET: Severity.NEUTRAL,
}


def style_of(row: Row) -> Sign:
    """Returns the look of a row: of its procedure, if one is open, else of its condition."""
    if row.absent:
        return Sign("usb", *PLAIN)
    if row.procedure is not None:
        return _FAILED if row.procedure.phase is ProcedurePhase.FAILED else _UNFINISHED
    return CONDITION_STYLES[row.condition]
