"""What a customer does with a new certificate: three steps, and what to keep in mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.model.destination import Destination
from certclient.model.japan_time import in_tokyo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ui.enrollment.summary import IssuanceSummary

translate = QCoreApplication.translate


def next_steps(issuance: IssuanceSummary, running: Sequence[str]) -> list[str]:
    """The steps to the first login. `running`: names of the browsers that run now."""
    if issuance.destination is Destination.USB:
        leave = translate(
            "NextSteps",
            "After logging out, remove the USB token from the PC at once. That protects you from "
            "fraudulent transfers.",
        )
        plug = translate(
            "NextSteps",
            "Plug the USB token into the PC before you log in with this certificate. {choose}",
        )
        return [_close(running), plug.replace("{choose}", _choose(issuance)), leave]
    log_in = translate("NextSteps", "Log in to internet banking.")
    return [_close(running), log_in, _choose(issuance)]


def _close(running: Sequence[str]) -> str:
    if not running:
        return translate("NextSteps", "If a browser is open, close all its windows once.")
    text = translate("NextSteps", "Close all windows of the browser once. Running now: {names}")
    return text.replace("{names}", ", ".join(running))


def _choose(issuance: IssuanceSummary) -> str:
    """Which one to pick in the browser's chooser."""
    certificate = issuance.finished.certificate
    text = translate(
        "NextSteps",
        "If the browser asks which certificate, choose “{name}” that is valid until {until}.",
    )
    until = issuance.catalogue.day(in_tokyo(certificate.not_after).date())
    return text.replace("{name}", certificate.common_name).replace("{until}", until)


def reminders(issuance: IssuanceSummary) -> list[str]:
    """What to keep in mind, on paper too."""
    finished = issuance.finished
    lines = []
    if issuance.destination is Destination.PC:
        lines.append(
            translate(
                "NextSteps",
                "You can log in only from the PC on which this certificate is installed.",
            )
        )
    lines.append(translate("NextSteps", "The certificate is valid for one year."))
    if finished.old_archived:
        lines.append(
            translate(
                "NextSteps", "The old certificate is put away: browsers do not offer it any more."
            )
        )
    elif finished.old_kept:
        lines.append(_kept(issuance).format(serial=finished.certificate.serial_hex))
    return lines


def _kept(issuance: IssuanceSummary) -> str:
    if issuance.finished.login.inconclusive:
        return translate(
            "NextSteps",
            "Until it is known that the new certificate logs in, the old one is left as it was. "
            "The new one has the serial number {serial}.",
        )
    return translate(
        "NextSteps",
        "The old certificate could not be put away, and browsers still offer it. When you log in, "
        "choose the new one (serial number {serial}).",
    )
