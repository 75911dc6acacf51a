"""The wizard's pages, each made shortly before it is first needed: all at once would stall the
window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.pages.checks import ChecksPage
from certclient.ui.enrollment.pages.done import DonePage
from certclient.ui.enrollment.pages.letter import LetterPage
from certclient.ui.enrollment.pages.notice import NoticePage
from certclient.ui.enrollment.pages.paused import PausedPage
from certclient.ui.enrollment.pages.problem import ProblemPage
from certclient.ui.enrollment.pages.start import StartPage
from certclient.ui.enrollment.pages.too_late import TooLatePage
from certclient.ui.enrollment.pages.waiting import WaitingPage
from certclient.ui.enrollment.pages.work import WorkPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from certclient.ui.enrollment.pages.base import WizardPage
    from certclient.ui.enrollment.session import WizardSession

_CLASSES: Mapping[WizardPageId, type[WizardPage]] = {
    WizardPageId.NOTICE: NoticePage,
    WizardPageId.CHECKS: ChecksPage,
    WizardPageId.START: StartPage,
    WizardPageId.DONE: DonePage,
    WizardPageId.WAITING: WaitingPage,
    WizardPageId.PAUSED: PausedPage,
    WizardPageId.TOO_LATE: TooLatePage,
    WizardPageId.PROBLEM: ProblemPage,
}
"""All but the two that share the issue code."""

_FOLLOWING: Mapping[WizardPageId, WizardPageId] = {
    WizardPageId.NOTICE: WizardPageId.CHECKS,
    WizardPageId.CHECKS: WizardPageId.START,
    WizardPageId.LETTER: WizardPageId.CHECKS,
    WizardPageId.START: WizardPageId.WORK,
    WizardPageId.WORK: WizardPageId.DONE,
}


class WizardPages:
    """The pages of one wizard by their ids."""

    def __init__(self, session: WizardSession, added: Callable[[WizardPage], None]) -> None:
        """`added` is called with each page that has been made, before it is shown."""
        self._session, self._added = session, added
        self._made: dict[WizardPageId, WizardPage] = {}
        self._letter: LetterPage | None = None

    def __getitem__(self, page_id: WizardPageId) -> WizardPage:
        """The page, made now if it has not been."""
        if page_id not in self._made:
            self._add(page_id, self._new(page_id))
        return self._made[page_id]

    def make_following(self, page_id: WizardPageId) -> None:
        """Makes the page that usually comes after `page_id`: call it while nothing else happens, so
        that a click or the end of a run has less to do."""
        following = _FOLLOWING.get(page_id)
        if following is not None:
            self[following]

    @property
    def made(self) -> Sequence[WizardPage]:
        """Those that have been made so far."""
        return list(self._made.values())

    @property
    def letter(self) -> LetterPage | None:
        """The page with the issue code, None before it is made."""
        return self._letter

    def _new(self, page_id: WizardPageId) -> WizardPage:
        if page_id is WizardPageId.LETTER:
            return self._new_letter()
        if page_id is WizardPageId.WORK:
            return WorkPage(self._session, self._letter_now)
        return _CLASSES[page_id](self._session)

    def _new_letter(self) -> LetterPage:
        self._letter = LetterPage(self._session)
        return self._letter

    def _letter_now(self) -> LetterPage:
        letter = self._letter
        if letter is None:
            letter = self._new_letter()
            self._add(WizardPageId.LETTER, letter)
        return letter

    def _add(self, page_id: WizardPageId, page: WizardPage) -> None:
        page.hide()
        self._made[page_id] = page
        self._added(page)


def primary_texts() -> Iterator[str]:
    """Every text that the primary button can have on any page."""
    classes: tuple[type[WizardPage], ...] = (LetterPage, WorkPage, *_CLASSES.values())
    for page in classes:
        yield from page.primary_texts()
