"""The parts of the main window that show what is known, in one module: loaded once the window is on
the screen (`MainWindow.fill`), and not before."""

from certclient.ui.overview.about_corner import AboutCorner
from certclient.ui.overview.card_actions import CardActions
from certclient.ui.overview.card_menu import Entry
from certclient.ui.overview.card_page import CardPage
from certclient.ui.overview.checked_actions import CheckedActions
from certclient.ui.overview.empty_page import EmptyPage
from certclient.ui.overview.leftover_panel import LeftoverPanel
from certclient.ui.overview.menu_entries import menu_entries
from certclient.ui.overview.notes import CheckingLine, NoteLines
from certclient.ui.overview.others_section import OthersSection
from certclient.ui.overview.owner_state import Act, board_of
from certclient.ui.overview.result_panel import ResultPanel
from certclient.ui.overview.update_notice import UpdateLine
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.boxes import finish_box, new_box

__all__ = [
    "AboutCorner",
    "Act",
    "CardActions",
    "CardPage",
    "CheckedActions",
    "CheckingLine",
    "EmptyPage",
    "Entry",
    "LeftoverPanel",
    "NoteLines",
    "OthersSection",
    "RehearsalBanner",
    "ResultPanel",
    "UpdateLine",
    "board_of",
    "finish_box",
    "menu_entries",
    "new_box",
]
