"""What several pages tell: whose certificate it is, and what went not quite right."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from certclient.ui.enrollment.session import Session


def holder_lines(session: Session) -> list[tuple[str, str]]:
    """Name and value, as far as they are known at this point."""
    words = session.context.words
    lines = [
        (QCoreApplication.translate("holder", "Bank"), session.context.bank(session.profile)),
        (QCoreApplication.translate("holder", "User ID"), session.journey.user_id),
    ]
    current = session.current
    if current is not None:
        certificate = current.stored.certificate
        lines += [
            (QCoreApplication.translate("holder", "Role"), words.role(current.owner.role)),
            (QCoreApplication.translate("holder", "Present certificate"), certificate.common_name),
            (QCoreApplication.translate("holder", "Serial number"), certificate.serial_hex),
            (
                QCoreApplication.translate("holder", "Valid until"),
                words.minute(certificate.not_after),
            ),
        ]
    return [(name, value) for name, value in lines if value]


def warnings_told(session: Session) -> str:
    """What did not stop the run but should be known; "" for nothing."""
    shown = [session.context.words.error(error) for error in session.warnings]
    return "\n".join(f"{one.title} — {one.sentence} [{one.code}]" for one in shown)
