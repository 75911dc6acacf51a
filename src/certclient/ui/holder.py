"""Whose certificate a page is about: bank, user ID, role, valid until. In the words' language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from certclient.ui.session import Session


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
