"""How `make demo` and `make test` install missing packages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tools import prepare
from tools.prepare import (
    NO_ROOT,
    REQUIREMENTS,
    Machine,
    PreparationError,
    installed_packages,
    missing_packages,
    prepare_packages,
    prepare_packages_and_venv,
    prepare_texts,
    prepare_venv,
    read_packages,
)

ALL_NAMES = frozenset(
    package.name
    for package in read_packages((REQUIREMENTS / "debian.txt").read_text(encoding="utf-8"))
)


class CommandShell:
    """Records apt-get commands; each `install` exits with the next of the given codes."""

    def __init__(self, *install_codes: int) -> None:
        self.commands: list[Sequence[str]] = []
        self._codes = list(install_codes)

    def __call__(self, command: Sequence[str]) -> int:
        self.commands.append(command)
        return self._codes.pop(0) if "install" in command else 0

    @property
    def verbs(self) -> list[str]:
        return ["install" if "install" in command else "update" for command in self.commands]


def machine(shell: CommandShell, *missing: str) -> Machine:
    """A Debian with root access and every package of the project's list except `missing`."""
    return Machine(
        installed=ALL_NAMES - set(missing),
        is_root=True,
        sudo=None,
        has_package_lists=True,
        has_ensurepip=False,
        run=shell,
    )


def test_missing_packages_are_needed_by_the_target_and_not_installed() -> None:
    packages = read_packages(
        "# name targets why\nsofthsm2 demo test the token\nopenssl test peer\n"
    )
    demo, test = frozenset({"demo"}), frozenset({"test"})
    assert missing_packages(packages, demo, frozenset()) == ["softhsm2"]
    assert missing_packages(packages, test, frozenset({"softhsm2"})) == ["openssl"]


def test_every_listed_package_has_a_target() -> None:
    packages = read_packages((REQUIREMENTS / "debian.txt").read_text(encoding="utf-8"))
    assert [package.name for package in packages if not package.targets] == []


def test_reads_installed_packages_from_dpkg() -> None:
    installed = installed_packages()
    assert installed is not None
    assert "dpkg" in installed
    assert "no-such-package-anywhere" not in installed


def test_runs_nothing_if_nothing_is_missing() -> None:
    shell = CommandShell()
    prepare_packages("test", machine(shell))
    assert shell.commands == []


def test_installs_missing_packages_only() -> None:
    shell = CommandShell(0)
    prepare_packages("demo", machine(shell, "softhsm2", "openssl"))
    assert shell.verbs == ["install"]
    assert "softhsm2" in shell.commands[0]
    assert "openssl" not in shell.commands[0]


def test_only_root_needs_the_packages_for_wine() -> None:
    shell = CommandShell(0)
    prepare_packages("test", machine(shell, "mmdebstrap"))
    assert "mmdebstrap" in shell.commands[0]
    shell = CommandShell()
    prepare_packages(
        "test", replace(machine(shell, "mmdebstrap"), is_root=False, sudo="/usr/bin/sudo")
    )
    assert shell.commands == []


def test_without_root_the_windows_tests_are_skipped_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = CommandShell()
    user = replace(machine(shell, "mmdebstrap"), is_root=False)
    monkeypatch.setattr(prepare, "this_machine", lambda: user)
    assert prepare.main(["test-windows"]) == 0
    assert capsys.readouterr().out.splitlines() == [NO_ROOT]
    assert shell.commands == []


def test_stale_package_lists_are_updated_once() -> None:
    shell = CommandShell(100, 0)
    prepare_packages("demo", machine(shell, "softhsm2"))
    assert shell.verbs == ["install", "update", "install"]


def test_missing_package_lists_are_updated_first() -> None:
    shell = CommandShell(0)
    prepare_packages("demo", replace(machine(shell, "softhsm2"), has_package_lists=False))
    assert shell.verbs == ["update", "install"]


def test_failed_installation_reports_packages_and_command() -> None:
    shell = CommandShell(100, 100)
    with pytest.raises(
        PreparationError, match=r"could not be installed.*apt-get install.*softhsm2"
    ):
        prepare_packages("demo", machine(shell, "softhsm2"))
    assert shell.verbs == ["install", "update", "install"]


def test_user_with_sudo_installs_with_sudo() -> None:
    shell = CommandShell(0)
    prepare_packages(
        "demo", replace(machine(shell, "softhsm2"), is_root=False, sudo="/usr/bin/sudo")
    )
    assert shell.commands[0][0] == "/usr/bin/sudo"


def test_user_without_sudo_gets_one_line_and_nothing_is_run() -> None:
    shell = CommandShell()
    with pytest.raises(PreparationError) as caught:
        prepare_packages("demo", replace(machine(shell, "softhsm2", "xvfb"), is_root=False))
    text = str(caught.value)
    assert "\n" not in text
    assert "neither root nor sudo" in text
    assert "apt-get install --no-install-recommends softhsm2 xvfb" in text
    assert shell.commands == []


def test_python_with_ensurepip_needs_no_debian_package_for_pip() -> None:
    shell = CommandShell()
    prepare_packages("test", replace(machine(shell, "python3-venv"), has_ensurepip=True))
    assert shell.commands == []


class Pip:
    """Replaces `python -m venv` and pip: records commands and only creates the folder."""

    def __init__(self, venv: Path, pip_code: int = 0) -> None:
        self.commands: list[Sequence[str]] = []
        self._venv = venv
        self._pip_code = pip_code

    def __call__(self, command: Sequence[str]) -> int:
        self.commands.append(command)
        if "venv" in command:
            self._venv.mkdir(exist_ok=True)
            return 0
        return self._pip_code


def test_second_run_installs_nothing_and_the_demo_reuses_the_test_packages(
    tmp_path: Path,
) -> None:
    pip = Pip(tmp_path / ".venv")
    prepare_venv("test", pip, tmp_path / ".venv")
    assert [command for command in pip.commands if "--require-hashes" in command]
    pip.commands.clear()
    prepare_venv("test", pip, tmp_path / ".venv")
    prepare_venv("demo", pip, tmp_path / ".venv")
    assert pip.commands == []


def test_tests_install_more_than_the_demo(tmp_path: Path) -> None:
    pip = Pip(tmp_path / ".venv")
    prepare_venv("demo", pip, tmp_path / ".venv")
    pip.commands.clear()
    prepare_venv("test", pip, tmp_path / ".venv")
    assert not any("venv" in command for command in pip.commands)
    assert any(str(REQUIREMENTS / "dev.txt") in command for command in pip.commands)


def test_interrupted_installation_is_resumed(tmp_path: Path) -> None:
    with pytest.raises(PreparationError):
        prepare_venv("demo", Pip(tmp_path / ".venv", pip_code=1), tmp_path / ".venv")
    pip = Pip(tmp_path / ".venv")
    prepare_venv("demo", pip, tmp_path / ".venv")
    assert any("--require-hashes" in command for command in pip.commands)


def test_packages_are_installed_while_pip_runs(tmp_path: Path) -> None:
    both_run = threading.Barrier(2, timeout=600)
    pip = Pip(tmp_path / ".venv")

    def run(command: Sequence[str]) -> int:
        if "apt-get" in command or "venv" in command:
            both_run.wait()
        return pip(command)

    here = replace(machine(CommandShell(), "softhsm2"), has_ensurepip=True, run=run)
    prepare_packages_and_venv("demo", here, tmp_path / ".venv")
    assert any("apt-get" in command for command in pip.commands)
    assert any("--require-hashes" in command for command in pip.commands)


def test_pip_waits_for_the_package_that_it_comes_in(tmp_path: Path) -> None:
    pip = Pip(tmp_path / ".venv")
    here = replace(machine(CommandShell(), "python3-venv"), run=pip)
    prepare_packages_and_venv("demo", here, tmp_path / ".venv")
    assert "python3-venv" in pip.commands[0]
    assert "venv" in pip.commands[1]


def test_missing_packages_are_reported_although_pip_ends_well(tmp_path: Path) -> None:
    user = replace(machine(CommandShell(), "softhsm2"), is_root=False, has_ensurepip=True)
    pip = Pip(tmp_path / ".venv")
    with pytest.raises(PreparationError, match="neither root nor sudo"):
        prepare_packages_and_venv("demo", replace(user, run=pip), tmp_path / ".venv")


def test_texts_are_compiled_only_if_they_changed(tmp_path: Path) -> None:
    source = tmp_path / "certclient_ja.ts"
    source.touch()
    commands: list[list[str]] = []

    def run(command: Sequence[str]) -> int:
        commands.append(list(command))
        source.with_suffix(".qm").touch()
        return 0

    prepare_texts(run, tmp_path)
    assert [command[-1] for command in commands] == ["compile"]
    prepare_texts(run, tmp_path)
    assert len(commands) == 1, "nothing changed"
