"""The wizard disables a destination that the policy excludes, and says why."""

from __future__ import annotations

from dataclasses import replace

from certclient.model.destination import Destination
from certclient.model.policy import Policy, restricted
from certclient.ui.enrollment.navigation import WizardPageId
from certclient.ui.enrollment.wizard import EnrollmentWizard
from certclient.ui.widgets.card import ChoiceCard
from support.wizards import UiEnvironment


def test_excluded_destination_shows_the_reason(ui: UiEnvironment) -> None:
    old = ui.add_certificate(ui.pc)
    ui.new_token()
    policy = Policy(destinations=(Destination.PC,))
    context = replace(ui.context(), profiles=(restricted(ui.profile, policy),))
    customer = ui.open(EnrollmentWizard.renew(context, old))
    customer.arrives_at(WizardPageId.START)
    reason = "会社の管理者の設定により、この保存先はご利用いただけません。"
    destinations = {
        card.text().partition("(&")[0]: (card.isEnabled(), card.accessibleDescription())
        for card in customer.wizard.findChildren(ChoiceCard)
    }
    assert destinations == {
        "パソコンに保存する": (True, "今の保存先"),
        "専用USBに保存する": (False, reason),
    }
    assert reason in customer.text
    customer.clicks_on("更新する")
    customer.arrives_at(WizardPageId.DONE)
