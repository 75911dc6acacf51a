"""The wheel that pipx installs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from certclient import __version__
from support.clean_debian import CleanDebian, Step
from tools.installer.linux.wheel import make_wheel
from tools.installer.settings import ROOT

_STORY = """
useradd -m taro
as_taro() { runuser -u taro -- env HOME=/home/taro LANG=C.UTF-8 "$@"; }
apt-get -qq update
step system apt-get -qy --no-install-recommends install pipx python3-venv libnss3 tzdata
step install as_taro pipx install --pip-args='--no-index --find-links=/wheels' /package/*.whl
step bare as_taro env QT_QPA_PLATFORM=offscreen /home/taro/.local/bin/certclient
step libraries apt-get -qy --no-install-recommends install libegl1 libgl1 libxkbcommon0 \
    libdbus-1-3 libfontconfig1 libglib2.0-0
step version as_taro /home/taro/.local/bin/certclient --version
step list as_taro /home/taro/.local/bin/certclient --language en list --profile example-shinkin
step windows as_taro timeout 20 env QT_QPA_PLATFORM=offscreen /home/taro/.local/bin/certclient
step uninstall as_taro pipx uninstall certclient
"""


def test_it_holds_texts_profiles_pages_and_the_licence(wheel: Path) -> None:
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


def test_built_twice_it_is_the_same_to_the_bit(wheel: Path, tmp_path: Path) -> None:
    again = make_wheel(tmp_path, 1_790_000_000)
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def by_pipx(
    debian: CleanDebian, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Step]:
    """Installed for a user without rights, its libraries as the lock has them."""
    wheels = tmp_path_factory.mktemp("wheels")
    pip = (sys.executable, "-m", "pip", "-qq", "download", "--no-deps", "--require-hashes")
    lock = ROOT / "requirements" / "runtime.txt"
    subprocess.run((*pip, "-d", str(wheels), "-r", str(lock)), check=True)
    mounts = {"/package": wheel.parent, "/wheels": wheels}
    return debian.run(_STORY, mounts, tmp_path_factory.mktemp("steps"))


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_pipx_installs_it(by_pipx: dict[str, Step]) -> None:
    assert by_pipx["install"].code == 0, by_pipx["install"].output
    assert by_pipx["version"].code == 0
    assert __version__ in by_pipx["version"].output


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_it_lists_certificates_and_opens_its_windows(by_pipx: dict[str, Step]) -> None:
    assert by_pipx["list"].code == 0, by_pipx["list"].output
    # Still open when `timeout` ends it.
    assert by_pipx["windows"].code == 124, by_pipx["windows"].output


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_a_library_that_windows_need_is_named(by_pipx: dict[str, Step]) -> None:
    assert by_pipx["bare"].code == 2
    assert "CC-WINDOWS-LIBRARY" in by_pipx["bare"].output
    assert ".so" in by_pipx["bare"].output


@pytest.mark.installer
@pytest.mark.timeout(3600)
def test_pipx_removes_it(by_pipx: dict[str, Step]) -> None:
    assert by_pipx["uninstall"].code == 0, by_pipx["uninstall"].output
