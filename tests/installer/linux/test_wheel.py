"""The wheel, installed with pipx."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from certclient import __version__
from support.clean_debian import CleanDebian, ScriptStep
from tools.installer.linux.wheel import make_wheel
from tools.installer.settings import ROOT

_SCRIPT = """
useradd -m taro
as_taro() { runuser -u taro -- env HOME=/home/taro LANG=C.UTF-8 "$@"; }
apt-get -qq update
step system apt-get -qy --no-install-recommends install pipx python3-venv libnss3
step install as_taro pipx install --pip-args='--no-index --find-links=/wheels' /package/*.whl
step bare as_taro env QT_QPA_PLATFORM=offscreen /home/taro/.local/bin/certclient
step libraries apt-get -qy --no-install-recommends install libegl1 libgl1 libxkbcommon0 \
    libdbus-1-3 libfontconfig1 libglib2.0-0
step version as_taro /home/taro/.local/bin/certclient --version
step list as_taro /home/taro/.local/bin/certclient --language en list --profile example-shinkin
step windows as_taro timeout 20 env QT_QPA_PLATFORM=offscreen /home/taro/.local/bin/certclient
step uninstall as_taro pipx uninstall certclient
"""


def test_wheel_contains_texts_profiles_pages_and_licence(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    for name in (
        "certclient/resources/i18n/certclient_ja.qm",
        "certclient/resources/i18n/messages.ja.toml",
        "certclient/resources/profiles/example-shinkin.toml",
        "certclient_practice/web/templates/base.html",
        "certclient_practice/mail/templates/mail_notice.txt",
        f"certclient-{__version__}.dist-info/licenses/LICENSE",
    ):
        assert name in names
    assert not [name for name in names if "tests/" in name or "__pycache__" in name]


def test_two_builds_are_identical(wheel: Path, tmp_path: Path) -> None:
    again = make_wheel(tmp_path, 1_790_000_000, practice_bank=True)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


def test_wheel_without_the_practice_bank(lean_wheel: Path) -> None:
    archive = ZipFile(lean_wheel)
    names = archive.namelist()
    assert [name for name in names if "certclient_practice" in name] == []
    (metadata,) = [name for name in names if name.endswith("/METADATA")]
    required = archive.read(metadata).decode()
    assert "Requires-Dist: click" in required
    assert [name for name in ("flask", "cheroot", "jinja2") if name in required] == []


@pytest.fixture(scope="module")
def pipx_steps(
    debian: CleanDebian, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ScriptStep]:
    """Installs it for an unprivileged user, with the libraries pinned by the lock.

    And with those that the lock leaves out (requirements/overrides.txt): pipx asks for them.
    """
    wheels = tmp_path_factory.mktemp("wheels")
    pip = (sys.executable, "-m", "pip", "-qq", "download", "-d", str(wheels))
    lock = ROOT / "requirements" / "runtime.txt"
    subprocess.run((*pip, "--no-deps", "--require-hashes", "-r", str(lock)), check=True)
    subprocess.run((*pip, "--only-binary=:all:", "aiohttp<3.15", "oscrypto"), check=True)
    mounts = {"/package": wheel.parent, "/wheels": wheels}
    return debian.run(_SCRIPT, mounts, tmp_path_factory.mktemp("steps"))


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_pipx_installs_wheel(pipx_steps: dict[str, ScriptStep]) -> None:
    assert pipx_steps["install"].code == 0, pipx_steps["install"].output
    assert pipx_steps["version"].code == 0
    assert __version__ in pipx_steps["version"].output


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_list_and_windows_work(pipx_steps: dict[str, ScriptStep]) -> None:
    assert pipx_steps["list"].code == 0, pipx_steps["list"].output
    # 124: `timeout` ended it while the window was still open.
    assert pipx_steps["windows"].code == 124, pipx_steps["windows"].output


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_missing_library_is_named(pipx_steps: dict[str, ScriptStep]) -> None:
    assert pipx_steps["bare"].code == 2
    assert "CC-WINDOWS-LIBRARY" in pipx_steps["bare"].output
    assert ".so" in pipx_steps["bare"].output


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_pipx_uninstalls_wheel(pipx_steps: dict[str, ScriptStep]) -> None:
    assert pipx_steps["uninstall"].code == 0, pipx_steps["uninstall"].output
