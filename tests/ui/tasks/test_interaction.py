"""Questions from a procedure in a worker: the windows answer, cancel or are closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.model.progress import Phase, Progress, Step
from certclient.model.secret import Secret
from certclient.store.base import AttemptsLeft, PinRequest
from certclient.ui.tasks.interaction import QtInteraction
from certclient.ui.tasks.runner import TaskRunner

REQUEST = PinRequest("pkcs11:1", "専用USB", AttemptsLeft.FINAL)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    assert runner.close()


@pytest.fixture
def interaction(runner: TaskRunner) -> Iterator[QtInteraction]:
    interaction = QtInteraction(lambda _request: True)
    yield interaction
    interaction.close()


def test_pin_is_passed_on_and_not_kept(
    runner: TaskRunner, interaction: QtInteraction, qtbot: QtBot
) -> None:
    answers: list[Secret | None] = []
    with qtbot.waitSignal(interaction.pin_asked) as blocker:
        runner.run(lambda: interaction.pin(REQUEST), done=answers.append)
    assert blocker.args == [REQUEST]
    secret = Secret("246813")
    interaction.answer(secret)
    qtbot.waitUntil(lambda: len(answers) == 1)
    assert answers == [secret]
    held = [value for value in vars(interaction).values() if value is secret]
    assert held == [], "the interaction keeps no reference"


def test_cancel_returns_none(runner: TaskRunner, interaction: QtInteraction, qtbot: QtBot) -> None:
    answers: list[Secret | None] = []
    request = SecretRequest(SecretKind.BANK_PIN, "TKYM1408054")
    with qtbot.waitSignal(interaction.secret_asked):
        runner.run(lambda: interaction.secret(request), done=answers.append)
    interaction.answer(None)
    qtbot.waitUntil(lambda: answers == [None])


def test_closed_interaction_returns_none_from_then_on(
    runner: TaskRunner, interaction: QtInteraction, qtbot: QtBot
) -> None:
    answers: list[Secret | None] = []

    def work() -> None:
        answers.append(interaction.pin(REQUEST))
        answers.append(interaction.pin(REQUEST))

    with qtbot.waitSignal(interaction.pin_asked):
        task = runner.run(work)
    interaction.close()
    with qtbot.waitSignal(task.ended):
        pass
    assert answers == [None, None]
    assert interaction.stop_requested()


def test_answer_without_a_question_is_ignored(
    runner: TaskRunner, interaction: QtInteraction, qtbot: QtBot
) -> None:
    interaction.answer(Secret("typed too early"))
    answers: list[Secret | None] = []
    with qtbot.waitSignal(interaction.pin_asked):
        runner.run(lambda: interaction.pin(REQUEST), done=answers.append)
    interaction.answer(None)
    qtbot.waitUntil(lambda: answers == [None])


def test_progress_is_emitted_until_the_interaction_closes(
    runner: TaskRunner, interaction: QtInteraction, qtbot: QtBot
) -> None:
    report = Progress(Step.REQUEST, Phase.STARTED)
    with qtbot.waitSignal(interaction.progressed) as progressed:
        runner.run(lambda: interaction.progress(report))
    assert progressed.args == [report]
    interaction.close()
    with qtbot.assertNotEmitted(interaction.progressed, wait=50):
        runner.run(lambda: interaction.progress(report))
