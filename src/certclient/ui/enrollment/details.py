"""Texts shared by several pages: the certificate's holder, and warnings of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from certclient.ui.enrollment.session import WizardSession


def certificate_details(session: WizardSession) -> list[tuple[str, str]]:
    """Returns pairs of name and value, as far as they are known at this point."""
    catalogue = session.context.catalogue
    lines = [
        (QCoreApplication.translate("holder", "Bank"), session.context.bank(session.profile)),
        (QCoreApplication.translate("holder", "User ID"), session.wizard_state.user_id),
    ]
    current = session.current
    if current is not None:
        certificate = current.stored.certificate
        lines += [
            (QCoreApplication.translate("holder", "Role"), catalogue.role(current.owner.role)),
            (QCoreApplication.translate("holder", "Present certificate"), certificate.common_name),
            (QCoreApplication.translate("holder", "Serial number"), certificate.serial_hex),
            (
                QCoreApplication.translate("holder", "Valid until"),
                catalogue.until(current.life),
            ),
        ]
    return [(name, value) for name, value in lines if value]


def warning_text(session: WizardSession) -> str:
    """Returns errors that did not stop the run, one per line; "" if there are none."""
    shown = [session.context.catalogue.error(error) for error in session.warnings]
    return "\n".join(f"{one.title} — {one.sentence} [{one.code}]" for one in shown)
