"""The application shell: opens windows, routes their signals and ends the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from certclient.enrollment.overview import Overview, Row
from certclient.enrollment.procedure import Pending, ProcedureState, ProcedureView
from certclient.enrollment.reminder import Reminder, ReminderHistory
from certclient.model.deep_link import DeepLink
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.result_panel import ResultTexts, grouped
from certclient.ui.overview.store_scanner import StoreScanner
from certclient.ui.shell import loading
from certclient.ui.shell.background_resume import BackgroundResume
from certclient.ui.shell.clock_monitor import ClockMonitor
from certclient.ui.shell.help_opener import HelpOpener
from certclient.ui.shell.link_follower import LinkFollower
from certclient.ui.shell.revocation_monitor import RevocationMonitor
from certclient.ui.shell.shutdown import GracefulShutdown
from certclient.ui.shell.single_instance import InstanceRequest, StartRequest
from certclient.ui.shell.tray import Tray
from certclient.ui.shell.update_monitor import UpdateMonitor
from certclient.ui.shell.wizard_manager import WizardManager

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.procedure_status import ProcedureStatus
    from certclient.ui.context import AppContext
    from certclient.ui.shell.small_notice import SmallNotice
    from certclient.updates.check import UpdateNotice

REMINDERS_FILE = "reminders.json"

PAINTED_MILLISECONDS = 300
"""After the first scan, other work in Python begins: while the list is painted, each of its calls
would wait for the worker's lock."""


class Shell(QObject):
    """One per program. Emits `ended` when there is nothing left to show or to wait for."""

    ended = Signal()

    def __init__(
        self,
        context: AppContext,
        *,
        resident: bool = False,
        has_tray: bool | None = None,
        window: MainWindow | None = None,
    ) -> None:
        """`resident`: started by the reminder, so it stays in the tray while a certificate is due.
        `has_tray`: None queries the desktop. `window`: the one that is open already."""
        super().__init__()
        self._context = context
        self._resident = resident
        self._has_tray = Tray.available() if has_tray is None else has_tray
        self._history = ReminderHistory(context.data_folder / REMINDERS_FILE)
        self._link: DeepLink | None = None
        self._remind_next = False
        self._reported: set[str] = set()
        """Ids of the results that a notification or the window has shown."""
        self._unread: set[str] = set()
        """Ids of those that were shown by a notification only, so that the program stays."""
        self.window = window or MainWindow(context)
        self._result_texts = ResultTexts(context, self)
        self.tray = Tray(context, self)
        self.scanner = StoreScanner(context, self)
        self.watch = ClockMonitor(context.clock, self)
        self.wizard_manager = WizardManager(context, self)
        self.background = BackgroundResume(context, self)
        self.links = LinkFollower(context, self.window, self.wizard_manager, self)
        self.shutdown = GracefulShutdown(self.wizard_manager, context.tasks, self)
        self.updates = UpdateMonitor(context, self)
        self.revocations = RevocationMonitor(context, self)
        self.help = HelpOpener(context, lambda: self.window.help_window, self)
        self.notice: SmallNotice | None = None
        self._painted = QTimer(self, singleShot=True, interval=PAINTED_MILLISECONDS)
        self._painted.timeout.connect(self._preload)
        self._connect()

    def start(self, start_request: StartRequest | None = None) -> None:
        """Starts the survey and the clock, then carries out `start_request` (default: show the
        window)."""
        once = Qt.ConnectionType.SingleShotConnection
        self.scanner.scanned.connect(lambda: self._painted.start(), once)
        self.scanner.start()
        self.watch.start()
        self.carry_out(start_request or StartRequest())

    def carry_out(self, start_request: StartRequest) -> None:
        """Handles the request of this start or of a second one."""
        if start_request.request is InstanceRequest.REMIND:
            self._remind_next = True
            self._act_on(self.scanner.overview)
            return
        if start_request.request is InstanceRequest.QUIT:
            self.scanner.stop()
            self.shutdown.begin()
            return
        self._show_window()
        if start_request.request is InstanceRequest.REFUSED_LINK:
            self.window.show_message(
                self.tr(
                    "The link that was opened is not one that this program understands. Nothing"
                    " was done. Please choose below what you want to do."
                )
            )
        elif start_request.link is not None:
            self._link = start_request.link
            self._act_on(self.scanner.overview)

    def close(self) -> None:
        """Closes every window and prompt; open procedures are resumed at the next start."""
        self._painted.stop()
        self.watch.stop()
        self.scanner.stop()
        self.wizard_manager.close()
        self.window.card_actions.close()
        self.tray.hide()
        self.window.hide()

    # Wiring

    def _connect(self) -> None:
        self._context.state.changed.connect(self._changed)
        self.scanner.scanned.connect(self._scanned)
        self.updates.found.connect(self.window.updates.show_notices)
        self.updates.new_notice.connect(self._notify_update)
        self.watch.jumped.connect(self.scanner.refresh)
        self.watch.ticked.connect(self._tick)
        for signal in (self.scanner.scanned, self.watch.ticked):
            signal.connect(self.revocations.check)
        window, tray = self.window, self.tray
        window.renew_requested.connect(self.wizard_manager.renew)
        window.obtain_requested.connect(self.wizard_manager.obtain)
        window.move_obtain_requested.connect(self.wizard_manager.obtain_for_move)
        window.replacement_wanted.connect(self.wizard_manager.obtain_again)
        window.resume_requested.connect(self._continue)
        window.batch_requested.connect(self.wizard_manager.renew_all)
        window.postponed.connect(self._note_rows)
        window.stores_changed.connect(self.scanner.refresh)
        # Queued: during closeEvent the window is still visible.
        window.closed.connect(self._settle, Qt.ConnectionType.QueuedConnection)
        self.links.resume_requested.connect(self._continue)
        self.links.bank_asked.connect(self.scanner.refresh)
        self.wizard_manager.failed.connect(window.show_error)
        self.wizard_manager.ended.connect(self._run_ended)
        self.wizard_manager.batch_ended.connect(self._report_results)
        self.wizard_manager.left_unconfirmed.connect(self._left_unconfirmed)
        self.wizard_manager.changed.connect(self._settle)
        self.shutdown.ready.connect(self._quit)
        self.background.finished.connect(self._run_ended)
        self.background.attention_required.connect(self._require_attention)
        self.background.refused.connect(self._run_ended)
        self.background.tried.connect(self._settle)
        tray.renew_requested.connect(self.wizard_manager.obtain_again)
        tray.notice_requested.connect(self._show_window)
        tray.open_requested.connect(self._show_window)
        tray.quit_requested.connect(self._quit)

    # Background events

    def _changed(self, _overview: Overview) -> None:
        self.tray.show_overview()
        if self.notice is not None:
            self.notice.show_overview()
        self._settle()

    def _scanned(self) -> None:
        overview = self.scanner.overview
        self._act_on(overview)
        self.background.resume_due(overview.pending, overview.stores)
        self._settle()

    def _preload(self) -> None:
        self._context.tasks.run(
            loading.load_behind_next_click,
            done=lambda _nothing: loading.in_steps(loading.next_click_windows()),
        )

    def _act_on(self, overview: Overview) -> None:
        """Handles requests that had to wait for the first complete survey."""
        if not self.scanner.complete:
            return
        if self._link is not None:
            link, self._link = self._link, None
            self.links.follow(link, overview)
        if self._remind_next:
            self._remind_next = False
            self._remind(overview)
            self._report_results()

    def _tick(self) -> None:
        """Runs on each tick of ClockMonitor: midnight, reminder days and the CA's polling times."""
        self.updates.check()
        if self.scanner.complete:
            overview = self.scanner.overview.at(self._context.clock())
            self._remind(overview)
            self.background.resume_due(overview.pending, overview.stores)

    def _remind(self, overview: Overview) -> None:
        now = self._context.clock()
        due = self._history.due(overview.rows, now)
        if not due:
            return
        self._history.note(due, now)
        rows = [reminder.row for reminder in due]
        self._context.state.state.remind(rows)
        if self.window.isVisible():
            return
        if self._has_tray:
            self.tray.show()
            self.tray.remind(rows)
        else:
            self._show_notice()

    def _require_attention(self, view: ProcedureView) -> None:
        """A procedure can continue, but only with the user."""
        self.scanner.refresh()
        if self._has_tray and not self.window.isVisible():
            text = self.tr("{0}: open the window and continue.").format(view.user_id)
            title = (
                self.tr("The bank does not know yet that your certificate has arrived")
                if view.state.unconfirmed
                else self.tr("Your certificate can be fetched now")
            )
            self.tray.notify(title, text)

    def _left_unconfirmed(self) -> None:
        """The user closed the wizard while the bank still awaits the confirmation."""
        self.scanner.refresh()
        title = self.tr("Please leave this PC on and online for a moment")
        text = self.tr(
            "The new certificate is stored, but the bank does not know yet that it has arrived."
            " This program goes on telling it by itself."
        )
        if self._has_tray and not self.window.isVisible():
            self.tray.show()
            self.tray.notify(title, text)
        else:
            self.window.show_message(f"{title}\n\n{text}")

    def _notify_update(self, notice: UpdateNotice) -> None:
        """Announces a new version from the tray when only the tray icon is visible."""
        if self._has_tray and self.tray.icon.isVisible() and not self.window.isVisible():
            self.tray.notify(
                self.window.updates.title(notice), self.window.updates.sentence(notice)
            )

    def _continue(self, status: ProcedureStatus) -> None:
        """続ける, or the window of what runs."""
        self.background.include(status.procedure_id)
        self.wizard_manager.resume(status)

    def _run_ended(self, end: object) -> None:
        self.scanner.refresh()
        if isinstance(end, Pending) and end.state.unconfirmed:
            self.background.exclude(end.procedure_id)
        self._report_results()

    def _report_results(self) -> None:
        """Tells the ends that no window shows: the main window has them until they are confirmed;
        if only the tray icon is there, a notification opens it."""
        for results in grouped(self._context.state.overview.results):
            ids = {one.id for one in results}
            if ids <= self._reported or self.wizard_manager.is_batch_running(results[0].batch):
                continue
            self._reported |= ids
            if self.window.isVisible():
                continue
            if self._has_tray:
                self.tray.show()
                self.tray.notify(
                    self._result_texts.title(results), self._result_texts.text(results)
                )
                self._unread |= ids
            else:
                self._show_window()

    # Windows

    def _show_window(self) -> None:
        if self.scanner.complete:
            self._note_rows(self.scanner.overview.due)
        self.window.raise_window()
        self._unread.clear()
        self._reported |= {one.id for one in self.scanner.overview.results}
        self.updates.check()

    def _show_notice(self) -> None:
        from certclient.ui.shell.small_notice import SmallNotice

        if self.notice is None:
            self.notice = SmallNotice(self._context)
            self.notice.card.renew_requested.connect(self.wizard_manager.renew)
            self.notice.card.obtain_requested.connect(self.wizard_manager.obtain_again)
            self.notice.closed.connect(self._settle, Qt.ConnectionType.QueuedConnection)
        self.notice.show_overview()
        self.notice.show()

    def _note_rows(self, rows: Sequence[Row]) -> None:
        """Records that the user has seen these, to avoid a second reminder on the same day."""
        self._history.note([Reminder(row) for row in rows], self._context.clock())

    def _settle(self) -> None:
        """Shows or hides the tray icon, and ends the program when nothing is left."""
        waits = self._waits or self._has_unread
        in_tray = self._has_tray and (waits or (self._resident and self._due))
        self.tray.set_visible(visible=in_tray or (self._has_tray and self.wizard_manager.running))
        stays = in_tray or self.background.is_trying(self.scanner.overview.pending)
        open_windows = self.window.isVisible() or self.wizard_manager.busy or self._notice_visible
        open_windows = open_windows or self.window.says_something
        requested = self._remind_next or self._link is not None
        if self.scanner.complete and not (open_windows or stays or requested):
            self.ended.emit()

    @property
    def _notice_visible(self) -> bool:
        return self.notice is not None and self.notice.isVisible()

    @property
    def _has_unread(self) -> bool:
        return any(one.id in self._unread for one in self.scanner.overview.results)

    @property
    def _due(self) -> bool:
        return bool(self.scanner.overview.due)

    @property
    def _waits(self) -> bool:
        pending = self.scanner.overview.pending
        return any(
            view.state is ProcedureState.WAITING or view.state.unconfirmed for view in pending
        )

    def _quit(self) -> None:
        self.window.hide()
        self.ended.emit()
