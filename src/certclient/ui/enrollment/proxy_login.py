"""Asks for the user name and password of a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QWidget

from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.button_bar import Button, ButtonBar, Buttons
from certclient.ui.widgets.error_panel import FieldMessage
from certclient.ui.widgets.fields import CheckBox, TextField
from certclient.ui.widgets.input_guard import InputGuard
from certclient.ui.widgets.key_hint import KeyHint
from certclient.ui.widgets.labels import Heading, PlainLabel, Sentence, sentences
from certclient.ui.widgets.page import body_layout, page_layout
from certclient.ui.widgets.scroll import Scroll
from certclient.ui.widgets.secret_field import SecretField
from certclient.ui.widgets.sizes import fit_height

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from certclient.ui.context import AppContext
    from certclient.ui.tasks.interaction import QtInteraction

_LONGEST = 200


class ProxyLoginDialog(QDialog):
    """Read the answer with `take()`; this works once."""

    def __init__(self, context: AppContext, request: ProxyLoginRequest, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._request = request
        self._heading = Heading()
        self._explanation, self._realm, self._wrong = Sentence(), Sentence(), FieldMessage()
        self._user_label, self._password_label = PlainLabel(), PlainLabel()
        self.user, self.password = TextField(), SecretField()
        for field in (self.user, self.password):
            field.setMaxLength(_LONGEST)
            field.textChanged.connect(self._typed)
        self._user_label.setBuddy(self.user)
        self._password_label.setBuddy(self.password)
        self.keep = CheckBox()
        self.keep.setVisible(request.can_keep)
        self.bar = ButtonBar(self.reject)
        InputGuard(self)
        body = QWidget()
        inner = body_layout(body)
        for sentence in (self._heading, self._explanation, self._realm, self._wrong):
            inner.addWidget(sentence)
        inner.addLayout(self._form())
        inner.addWidget(self.keep)
        inner.addStretch(1)
        banner = RehearsalBanner(context.rehearsal)
        layout = page_layout(self, banner, Scroll(body), self.bar)
        self._retranslate()
        fit_height(self, layout, 40)

    def take(self) -> ProxyLoginAnswer:
        """Returns what was typed, unchanged, and clears the fields."""
        login = ProxyLogin(self.user.text(), Secret.taken(self.password.take()))
        self.user.setText("")  # unlike clear(), this also clears the undo history
        return ProxyLoginAnswer(login, self.keep.isChecked())

    def showEvent(self, event: QShowEvent) -> None:
        """Focuses the first field and has a screen reader say what is asked for."""
        super().showEvent(event)
        self.user.setFocus()
        wrong = self._wrong.text()
        said = sentences(self.windowTitle(), wrong, self._explanation.text())
        self._context.announce(self, said, urgent=bool(wrong))

    def changeEvent(self, event: QEvent) -> None:
        """Retranslates on a language switch."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self._user_label, self.user)
        form.addRow(self._password_label, self.password)
        form.addRow("", KeyHint(self.password))
        return form

    @Slot()
    def _typed(self) -> None:
        answer = Button(self.tr("&Next"), self.accept, bool(self.user.text()))
        self.bar.offer(Buttons(primary=answer, close=self.tr("&Cancel")), typing=True)
        self.bar.retire()

    def _retranslate(self) -> None:
        request = self._request
        self.setWindowTitle(self.tr("User name and password of the proxy"))
        self._heading.set_text(self.windowTitle())
        self._explanation.set_text(
            self.tr(
                "The device that relays your company's traffic to the Internet, the proxy {proxy}, "
                "wants to know who you are. Please enter the user name and password for it, not "
                "those of internet banking. If you do not know them, ask the person who manages "
                "your PCs."
            ).format(proxy=request.proxy)
        )
        realm = self.tr("The proxy describes itself as: {realm}").format(realm=request.realm)
        self._realm.set_text(realm if request.realm else "")
        wrong = self.tr(
            "The user name or the password was wrong. After several wrong ones, the proxy may lock "
            "you out."
        )
        self._wrong.set_text(wrong if request.previous_incorrect else "")
        for field in (self.user, self.password):
            field.setAccessibleDescription(self._wrong.text())
        self._user_label.setText(self.tr("&User name:"))
        self._password_label.setText(self.tr("&Password:"))
        self.keep.setText(self.tr("&Store them on this PC"))
        self._typed()


class ProxyLoginPrompt(QObject):
    """Answers the proxy questions of one `QtInteraction` by a dialog over `window`."""

    def __init__(self, context: AppContext, interaction: QtInteraction, window: QWidget) -> None:
        super().__init__(interaction)
        self._context = context
        self._interaction = interaction
        self._window = window
        self._dialog: ProxyLoginDialog | None = None
        interaction.proxy_login_asked.connect(self._ask)

    @Slot(object)
    def _ask(self, request: ProxyLoginRequest) -> None:
        top = self._window.window()
        if not top.isVisible():  # a closed wizard goes on in the background
            top.show()
            top.raise_()
            top.activateWindow()
        dialog = ProxyLoginDialog(self._context, request, top)
        self._dialog = dialog
        dialog.finished.connect(self._answered)
        dialog.open()

    @Slot(int)
    def _answered(self, result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None:
            return
        accepted = result == QDialog.DialogCode.Accepted.value
        self._interaction.answer(dialog.take() if accepted else None)
        dialog.deleteLater()
