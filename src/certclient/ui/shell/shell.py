"""The application shell: opens windows, routes their signals and ends the program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from certclient.enrollment.interaction import Nobody
from certclient.enrollment.overview import Condition, Overview, Row
from certclient.enrollment.procedure import Finished, LoginResult, Pending, ProcedureView, State
from certclient.enrollment.reminder import Reminder, ReminderBook
from certclient.enrollment.unattended import store_obstacle
from certclient.model.deep_link import DeepLink, Verb
from certclient.model.secret import Secret
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.overview.main_window import MainWindow
from certclient.ui.overview.survey import Survey
from certclient.ui.shell.clock_watch import ClockWatch
from certclient.ui.shell.leaving import Leaving
from certclient.ui.shell.quiet_resume import QuietResume
from certclient.ui.shell.single_instance import Plea, Wish
from certclient.ui.shell.small_notice import SmallNotice
from certclient.ui.shell.tray import Tray
from certclient.ui.shell.update_notice_watch import UpdateWatch
from certclient.ui.shell.wizard_desk import WizardDesk
from certclient.ui.tasks.runner import LOOKING
from certclient.updates.check import UpdateNotice

REMINDERS_FILE = "reminders.json"


class Shell(QObject):
    """One per program. Emits `ended` when there is nothing left to show or to wait for."""

    ended = Signal()

    def __init__(
        self, context: AppContext, *, resident: bool = False, has_tray: bool | None = None
    ) -> None:
        """`resident`: started by the reminder, so it stays in the tray while a certificate is due.
        `has_tray`: None queries the desktop."""
        super().__init__()
        self._context = context
        self._resident = resident
        self._has_tray = Tray.available() if has_tray is None else has_tray
        self._book = ReminderBook(context.data_folder / REMINDERS_FILE)
        self._link: DeepLink | None = None
        self._remind_next = False
        self.window = MainWindow(context)
        self.tray = Tray(context, self)
        self.survey = Survey(context, self)
        self.watch = ClockWatch(context.clock, self)
        self.desk = WizardDesk(context, self)
        self.quiet = QuietResume(context, self)
        self.leaving = Leaving(self.desk, context.tasks, self)
        self.updates = UpdateWatch(context, self)
        self.notice: SmallNotice | None = None
        self._connect()

    def start(self, wish: Wish | None = None) -> None:
        """Starts the survey and the clock, then carries out `wish` (default: show the window)."""
        self.survey.start()
        self.watch.start()
        self.carry_out(wish or Wish())

    def carry_out(self, wish: Wish) -> None:
        """Handles the request of this start or of a second one."""
        if wish.plea is Plea.REMIND:
            self._remind_next = True
            self._act_on(self.survey.overview)
            return
        if wish.plea is Plea.QUIT:
            self.survey.stop()
            self.leaving.begin()
            return
        self._show_window()
        if wish.plea is Plea.REFUSED_LINK:
            self.window.say(
                self.tr(
                    "The link that was opened is not one that this program understands. Nothing"
                    " was done. Please choose below what you want to do."
                )
            )
        elif wish.link is not None:
            self._link = wish.link
            self._act_on(self.survey.overview)

    def close(self) -> None:
        """Closes every window and prompt; open procedures are resumed at the next start."""
        self.survey.stop()
        self.desk.close()
        self.window.removals.close()
        self.window.clearing.close()
        self.tray.hide()
        self.window.hide()

    # Wiring

    def _connect(self) -> None:
        self.survey.changed.connect(self._seen)
        self.updates.found.connect(self.window.updates.show_notices)
        self.updates.news.connect(self._tell_news)
        self.watch.jumped.connect(self.survey.refresh)
        self.watch.ticked.connect(self._tick)
        window, tray = self.window, self.tray
        window.renew_wanted.connect(self.desk.renew)
        window.obtain_wanted.connect(self.desk.obtain)
        window.resume_wanted.connect(self._continue)
        window.continue_wanted.connect(self._resume)
        window.batch_wanted.connect(self.desk.renew_all)
        window.postponed.connect(self._note_rows)
        window.stores_changed.connect(self.survey.refresh)
        # Queued: during closeEvent the window is still visible.
        window.closed.connect(self._settle, Qt.ConnectionType.QueuedConnection)
        self.desk.failed.connect(window.complain)
        self.desk.came_too_late.connect(self._say_too_late)
        self.desk.ended.connect(self._run_ended)
        self.desk.left_unconfirmed.connect(self._left_unconfirmed)
        self.desk.changed.connect(self._settle)
        self.leaving.ready.connect(self._quit)
        self.quiet.finished.connect(self._run_ended)
        self.quiet.called.connect(self._call)
        self.quiet.refused.connect(self._refused)
        self.quiet.tried.connect(self._settle)
        tray.renew_wanted.connect(self.desk.renew)
        tray.notice_wanted.connect(self._show_window)
        tray.open_wanted.connect(self._show_window)
        tray.quit_wanted.connect(self._quit)

    # Background events

    def _seen(self, overview: Overview) -> None:
        self.window.show_overview(overview)
        self.tray.show_overview(overview)
        if self.notice is not None:
            self.notice.show_overview(overview)
        self._act_on(overview)
        self.quiet.look(overview.pending, overview.stores)
        self._settle()

    def _act_on(self, overview: Overview) -> None:
        """Handles requests that had to wait for the first complete survey."""
        if not self.survey.complete:
            return
        if self._link is not None:
            link, self._link = self._link, None
            self._follow(link, overview)
        if self._remind_next:
            self._remind_next = False
            self._remind(overview)

    def _tick(self) -> None:
        """Runs on each tick of ClockWatch: midnight, reminder days and the CA's polling times."""
        self.updates.look()
        if self.survey.complete:
            overview = self.survey.overview.at(self._context.clock())
            self._remind(overview)
            self.quiet.look(overview.pending, overview.stores)

    def _remind(self, overview: Overview) -> None:
        now = self._context.clock()
        due = self._book.due(overview.rows, now)
        if not due:
            return
        self._book.note(due, now)
        rows = [reminder.row for reminder in due]
        self.window.remind(rows)
        if self.window.isVisible():
            return
        if self._has_tray:
            self.tray.show()
            self.tray.remind(rows)
        else:
            self._show_notice(overview)

    def _call(self, view: ProcedureView) -> None:
        """A procedure can continue, but only with the user."""
        self.survey.refresh()
        if self._has_tray and not self.window.isVisible():
            text = self.tr("{0}: open the window and continue.").format(view.user_id)
            title = (
                self.tr("The bank does not know yet that your certificate has arrived")
                if view.state.unconfirmed
                else self.tr("Your certificate can be fetched now")
            )
            self.tray.tell(title, text)

    def _refused(self, view: ProcedureView, error: CertclientError) -> None:
        """The bank does not accept the new certificate, and only the user can obtain another."""
        self.survey.refresh()
        shown = self._context.words.error(error)
        title, text = shown.title, f"{view.user_id}: {shown.next_step} [{shown.code}]"
        if self._has_tray and not self.window.isVisible():
            self.tray.show()
            self.tray.tell(title, text)
        else:
            self._show_window()
            self.window.say(f"{title}\n\n{text}")

    def _left_unconfirmed(self) -> None:
        """The user closed the wizard while the bank still awaits the confirmation."""
        self.survey.refresh()
        title = self.tr("Please leave this PC on and online for a moment")
        text = self.tr(
            "The new certificate is stored, but the bank does not know yet that it has arrived."
            " This program goes on telling it by itself."
        )
        if self._has_tray and not self.window.isVisible():
            self.tray.show()
            self.tray.tell(title, text)
        else:
            self.window.say(f"{title}\n\n{text}")

    def _tell_news(self, notice: UpdateNotice) -> None:
        """Announces a new version from the tray when only the tray icon is visible."""
        if self._has_tray and self.tray.icon.isVisible() and not self.window.isVisible():
            self.tray.tell(self.window.updates.title(notice), self.window.updates.sentence(notice))

    def _follow(self, link: DeepLink, overview: Overview) -> None:
        """Opens the window that asks for consent; a link never acts by itself."""
        if link.profile_id and self._context.profile(link.profile_id) is None:
            self.window.say(self.tr("The link is for a bank that is not set up on this computer."))
            return
        row = _meant(link, overview)
        if row is not None:
            self.window.table.select(row)
            self._doubt(row, overview)
        if link.verb is Verb.OPEN:
            return
        ticket = Secret(link.ticket) if link.ticket else None
        if link.verb is Verb.OBTAIN:
            self.desk.obtain_for(link.user_id, profile_id=link.profile_id, ticket=ticket)
        elif row is not None and row.condition is Condition.UNFINISHED:
            self._resume(row)
        elif row is not None:
            self.desk.renew(row, notice=True, ticket=ticket)
        else:
            self.window.say(
                self.tr(
                    "The certificate that the link is about is not on this computer. If it is on a"
                    " USB token, plug it in and choose it in the list."
                )
            )

    def _resume(self, row: Row) -> None:
        """続ける for a certificate whose procedure is unfinished."""
        view = self.survey.overview.procedure_of(row)
        if view is not None:
            self._continue(view)

    def _continue(self, view: ProcedureView) -> None:
        self.quiet.enter(view.id)
        self.desk.resume(view)

    def _doubt(self, meant: Row, overview: Overview) -> None:
        """Checks with the CA when a link names a certificate other than the one that counts here.

        Anyone can publish such a link, so it proves nothing. The check runs in the background and
        only if it needs no user interaction.
        """
        owner = (meant.profile.id, meant.entry.owner)
        for row in overview.rows:
            same_owner = (row.profile.id, row.entry.owner) == owner
            if row is not meant and same_owner and row.condition.counts:
                self._context.tasks.run(
                    partial(_ask_bank, self._context, row, overview.stores),
                    stores=(LOOKING, *(store.store_id for store in overview.stores)),
                    done=lambda _nothing: self.survey.refresh(),
                    failed=lambda _error: None,
                )

    def _say_too_late(self) -> None:
        self.window.say(
            self.tr(
                "The procedure that the link is about has begun already. Please go on in its"
                " window."
            )
        )

    def _run_ended(self, end: object) -> None:
        self.survey.refresh()
        if isinstance(end, Pending) and end.state.unconfirmed:
            self.quiet.leave(end.procedure_id)
        if self._has_tray and not self.window.isVisible() and isinstance(end, Finished):
            self._tell_finished(end)

    def _tell_finished(self, end: Finished) -> None:
        name, error = end.certificate.common_name, end.login.error
        if end.login.result is LoginResult.FAILED and error is not None:
            shown = self._context.words.error(error)
            self.tray.tell(shown.title, f"{name}: {shown.next_step} [{shown.code}]")
        else:
            self.tray.tell(self.tr("The new certificate is ready"), name)

    # Windows

    def _show_window(self) -> None:
        self._note_rows(self.survey.overview.due)
        self.window.come_forward()
        self.updates.look()

    def _show_notice(self, overview: Overview) -> None:
        if self.notice is None:
            self.notice = SmallNotice(self._context)
            self.notice.card.renew_wanted.connect(self.desk.renew)
            self.notice.card.obtain_wanted.connect(self.desk.renew)
            self.notice.closed.connect(self._settle, Qt.ConnectionType.QueuedConnection)
        self.notice.show_overview(overview)
        self.notice.show()

    def _note_rows(self, rows: Sequence[Row]) -> None:
        """Records that the user has seen these, to avoid a second reminder on the same day."""
        self._book.note([Reminder(row) for row in rows], self._context.clock())

    def _settle(self) -> None:
        """Shows or hides the tray icon, and ends the program when nothing is left."""
        in_tray = self._has_tray and (self._waits or (self._resident and self._due))
        self.tray.icon.setVisible(in_tray or (self._has_tray and self.desk.running))
        stays = in_tray or self.quiet.is_trying(self.survey.overview.pending)
        open_windows = self.window.isVisible() or self.desk.busy or self._notice_visible
        open_windows = open_windows or self.window.says_something
        if self.survey.complete and not open_windows and not stays:
            self.ended.emit()

    @property
    def _notice_visible(self) -> bool:
        return self.notice is not None and self.notice.isVisible()

    @property
    def _due(self) -> bool:
        return bool(self.survey.overview.due)

    @property
    def _waits(self) -> bool:
        pending = self.survey.overview.pending
        return any(view.state is State.WAITING or view.state.unconfirmed for view in pending)

    def _quit(self) -> None:
        self.window.hide()
        self.ended.emit()


def _ask_bank(context: AppContext, row: Row, stores: Sequence[CertificateStore]) -> None:
    """Runs in a worker. Does nothing if using the key needs user interaction."""
    if store_obstacle(row.profile, row.entry) is None:
        context.enrollment(row.profile, stores).check_with_bank(row.entry.stored, Nobody())


def _meant(link: DeepLink, overview: Overview) -> Row | None:
    """Returns the certificate that the link names, or else the one that counts for its user ID. For
    a link without a user ID, returns the most urgent one due."""
    rows = [
        row
        for row in overview.rows
        if link.profile_id in ("", row.profile.id)
        and (not row.folded or row.condition is Condition.REPLACED)
    ]
    if link.user_id:
        own = [row for row in rows if row.entry.owner.user_id == link.user_id]
        own.sort(key=lambda row: not row.condition.counts)
        named = (row for row in own if row.entry.certificate.serial_hex == link.serial)
        return next(named, None) or next(iter(own), None)
    return next((row for row in rows if row.condition.due), None)
