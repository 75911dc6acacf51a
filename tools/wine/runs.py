"""Runs pytest on the Windows Python, each run in a fresh sandbox."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tools.translations import compile_changed
from tools.wine.bank_service import practice_bank
from tools.wine.cache import Cache, PartError
from tools.wine.dlls import with_dlls
from tools.wine.parts import Parts
from tools.wine.sandbox import ROOT, SITE, Sandbox

_PYTHON_PATH = (r"Z:\project\src", SITE)
_BYTECODE = "bytecode"


@dataclass(frozen=True, slots=True)
class WineRun:
    """One run of pytest. `dlls`: our DLLs that replace Wine's, in addition to those for Qt.
    `tests`: pytest's arguments. `screen`: runs with a screen, and with a folder for pictures of
    it."""

    name: str
    dlls: tuple[str, ...]
    tests: tuple[str, ...]
    screen: bool = False


PICTURES = ROOT / "build" / "screenshots" / "windows"
"""The folder for pictures of every page and window, in both languages, by the run with a screen."""
COMPILED = ROOT / "build" / "wine-bytecode"
"""Cached bytecode of our sources and tests, and Hypothesis' data about them, one folder per run."""
COMPILED_INSIDE = rf"Z:\{_BYTECODE}\project"
"""That folder for Windows programs."""

_TORTURE = ("CERTCLIENT_TORTURE", "CERTCLIENT_TORTURE_SEED")
"""Variables of `tools.reliability`."""

_UI_FOLDERS = ("tests/windows/ui", "tests/ui")
_ALL_OF_WINDOWS = ("tests/windows", f"--ignore={_UI_FOLDERS[0]}")
_ABOUT_KEYS = (
    "tests/windows/test_this_is_windows.py",
    "tests/windows/test_windows_kills.py",
    "tests/windows/test_windows_login.py",
    "tests/windows/test_windows_store.py",
    "tests/windows/test_windows_unattended.py",
    "tests/windows/test_windows_ways.py",
    "tests/contract/test_store_contract.py",
)
"""The tests whose results depend on where keys are stored."""
_CONTRACT = (
    "tests/contract",
    # Wine's crypt32 trusts every root.
    "--deselect=tests/contract/test_transport_trust_contract.py"
    "::test_unknown_authority_is_reported[http-False]",
    # A module in C, built with Linux' compiler.
    "--ignore=tests/contract/test_middleware_contract.py",
    # The practice bank; and the clients are the same everywhere, unlike their transports.
    "--ignore=tests/contract/test_ca_client_contract.py",
    # keys in memory, which Windows cannot use for TLS: tests/windows/test_windows_login.py
    "--ignore=tests/contract/test_client_certificate_contract.py",
)
_UI = (
    "tests/ui/test_appearance.py",
    "tests/ui/widgets/test_selection.py",
    "tests/ui/shell/test_shell.py",
    "tests/ui/shell/test_single_instance.py",
    "tests/ui/enrollment/test_wizard_pc.py",
    # Last: when a process with windows is killed, Wine's screen is gone for a moment.
    "tests/windows/ui",
)
_ONLY_ON_LINUX = (
    # Programs for Linux: the practice bank, the tools of `make`, the installer's build.
    "practice",
    "installer",
    "tools",
    # Features of Linux: /etc, NSS databases, .so modules and their permissions, the only PC store.
    "configuration/test_hostile_files.py",
    "configuration/test_policy_file.py",
    "platform/test_trusted_paths.py",
    "store/test_nss_store.py",
    "store/test_pkcs11_module.py",
    # Modules in C, built with Linux' compiler.
    "store/modules",
    "store/isolated",
    "store/test_browsers.py",
    "store/test_database_files.py",
    "store/test_names.py",
    "store/test_registry.py",
    "ui/enrollment/test_places.py",
    # Vectors of a package that Windows' Python does not get.
    "cmp/test_wycheproof.py",
    # Debian's certificates.
    "cli/test_cli_corpus.py",
    # The validator of JSON Schemas; the shapes are the same everywhere.
    "cli/test_cli_json_shapes.py",
    "model/test_public_roots.py",
    # They read source files, which are the same everywhere.
    "test_documents.py",
    "i18n/test_messages_complete.py",
)
# Tests with SoftHSM's tokens. In one run only, as the runs differ in nothing that affects a token.
_TOKENS = (
    "tests/windows/test_windows_middleware.py",
    "tests/windows/test_windows_token_host.py",
    "tests/unit/enrollment/test_batch_pins.py",
    "tests/unit/store/test_pkcs11_faults.py",
    "tests/unit/store/test_pkcs11_pin.py",
    "tests/unit/store/test_token_store.py",
)
_UNIT = (
    "tests/unit",
    *(f"--ignore=tests/unit/{name}" for name in _ONLY_ON_LINUX),
    *(f"--ignore={name}" for name in _TOKENS),
)
_PROCEDURE = ("tests/integration/enrollment/test_procedure.py",)

RUNS = (
    WineRun("Wine's ncrypt: keys in CAPI", (), (*_ABOUT_KEYS, *_TOKENS)),
    WineRun(
        "a double of ncrypt: keys in CNG",
        ("ncrypt",),
        (*_ALL_OF_WINDOWS, *_CONTRACT, *_PROCEDURE, *_UNIT),
    ),
    WineRun("Qt's windows plugin on a screen: keys in CAPI", (), _UI, screen=True),
)

# One screen per run. "-nolisten local": the sandboxes share the network namespace, and with it the
# X server's abstract socket.
_ON_A_SCREEN = "xvfb-run -a -s '-screen 0 1024x768x24 -nolisten local' "


@dataclass(frozen=True, slots=True)
class WineWindows:
    """Starts Python in a fresh sandbox. `dlls`: the folder of our compiled DLLs."""

    sandbox: Sandbox
    dlls: Path

    def start(
        self, run: WineRun, *arguments: str, service: str = "", keep_bytecode: bool = False
    ) -> Process:
        """Starts `python.exe arguments` in the project's folder. `service`: port of the practice
        bank's service for tests. `keep_bytecode`: copies the bytecode to the sandbox's `keep`
        folder."""
        sandbox = replace(with_dlls(self.sandbox, self.dlls, run.dlls), mount_manager=False)
        environment = {
            **sandbox.environment,
            "PYTHONPATH": ";".join(_PYTHON_PATH),
            "PYTHONUTF8": "1",
            "PYTHONPYCACHEPREFIX": rf"Z:\{_BYTECODE}",
            "HYPOTHESIS_STORAGE_DIRECTORY": rf"{COMPILED_INSIDE}\hypothesis",
            "CERTCLIENT_WINDOWS_RUN": ",".join(run.dlls),
            "CERTCLIENT_OFFICE": service,
            **{name: os.environ.get(name, "") for name in _TORTURE},
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


def windows(parts: Parts, cache: Cache) -> WineWindows:
    """The environment for tests, with precompiled libraries: without, each start takes 8 s longer.

    Raises PartError.
    """
    sandbox = parts.windows(cache.mount_point())
    made_from = f"{_BYTECODE} 3 {parts.python.name} {parts.wheels.name} {parts.prefix.name}"
    bytecode = cache.part(
        "bytecode",
        made_from,
        lambda folder: _compile(WineWindows(replace(sandbox, keep=folder), parts.dlls), folder),
    )
    return WineWindows(replace(sandbox, layers=(bytecode, *sandbox.layers)), parts.dlls)


def _compile(fresh: WineWindows, folder: Path) -> None:
    """Compiles what the tests import by collecting them. `folder`: the sandbox's `keep` folder."""
    options = ("-p", "no:cacheprovider", "--collect-only", "-qq")
    tests = [name for run in RUNS for name in run.tests if not name.startswith("-")]
    output, _ = fresh.start(
        RUNS[0], "-m", "pytest", *options, *tests, keep_bytecode=True
    ).communicate()
    # The exit code does not matter: a test with an import error will fail in its own run.
    if not any(folder.rglob("*.pyc")):
        raise PartError(f"Python does not run under Wine\n{output[-3000:]}")


_MOST_CRASHES = 2
_SERVER_CRASH = re.compile(r"wineserver\d*: server/\S+: .*Assertion ")


def run_tests(target: WineWindows, arguments: Sequence[str]) -> int:
    """Starts all runs in parallel and prints their outputs in turn; returns 0 only if all passed.

    With `arguments` it starts only the runs with a screen if these name a UI test, else the others.
    """
    compile_changed()
    with practice_bank() as service:
        runs = [run for run in RUNS if not arguments or run.screen is _of_windows(arguments)]
        starts = [partial(_start_pytest, target, run, arguments, service) for run in runs]
        processes = [start() for start in starts]
        codes = [
            show_run(run.name, process, start)
            for run, process, start in zip(runs, processes, starts, strict=True)
        ]
    return int(any(codes))


def _of_windows(arguments: Sequence[str]) -> bool:
    return any(argument.startswith(_UI_FOLDERS) for argument in arguments)


def show_run(name: str, process: Process, start_again: Callable[[], Process]) -> int:
    """Prints the output of `process`; returns its exit code.

    Begins the run again, twice at most, if Wine's own server has crashed: Wine 10 does so at times
    when a socket is closed while it is polled, and the programs in it then never end.
    """
    for _ in range(_MOST_CRASHES):
        print(f"==> Windows with {name}", flush=True)
        code = _print_output(process)
        if code is not None:
            return code
        print("==> Wine's server has crashed: once more", flush=True)
        process = start_again()
    code = _print_output(process)
    return 1 if code is None else code


def _print_output(process: Process) -> int | None:
    """The exit code; None if Wine's server has crashed, and then everything in it is ended."""
    with process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if _SERVER_CRASH.search(line):
                process.kill()
                return None
    return process.wait()


def _start_pytest(
    target: WineWindows, run: WineRun, arguments: Sequence[str], service: str
) -> Process:
    tests = arguments or ("-q", *run.tests)
    compiled = COMPILED / ("screen" if run.screen else "-".join(("run", *run.dlls)))
    compiled.mkdir(parents=True, exist_ok=True)
    writable = {f"/{_BYTECODE}/project": compiled}
    target = replace(target, sandbox=replace(target.sandbox, writable=writable))
    if run.screen:
        PICTURES.mkdir(parents=True, exist_ok=True)
        target = replace(target, sandbox=replace(target.sandbox, keep=PICTURES))
    return target.start(run, "-m", "pytest", "-p", "no:cacheprovider", *tests, service=service)
