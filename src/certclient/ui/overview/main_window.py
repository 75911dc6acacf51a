"""The main window: the certificates on this computer and its tokens, and what is due."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMessageBox, QWidget

from certclient.ui.overview.frame_context import EarlyContext
from certclient.ui.overview.window_frame import WindowFrame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QCloseEvent

    from certclient.enrollment.overview import Overview, Row
    from certclient.enrollment.run_results import RunResult
    from certclient.model.errors import CertclientError
    from certclient.ui.context import AppContext
    from certclient.ui.dialogs.help_window import HelpWindow
    from certclient.ui.overview.card_menu import Entry
    from certclient.ui.overview.menu_entries import MenuEntry
    from certclient.ui.overview.owner_card import OwnerCard
    from certclient.ui.overview.owner_state import Act, OwnerState

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


class MainWindow(WindowFrame):
    """Shows the observed state and emits the user's requests; the shell opens the windows for them.

    Created with an `EarlyContext`, it is a frame until `fill` is called.
    """

    renew_requested = Signal(object)
    """The Row to renew; it may have expired."""
    batch_requested = Signal()
    """すべて更新."""
    resume_requested = Signal(object)
    """The ProcedureStatus to resume, or whose window to open."""
    replacement_wanted = Signal(object)
    """The Row whose owner has to obtain a new certificate."""
    postponed = Signal(object)
    """The Rows whose reminder the user postponed."""
    closed = Signal()

    def __init__(self, context: AppContext | EarlyContext) -> None:
        super().__init__(context)
        self.filled = False
        """Whether the window shows more than its frame."""
        self._settings = context.settings
        self._focused = False
        self._help: HelpWindow | None = None
        self._retranslate()
        if not isinstance(context, EarlyContext):
            self.fill(context)

    def fill(self, context: AppContext) -> None:
        """Adds everything that shows the observed state; call it once."""
        for _ in self.filling(context):
            pass

    def filling(self, context: AppContext) -> Iterator[None]:
        """Fills the window in steps, between which other events can be handled."""
        from certclient.ui.overview import contents

        self._context = context
        self.results = contents.ResultPanel(context)
        self.leftovers = contents.LeftoverPanel(context)
        self.cards = contents.CardPage(context)
        yield
        self.others = contents.OthersSection(context, self.cards.texts, self.cards.facts, self)
        self.empty = contents.EmptyPage(context, self._open_entry)
        self.notes = contents.NoteLines(context)
        yield
        self.card_actions = contents.CardActions(context, self)
        yield
        self.updates = contents.UpdateLine(context)
        self.about = contents.AboutCorner(context, self)
        self._checked = contents.CheckedActions(context, self)
        self.checking = contents.CheckingLine(context, self._checked)
        yield
        self._lay_out_contents(contents.RehearsalBanner(context.rehearsal))
        self._connect_requests()
        self._connect_cards()
        yield
        yield from self._preparing_cards(context.state.overview)
        self.actions_row.set_enabled(enabled=True)
        self.actions_row.obtain.setEnabled(bool(context.profiles))
        self.filled = True
        self._retranslate()
        self._show()
        context.state.changed.connect(self._show)

    def _preparing_cards(self, overview: Overview) -> Iterator[None]:
        """Makes the cards of what was last seen, one per step, on the page that is still hidden."""
        from certclient.ui.overview.contents import board_of

        if overview.complete or overview.rows:
            yield from self.cards.preparing(board_of(overview))

    # What is shown

    @property
    def row(self) -> Row | None:
        """The selected certificate: of the card that has the focus or had it last."""
        state = self.cards.state
        return state.row if state is not None else None

    @property
    def asking(self) -> Sequence[OwnerCard]:
        """The cards that ask their user to do something now, from top to bottom."""
        return [card for card in self.cards.cards if card.asks]

    @property
    def card(self) -> OwnerCard:
        """The card that asks most urgently. Raises IndexError if none asks."""
        return self.asking[0]

    @property
    def unfinished(self) -> Sequence[OwnerCard]:
        """The cards of procedures that run, wait or have stopped, from top to bottom."""
        return [card for card in self.cards.cards if card.state.procedure is not None]

    @property
    def help_window(self) -> HelpWindow:
        """The help, made when it is first wanted."""
        if self._help is None:
            from certclient.ui.dialogs.help_window import HelpWindow

            self._help = HelpWindow(self._context, self)
            self._help.show_overview(self._overview)
            self._help.about_requested.connect(self.about.open_window)
        return self._help

    def card_of(self, user_id: str) -> OwnerCard:
        """The card of this user ID. Raises LookupError if there is none."""
        found = [card for card in self.cards.cards if card.state.user_id == user_id]
        if not found:
            raise LookupError(user_id)
        return found[0]

    def select(self, row: Row) -> None:
        """Selects the certificate and shows it; does nothing if it is gone."""
        if not self.cards.select(row) and any(row.name == one.name for one in self._overview.rows):
            self.others.select(row)

    @property
    def _overview(self) -> Overview:
        return self._context.state.overview

    def _show(self) -> None:
        """Shows the observed state, once the stores have been scanned or what was last known of
        them has been read."""
        from certclient.ui.overview.contents import board_of

        overview = self._overview
        self.results.show_results(overview.results)
        if not overview.complete and not overview.rows:
            self._show_page(self.empty)
            return
        board = board_of(overview)
        self.empty.show_overview(overview)
        # Before the page is shown: each card shown on a visible page lays out the whole window.
        self.cards.show_board(board)
        self._show_page(self.cards if board.cards else self.empty, fills=board.as_table)
        self.others.show_others(board.others, overview)
        self.leftovers.show_leftovers(overview.leftovers)
        self.notes.show_overview(tokens_told=not board.cards and self.empty.tells_of_tokens)
        if self._help is not None:
            self._help.show_overview(overview)
        # While a batch goes on, the button raises its window.
        goes_on = any(one.batch and one.local for one in overview.procedures)
        self.actions_row.show_renew_all(shown=goes_on or len(overview.due) > 1)
        self._order_focus()
        self._focus_first()

    def _show_page(self, page: QWidget, *, fills: bool = False) -> None:
        """`fills`: the page takes all the height that is left."""
        other = self.empty if page is self.cards else self.cards
        if page.isHidden():
            self._focused = False
        other.hide()
        page.show()
        self._content.setStretchFactor(page, int(fills))
        self._filler.setVisible(not fills)

    def _focus_first(self) -> None:
        """After the first scan, focuses what is most likely wanted: the button of the most urgent
        card, the card itself, or 電子証明書を取得する."""
        if self._focused:
            return
        self._focused = True
        cards = [one for card in self.cards.cards[:1] for one in (card.act_button, card)]
        for one in (*cards, self.empty.obtain, self.empty.practise, self.actions_row.menu):
            if one.isVisibleTo(self):
                one.setFocus()
                return

    def show_error(self, error: CertclientError, row: Row | None = None) -> None:
        """Shows an error, once at a time; `row` is the certificate concerned, if any."""
        from certclient.ui.dialogs.error_dialog import ErrorDialog

        shown = self.findChildren(ErrorDialog, options=_DIRECT)
        if any(one.isVisible() and one.shows(error) for one in shown):
            return
        self._had_errors = True
        profile = row.profile if row else next(iter(self._context.profiles), None)
        owner = row.entry.owner if row else None
        contact = self._context.contact(profile, owner) if profile else ""
        ErrorDialog(self._context, error, contact, self).open()

    def show_message(self, text: str) -> None:
        """Shows an information box without blocking; the same text once at a time."""
        from certclient.ui.overview.contents import finish_box, new_box

        boxes = self.findChildren(QMessageBox, options=_DIRECT)
        if any(box.isVisible() and box.text() == text for box in boxes):
            return
        box = new_box(QMessageBox.Icon.Information, self.windowTitle(), self)
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        finish_box(box, self._context.rehearsal)
        # Queued: it is still visible while it closes.
        box.finished.connect(self.closed, Qt.ConnectionType.QueuedConnection)
        box.open()

    @property
    def says_something(self) -> bool:
        """Whether a message is open, with or without this window behind it."""
        boxes = (*self.findChildren(QMessageBox, options=_DIRECT), *self._errors())
        return any(box.isVisible() for box in boxes)

    def _errors(self) -> Sequence[QWidget]:
        """The windows of `show_error`, which are not loaded to say that there is none."""
        if not self._had_errors:
            return ()
        from certclient.ui.dialogs.error_dialog import ErrorDialog

        return self.findChildren(ErrorDialog, options=_DIRECT)

    _had_errors = False

    # Layout and connections

    def _lay_out_contents(self, banner: QWidget) -> None:
        self._above = (self.updates, self.results, self.card_actions.undo)
        self._below = (self.others, self.leftovers, self.notes)
        at = self._content.indexOf(self._filler)
        for number, part in enumerate((*self._above, self.cards, self.empty, *self._below)):
            self._content.insertWidget(at + number, part)
        self.cards.hide()
        self._last_row.addWidget(self.checking, 1)
        self._last_row.addWidget(self.about, 0, Qt.AlignmentFlag.AlignRight)
        self._outer.insertWidget(0, banner)

    def _order_focus(self) -> None:
        """Lets Tab go through the window from top to bottom, whatever was made first."""
        cards = (self.empty, *self.cards.parts)
        parts = (self.actions_row, *self._above, *cards, *self._below, self.about)
        order = [one for part in parts for one in (part, *part.findChildren(QWidget))]
        takes = [one for one in order if one.focusPolicy() is not Qt.FocusPolicy.NoFocus]
        if takes != self._takes:
            self._takes = takes
            for before, after in pairwise(takes):
                QWidget.setTabOrder(before, after)

    _takes: Sequence[QWidget] = ()

    def _connect_requests(self) -> None:
        checked, row = self._checked, self.actions_row
        self.results.seen.connect(self._confirm_results)
        refresh = QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self)
        refresh.activated.connect(self.stores_changed)
        row.obtain.clicked.connect(lambda: checked.run(self.obtain_requested.emit))
        row.renew_all.clicked.connect(lambda: checked.run(self.batch_requested.emit))
        row.help.clicked.connect(self._show_help)
        self.empty.obtain.clicked.connect(self.obtain_requested)
        self.card_actions.done.connect(self._store_task_done)
        self.card_actions.failed.connect(self.show_error)
        self.card_actions.changed.connect(self.stores_changed)
        self.others.older.done.connect(self._store_task_done)
        self.others.older.failed.connect(self._older_failed)
        self.leftovers.removal_requested.connect(self.card_actions.cleanup.confirm_removal)

    def _connect_cards(self) -> None:
        from certclient.ui.overview.contents import Entry

        self.cards.acted.connect(self._act)
        self.cards.chosen.connect(self._choose)
        self.cards.postponed.connect(self._postpone)
        self.cards.opened.connect(self._open)
        self.others.activated.connect(lambda state: self._choose(state, Entry.DETAILS))
        self.others.opened.connect(self._order_focus)
        buttons = self.others.actions_row
        for button, entry in (
            (buttons.details, Entry.DETAILS),
            (buttons.archive, Entry.PUT_AWAY),
            (buttons.restore, Entry.BRING_BACK),
            (buttons.delete, Entry.DELETE),
        ):
            button.clicked.connect(lambda _=False, entry=entry: self._choose_other(entry))

    # Qt events

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Saves the geometry, cancels open prompts and emits `closed`. Procedures have windows of
        their own and continue."""
        self._settings.geometry = self.saveGeometry()
        if self.filled:
            self.card_actions.close()
            self.others.older.close_prompt()
        super().closeEvent(event)
        self.closed.emit()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Client certificates"))
        if self.filled:
            from certclient.ui.overview.contents import menu_entries

            context = self._context
            entries = {one.name: one for one in menu_entries() if one.available(context)}
            texts = [(name, entry.text) for name, entry in entries.items()]
            self.actions_row.show_entries(texts, lambda name: self._open_entry(entries[name]))

    # User actions

    def _act(self, state: OwnerState, act: Act) -> None:
        """The one button of a card."""
        from certclient.ui.overview.contents import Act

        row, procedure = state.row, state.procedure
        if procedure is not None:
            self._resume(state)
        elif row is not None and act is Act.OBTAIN:
            self._checked.run_on(row, self.replacement_wanted.emit)
        elif row is not None:
            self._checked.run_on(row, self.renew_requested.emit)

    def _resume(self, state: OwnerState) -> None:
        self.resume_requested.emit(state.procedure)

    def _choose(self, state: OwnerState, entry: Entry) -> None:
        """An entry of 「その他」."""
        from certclient.ui.overview.contents import Entry

        if entry is Entry.GIVE_UP and state.procedure is not None:
            self.card_actions.give_up(state.procedure)
        elif state.row is not None and entry is Entry.RENEW:
            self._checked.run_on(state.row, self.renew_requested.emit)
        elif state.row is not None:
            self._checked.run_on(state.row, lambda row: self.card_actions.act(row, entry))

    def _choose_other(self, entry: Entry) -> None:
        state = self.others.table.chosen_state
        if state is not None:
            self._choose(state, entry)

    def _open(self, state: OwnerState) -> None:
        """Enter or a double click in the table: the window of what runs, else the details."""
        from certclient.ui.overview.contents import Entry

        if state.procedure is not None and state.procedure.running:
            self._resume(state)
        else:
            self._choose(state, Entry.DETAILS)

    def _postpone(self, state: OwnerState) -> None:
        """後で更新する."""
        if state.row is not None:
            self._context.state.state.postpone([state.row])
            self.postponed.emit((state.row,))

    def _confirm_results(self, results: Sequence[RunResult]) -> None:
        self._context.state.state.see(*results)
        self.closed.emit()

    def _open_entry(self, entry: MenuEntry) -> None:
        if entry.needs_stores:
            self._checked.run(lambda: entry.open(self._context, self))
        else:
            entry.open(self._context, self)

    def _show_help(self) -> None:
        self.help_window.show()
        self.help_window.raise_()

    def _store_task_done(self, message: str) -> None:
        self.show_message(message)
        self.stores_changed.emit()

    def _older_failed(self, error: CertclientError) -> None:
        self.show_error(error)
        self.stores_changed.emit()
