"""A context for windows in tests: this process's stores and bank, and a settable clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.diagnosis.examination import Examination
from certclient.enrollment.journal_reading import journal_reader
from certclient.enrollment.observed_state import ObservedState
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.enrollment.preferred_store import PreferredStore
from certclient.enrollment.procedure import Enrollment
from certclient.enrollment.run_results import ResultFile
from certclient.i18n.catalogue import Language
from certclient.model.profile import Profile
from certclient.store.base import CertificateStore
from certclient.ui.context import AppContext
from certclient.ui.language import Languages
from certclient.ui.settings import UiSettings
from certclient.ui.tasks.runner import TaskRunner
from certclient.ui.tasks.state_signals import StateSignals
from support.clocks import SettableClock


@dataclass
class Desktop:
    """The environment of a test's windows. `opened`: the URLs sent to the browser; `stores`: the
    stores shown, which tests add and remove; `search`: finds the stores instead."""

    folder: Path
    profiles: tuple[Profile, ...]
    stores: list[CertificateStore]
    enrollment: Callable[[Profile, Sequence[CertificateStore]], Enrollment]
    statuses: Callable[[], BankStatuses] = BankStatuses
    open_procedures: Callable[[], OpenProcedures] = OpenProcedures
    journal_stamp: Callable[[], Hashable] = lambda: 0
    clock: Callable[[], datetime] = field(default_factory=SettableClock)
    language: Language = Language.JAPANESE
    search: Callable[[], Sequence[CertificateStore]] | None = None
    opened: list[str] = field(default_factory=list)

    @contextmanager
    def context(self) -> Iterator[AppContext]:
        """The context; at the end, closes the task runner as the program does."""
        parent = QObject()
        tasks = TaskRunner(parent)
        languages = Languages(self.language, parent)
        results = ResultFile(self.folder / "results.json")
        journal = journal_reader(self.statuses, self.open_procedures)
        observed = ObservedState(self.clock, results, lambda: secrets.token_hex(8), journal)
        state = StateSignals(observed, parent)
        try:
            yield AppContext(
                profiles=self.profiles,
                stores=self.search or (lambda: list(self.stores)),
                enrollment=self.enrollment,
                statuses=self.statuses,
                open_procedures=self.open_procedures,
                journal_stamp=self.journal_stamp,
                state=state,
                clock=self.clock,
                languages=languages,
                settings=UiSettings(self.folder / "settings.ini"),
                tasks=tasks,
                open_url=self._open,
                data_folder=self.folder,
                preferred_store=PreferredStore(self.folder / "store.json"),
                examine=lambda: Examination(self.clock(), (), (), ""),
            )
        finally:
            ended = tasks.close()
            state.close()
            languages.remove()
            assert ended, "work went on after its windows were closed"

    def _open(self, url: str) -> bool:
        self.opened.append(url)
        return True
