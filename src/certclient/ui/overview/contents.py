"""The parts of the main window that show what is known, in one module: loaded once the window is on
the screen (`MainWindow.fill`), and not before."""

from certclient.ui.dialogs.details import DetailsDialog
from certclient.ui.dialogs.error_dialog import ErrorDialog
from certclient.ui.dialogs.help_window import HelpWindow
from certclient.ui.overview.about_corner import AboutCorner
from certclient.ui.overview.archiving import ArchiveAction, ArchiveTask, confirm_delete, possible
from certclient.ui.overview.certificate_table import CertificateTable
from certclient.ui.overview.checked_actions import CheckedActions
from certclient.ui.overview.cleanup import ProcedureCleanup
from certclient.ui.overview.empty_page import EmptyPage
from certclient.ui.overview.leftover_panel import LeftoverPanel
from certclient.ui.overview.models import row_at
from certclient.ui.overview.notes import ActionLine, CheckingLine, NoteLines
from certclient.ui.overview.notice_card import NoticeCard
from certclient.ui.overview.older_archived import OlderCertificatesLine
from certclient.ui.overview.pending_panel import PendingPanel
from certclient.ui.overview.pin_change import PinChangeTask, any_pin, can_change_pin
from certclient.ui.overview.renewal_obstacle import renewal_obstacle
from certclient.ui.overview.result_panel import ResultPanel
from certclient.ui.overview.revoking import RevocationTask, can_revoke
from certclient.ui.overview.update_notice import UpdateLine
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.boxes import finish_box, new_box
from certclient.ui.widgets.parts import tool_tip

__all__ = [
    "AboutCorner",
    "ActionLine",
    "ArchiveAction",
    "ArchiveTask",
    "CertificateTable",
    "CheckedActions",
    "CheckingLine",
    "DetailsDialog",
    "EmptyPage",
    "ErrorDialog",
    "HelpWindow",
    "LeftoverPanel",
    "NoteLines",
    "NoticeCard",
    "OlderCertificatesLine",
    "PendingPanel",
    "PinChangeTask",
    "ProcedureCleanup",
    "RehearsalBanner",
    "ResultPanel",
    "RevocationTask",
    "UpdateLine",
    "any_pin",
    "can_change_pin",
    "can_revoke",
    "confirm_delete",
    "finish_box",
    "new_box",
    "possible",
    "renewal_obstacle",
    "row_at",
    "tool_tip",
]
