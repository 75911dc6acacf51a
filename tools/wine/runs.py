"""pytest on the Windows Python, each run in a fresh Windows of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.translations import compile_changed
from tools.wine.cache import Cache, PartError
from tools.wine.dlls import with_dlls
from tools.wine.office import practice_bank
from tools.wine.parts import Parts
from tools.wine.sandbox import ROOT, SITE, Sandbox

_PYTHON_PATH = (r"Z:\project\src", SITE)
_BYTECODE = "bytecode"


@dataclass(frozen=True, slots=True)
class Run:
    """`dlls`: those of ours that take the place of Wine's, beside Qt's. `tests`: what pytest is
    given. `screen`: with a screen, and with a folder for pictures of it."""

    name: str
    dlls: tuple[str, ...]
    tests: tuple[str, ...]
    screen: bool = False


PICTURES = ROOT / "build" / "screenshots" / "windows"
"""Where the run with a screen leaves every page and window, in both languages."""
COMPILED = ROOT / "build" / "wine-bytecode"
"""Our sources and tests as the last runs have compiled them and Hypothesis has read them, a folder
for each run."""

_UI_FOLDERS = ("tests/windows/ui", "tests/ui")
_ALL_OF_WINDOWS = ("tests/windows", f"--ignore={_UI_FOLDERS[0]}")
_ABOUT_KEYS = (
    "tests/windows/test_this_is_windows.py",
    "tests/windows/test_windows_login.py",
    "tests/windows/test_windows_store.py",
    "tests/windows/test_windows_unattended.py",
    "tests/windows/test_windows_ways.py",
)
"""What differs with the keys' place."""
_CONTRACT = ("tests/contract",)
_UI = (
    "tests/ui/test_looks.py",
    "tests/ui/shell/test_shell.py",
    "tests/ui/shell/test_single_instance.py",
    "tests/ui/enrollment/test_wizard_pc.py",
    # Last: where a process with windows is killed, Wine's screen is gone for a moment.
    "tests/windows/ui",
)
_ONLY_ON_LINUX = (
    # Programs that run there: the practice bank, what `make` runs, what builds installers.
    "practice",
    "installer",
    "tools",
    # What is there: /etc, NSS databases, .so modules and who may replace them, no other PC store.
    "configuration/test_policy_file.py",
    "store/test_nss_store.py",
    "store/test_pkcs11_module.py",
    "store/test_registry.py",
    # They read sources, which are the same everywhere.
    "test_documents.py",
    "i18n/test_errors_page.py",
    "i18n/test_messages_complete.py",
)
# SoftHSM's tokens, in one of the runs: to a token they are the same Windows.
_TOKENS = (
    "tests/windows/test_windows_middleware.py",
    "tests/unit/store/test_pkcs11_faults.py",
    "tests/unit/store/test_pkcs11_pin.py",
    "tests/unit/store/test_token_store.py",
)
_UNIT = (
    "tests/unit",
    *(f"--ignore=tests/unit/{name}" for name in _ONLY_ON_LINUX),
    *(f"--ignore={name}" for name in _TOKENS),
    # Wine's crypt32 finds every root trusted.
    "--deselect=tests/unit/ca/test_transport_trust.py::test_unknown_authority_is_reported[False]",
)
_PROCEDURE = ("tests/integration/enrollment/test_procedure.py",)

RUNS = (
    Run("Wine's ncrypt: keys in CAPI", (), (*_ABOUT_KEYS, *_CONTRACT, *_TOKENS)),
    Run(
        "a double of ncrypt: keys in CNG",
        ("ncrypt",),
        (*_ALL_OF_WINDOWS, *_CONTRACT, *_PROCEDURE, *_UNIT),
    ),
    Run("Qt's windows plugin on a screen: keys in CAPI", (), _UI, screen=True),
)

# One screen per run; without the abstract socket, which all sandboxes share.
_ON_A_SCREEN = "xvfb-run -a -s '-screen 0 1024x768x24 -nolisten local' "


@dataclass(frozen=True, slots=True)
class Windows:
    """Starts Python in a fresh Windows. `dlls`: where our DLLs were made."""

    sandbox: Sandbox
    dlls: Path

    def start(
        self, run: Run, *arguments: str, office: str = "", keep_bytecode: bool = False
    ) -> Process:
        """Starts `python.exe arguments` in the project's folder. `office`: the practice bank's
        port for tests. `keep_bytecode`: in the sandbox's folder that stays."""
        sandbox = with_dlls(self.sandbox, self.dlls, run.dlls)
        environment = {
            **sandbox.environment,
            "PYTHONPATH": ";".join(_PYTHON_PATH),
            "PYTHONUTF8": "1",
            "PYTHONPYCACHEPREFIX": rf"Z:\{_BYTECODE}",
            "HYPOTHESIS_STORAGE_DIRECTORY": rf"Z:\{_BYTECODE}\project\hypothesis",
            "CERTCLIENT_WINDOWS_RUN": ",".join(run.dlls),
            "CERTCLIENT_OFFICE": office,
            "CERTCLIENT_SCREENSHOTS": r"Z:\keep" if run.screen else "",
        }
        script = (
            f'cd /project && {_ON_A_SCREEN if run.screen else ""}wine /python/python.exe "$@"; '
            f"code=$?; {f'cp -r /{_BYTECODE} /keep/; ' if keep_bytecode else ''}exit $code"
        )
        return replace(sandbox, environment=environment).start(
            ("sh", "-c", script, "sh", *arguments)
        )


Process = subprocess.Popen[str]


def windows(parts: Parts, cache: Cache) -> Windows:
    """With Python's libraries compiled: without, each start takes 8 s longer."""
    sandbox = parts.windows(cache.mount_point())
    made_from = f"{_BYTECODE} 3 {parts.python.name} {parts.wheels.name} {parts.prefix.name}"
    bytecode = cache.part(
        "bytecode",
        made_from,
        lambda folder: _compile(Windows(replace(sandbox, keep=folder), parts.dlls), folder),
    )
    return Windows(replace(sandbox, layers=(bytecode, *sandbox.layers)), parts.dlls)


def _compile(fresh: Windows, folder: Path) -> None:
    """Lets pytest import what the tests import; `folder` is what stays of that Windows."""
    options = ("-p", "no:cacheprovider", "--collect-only", "-qq")
    tests = [name for run in RUNS for name in run.tests if not name.startswith("-")]
    output, _ = fresh.start(
        RUNS[0], "-m", "pytest", *options, *tests, keep_bytecode=True
    ).communicate()
    # A test that cannot be imported is the tests' own matter.
    if not any(folder.rglob("*.pyc")):
        raise PartError(f"Python does not run under Wine\n{output[-3000:]}")


def run_tests(target: Windows, arguments: Sequence[str]) -> int:
    """All runs at the same time, their outputs one after the other; 0 only if all ended with that.

    With `arguments` those that have a screen, if a test of the windows is named, else the others.
    """
    compile_changed()
    with practice_bank() as office:
        runs = [run for run in RUNS if not arguments or run.screen is _of_windows(arguments)]
        running = [(run, _start_pytest(target, run, arguments, office)) for run in runs]
        codes = [_show(run, process) for run, process in running]
    return int(any(codes))


def _of_windows(arguments: Sequence[str]) -> bool:
    return any(argument.startswith(_UI_FOLDERS) for argument in arguments)


def _show(run: Run, process: Process) -> int:
    print(f"==> Windows with {run.name}", flush=True)
    for line in process.stdout or ():
        print(line, end="", flush=True)
    return process.wait()


def _start_pytest(target: Windows, run: Run, arguments: Sequence[str], office: str) -> Process:
    tests = arguments or ("-q", *run.tests)
    compiled = COMPILED / ("screen" if run.screen else "-".join(("run", *run.dlls)))
    compiled.mkdir(parents=True, exist_ok=True)
    writable = {f"/{_BYTECODE}/project": compiled}
    target = replace(target, sandbox=replace(target.sandbox, writable=writable))
    if run.screen:
        PICTURES.mkdir(parents=True, exist_ok=True)
        target = replace(target, sandbox=replace(target.sandbox, keep=PICTURES))
    return target.start(run, "-m", "pytest", "-p", "no:cacheprovider", *tests, office=office)
