"""The error page: what happened, why, what to do next, and a button for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPushButton, QWidget

from certclient import __version__
from certclient.enrollment.procedure import Pending, ProcedureState
from certclient.model.errors import CertclientError, ErrorCode
from certclient.ui.diagnosis.button import SaveFactsButton
from certclient.ui.enrollment.messages import actions, for_support, severity_of
from certclient.ui.enrollment.navigation import Action
from certclient.ui.enrollment.pages.base import Button, Buttons, WizardPage, sentences
from certclient.ui.enrollment.pages.failure import Failure
from certclient.ui.widgets.buttons import LinkButton
from certclient.ui.widgets.flow import FlowLayout
from certclient.ui.widgets.pictures import ResultMark
from certclient.ui.widgets.tokens import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from certclient.i18n.catalogue import ErrorText
    from certclient.ui.enrollment.session import WizardSession

_ASIDE = (Action.COPY_FOR_SUPPORT, Action.OPEN_USB_GUIDE)
"""Actions after which the page is still the same."""


class ProblemPage(WizardPage):
    """The first action is the default button; the others are buttons in the page."""

    def __init__(self, session: WizardSession) -> None:
        super().__init__(session)
        self._mark, self.failure = ResultMark(Severity.ERROR), Failure()
        self.head.insertWidget(0, self._mark)
        self._choices = QWidget()
        layout = FlowLayout(self._choices)
        self.body.addWidget(self.failure)
        self.body.addWidget(self._choices)
        self.body.addStretch()
        self.action_buttons: dict[Action, QPushButton] = {}
        for action in Action:
            if action is Action.COPY_FOR_SUPPORT:
                continue  # the failure's own button
            button = LinkButton()
            button.clicked.connect(self._action_texts()[action])
            layout.addWidget(button)
            self.action_buttons[action] = button
        self.facts_button = SaveFactsButton(self.context)
        layout.addWidget(self.facts_button)

    def enter(self) -> None:
        """Clears the “Copied” message."""
        self.failure.forget_copy()

    @property
    def _error(self) -> CertclientError:
        wizard_state = self.session.wizard_state
        if wizard_state.error is not None:
            return wizard_state.error
        cleaned_up = isinstance(wizard_state.outcome, Pending) and wizard_state.outcome.state is (
            ProcedureState.ABANDONED
        )
        return CertclientError(ErrorCode.CONSENT_REFUSED if cleaned_up else ErrorCode.INTERNAL)

    def _actions(self) -> list[Action]:
        has_guide = bool(self.session.profile.usb_guide_url)
        return actions(self._error, self.session.wizard_state, has_usb_guide=has_guide)

    def _error_text(self) -> ErrorText:
        current = self.session.current
        contact = self.context.contact(self.session.profile, current.owner if current else None)
        begun = bool(self.session.wizard_state.procedure_id)
        return self.context.catalogue.error(self._error, contact, begun=begun)

    def _kept(self) -> str:
        """What is left: the page never leaves open whether something was lost."""
        wizard_state = self.session.wizard_state
        if wizard_state.unconfirmed:
            return self.tr(
                "The new certificate is stored, but the bank does not know yet that it has "
                "arrived. Please leave this PC on and online for a moment: this program tries "
                "again by itself."
            )
        if wizard_state.procedure_id:
            return self.tr("What is done so far is recorded. Nothing is lost.")
        return self.tr("Nothing has been changed.")

    def retranslate(self) -> None:
        """See WizardPage.retranslate."""
        offered = self._actions()
        severity = severity_of(self._error)
        copied = Action.COPY_FOR_SUPPORT in offered and severity is not Severity.INFORMATION
        shown = self.failure.show_failure(
            self.session,
            self._error,
            severity,
            kept=self._kept(),
            support=self._support if copied else None,
        )
        self._mark.show_result(severity)
        self.set_heading(shown.title)
        texts = self._texts()
        primary = self._primary(offered)
        for action, button in self.action_buttons.items():
            button.setText(texts[action])
            button.setVisible(action in offered and action is not primary)
        self._choices.setVisible(any(not one.isHidden() for one in self.action_buttons.values()))

    @classmethod
    def _texts(cls) -> Mapping[Action, str]:
        translate = QCoreApplication.translate
        return {
            Action.RETRY: translate("ProblemPage", "&Try again"),
            Action.CHOOSE_PLACE: translate("ProblemPage", "Choose another &place"),
            Action.OBTAIN: translate("ProblemPage", "&Obtain a certificate"),
            Action.OPEN_USB_GUIDE: translate(
                "ProblemPage", "About the US&B token, and its software for download"
            ),
            Action.CLOSE: translate("ProblemPage", "&Close"),
        }

    def _action_texts(self) -> Mapping[Action, Callable[[], None]]:
        return {
            Action.RETRY: self.session.retry,
            Action.CHOOSE_PLACE: self.session.choose_again,
            Action.OBTAIN: self.session.obtain,
            Action.OPEN_USB_GUIDE: self._open_guide,
            Action.CLOSE: lambda: self.session.moved.emit(None),
        }

    @staticmethod
    def _primary(offered: list[Action]) -> Action | None:
        """Returns the default button's action: the first one that goes on here. Copying and a page
        in the browser never are."""
        return next((action for action in offered if action not in _ASIDE), None)

    def buttons(self) -> Buttons:
        """The default action, if there is one, and Close."""
        primary = self._primary(self._actions())
        if primary is Action.CLOSE or primary is None:
            return Buttons(close=self.tr("&Close"))
        button = Button(self._texts()[primary], self._action_texts()[primary])
        return Buttons(primary=button, close=self.tr("&Close"))

    @classmethod
    def primary_texts(cls) -> tuple[str, ...]:
        """See WizardPage.primary_texts."""
        return tuple(
            text for action, text in cls._texts().items() if action not in (*_ASIDE, Action.CLOSE)
        )

    def spoken(self) -> str:
        """What happened, why, and what to do next."""
        return sentences(super().spoken(), self.failure.spoken())

    @property
    def urgent(self) -> bool:
        """See WizardPage.urgent."""
        return True

    def _open_guide(self) -> None:
        self.context.open_url(self.session.profile.usb_guide_url)

    def _support(self) -> str:
        facts = {
            "certclient": __version__,
            "profile": self.session.profile.id,
            "user": self.session.wizard_state.user_id,
            "time": self.context.clock().isoformat(timespec="seconds"),
        }
        return for_support(self._error_text(), facts)
