"""The wizard at a token's PIN prompt."""

from __future__ import annotations

from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from support.softhsm import SoftHsmToken
from support.wizards import UiEnvironment, WizardDriver


def open_pin_page(ui: UiEnvironment, token: SoftHsmToken) -> WizardDriver:
    """A4: 証明書更新 in the main window, 更新する, up to the PIN prompt."""
    old = ui.add_certificate(token.store())
    customer = ui.open(EnrollmentWizard.renew(ui.context(), old))
    customer.arrives_at(WizardPageId.START)
    assert "30秒〜1分程度" in customer.text
    customer.clicks_on("更新する")
    customer.shows_question("PIN")
    return customer
