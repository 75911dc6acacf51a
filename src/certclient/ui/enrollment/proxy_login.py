"""Asks for the user name and password of a proxy."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from certclient.model.proxy_login import ProxyLogin, ProxyLoginAnswer, ProxyLoginRequest
from certclient.model.secret import Secret
from certclient.ui.context import AppContext
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.widgets.banner import RehearsalBanner
from certclient.ui.widgets.parts import Sentence
from certclient.ui.widgets.sizes import fit_height

_LONGEST = 200


class ProxyLoginDialog(QDialog):
    """Read the answer with `take()`; this works once."""

    def __init__(self, context: AppContext, request: ProxyLoginRequest, parent: QWidget) -> None:
        super().__init__(parent)
        self._request = request
        self._explanation, self._realm, self._wrong = Sentence(), Sentence(), Sentence()
        self._user_label, self._password_label = QLabel(), QLabel()
        self.user, self.password = QLineEdit(), QLineEdit()
        for field in (self.user, self.password):
            field.setMaxLength(_LONGEST)
            field.textChanged.connect(self._typed)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self._user_label.setBuddy(self.user)
        self._password_label.setBuddy(self.password)
        self.keep = QCheckBox()
        self.keep.setVisible(request.can_keep)
        boxes = QDialogButtonBox.StandardButton
        self._buttons = QDialogButtonBox(boxes.Ok | boxes.Cancel)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(RehearsalBanner(context.rehearsal))
        for sentence in (self._wrong, self._explanation, self._realm):
            layout.addWidget(sentence)
        layout.addLayout(self._form())
        layout.addWidget(self.keep)
        layout.addWidget(self._buttons)
        self._retranslate()
        self._typed()
        fit_height(self, layout, 40)

    def take(self) -> ProxyLoginAnswer:
        """Returns what was typed, unchanged, and clears the fields."""
        login = ProxyLogin(self.user.text(), Secret(self.password.text()))
        for field in (self.user, self.password):
            # Unlike clear(), setText() also clears the undo history.
            field.setText("")
        return ProxyLoginAnswer(login, self.keep.isChecked())

    def showEvent(self, event: QShowEvent) -> None:
        """Focuses the first field."""
        super().showEvent(event)
        self.user.setFocus()

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
        return form

    @Slot()
    def _typed(self) -> None:
        complete = bool(self.user.text())
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(complete)

    def _retranslate(self) -> None:
        request = self._request
        self.setWindowTitle(self.tr("User name and password of the proxy"))
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
        self._user_label.setText(self.tr("&User name:"))
        self._password_label.setText(self.tr("&Password:"))
        self.keep.setText(self.tr("&Store them on this PC"))


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
