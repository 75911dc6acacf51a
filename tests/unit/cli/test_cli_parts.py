"""Exit codes, progress, and the fit of the real services."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient import bootstrap
from certclient.bootstrap.commands import COMMANDS
from certclient.cli.exit_codes import EXIT_CODES, worst
from certclient.cli.ports import Services
from certclient.cli.progress import LineView
from certclient.cli.spinner import SpinnerView
from certclient.cli.terminal import SystemTerminal
from certclient.i18n.catalogue import Language, load
from certclient.model.errors import ErrorKind
from certclient.model.progress import Phase, Progress, Step
from support.customer import profile_of
from support.pki import make_lab


def test_every_kind_of_error_has_its_own_exit_code() -> None:
    assert set(EXIT_CODES) == set(ErrorKind)
    assert len(set(EXIT_CODES.values())) == len(ErrorKind)
    assert 0 not in EXIT_CODES.values()


@given(codes=st.lists(st.sampled_from([0, *EXIT_CODES.values()])))
def test_success_is_returned_only_if_everything_succeeded(codes: list[int]) -> None:
    assert (worst(codes) == 0) == all(code == 0 for code in codes)
    assert worst(codes) in (codes or [0])


def test_refusal_outranks_waiting() -> None:
    assert worst([0, EXIT_CODES[ErrorKind.WAITING], EXIT_CODES[ErrorKind.REFUSED]]) == 6
    assert worst([EXIT_CODES[ErrorKind.NOTHING_TO_DO], EXIT_CODES[ErrorKind.WAITING]]) == 4


@pytest.mark.parametrize("view", [LineView, SpinnerView])
def test_each_finished_step_prints_a_line_with_its_duration(
    view: type[LineView | SpinnerView], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = view(load(Language.ENGLISH))
    shown.report(Progress(Step.CREATE_KEY, Phase.STARTED))
    shown.report(Progress(Step.CREATE_KEY, Phase.FINISHED, 12.34))
    shown.report(Progress(Step.WAIT, Phase.STARTED))
    shown.pause()
    output = capsys.readouterr()
    assert "Creating a new key… done (12.3 s)" in output.err
    assert output.out == "", "stdout is reserved for the result"


def test_the_real_services_fit_the_command_line(tmp_path: Path) -> None:
    """mypy checks the types; this test, that opening them needs no network, token or desktop."""
    services = Services(
        commands=COMMANDS,
        profile=lambda _name: profile_of(make_lab()),
        stores=bootstrap.all_stores,
        procedures=lambda profile, stores, max_wait: bootstrap.enrollment(
            profile, stores, max_wait, tmp_path / "journal.sqlite"
        ),
        clock=lambda: datetime.now(UTC),
        terminal=SystemTerminal(),
        log_file=tmp_path / "log",
        policy=bootstrap.policy,
        banks=bootstrap.banks,
        open_procedures=bootstrap.open_procedures,
        leftovers=bootstrap.leftovers,
        statuses=bootstrap.bank_statuses,
        proxy_logins=bootstrap.proxy_logins,
        preferred_store=bootstrap.preferred_store,
    )
    assert services.procedures(services.profile(""), (), 0.0).pending() == []


def test_help_does_not_import_heavy_modules() -> None:
    """`certclient --help` is fast because it imports no network, token or practice bank code."""
    program = (
        "import sys; from certclient.bootstrap import main; sys.argv = ['certclient', '--help'];"
        "code = main(); heavy = {'requests', 'pkcs11', 'rich', 'keyring', 'flask'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
