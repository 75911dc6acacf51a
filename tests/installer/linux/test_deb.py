"""The .deb: installed in a bare Debian 12, used by a user without rights, removed again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from certclient import __version__
from support.clean_debian import CleanDebian, Step
from tools.installer.linux.deb import debian_version, make_deb
from tools.installer.settings import read_settings

pytestmark = [pytest.mark.installer, pytest.mark.timeout(900)]

_STORY = """
useradd -m taro
as_taro() { runuser -u taro -- env HOME=/home/taro LANG=ja_JP.UTF-8 "$@"; }
find / -xdev -not -path '/home/*' -not -path '/keep/*' -not -path '/package/*' \
    | grep -i certclient | sort > /keep/before
apt-get -qq update
step install apt-get -qy --no-install-recommends install /package/*.deb

libraries() {  # without the plugins for GTK and CUPS: Qt leaves them out where those are not
    find /usr/lib/certclient -name '*.so*' -not -name 'libqgtk3.so' -not -name 'libcups*' \
        -exec ldd {} + \
        | grep 'not found'
}
step libraries libraries
step version as_taro certclient --version

as_taro certclient practice --data /home/taro/bank serve --port 0 --login-port 0 \
    --profile /home/taro/practice.toml > /keep/bank 2>&1 &
for try in $(seq 300); do [ -s /home/taro/practice.toml ] && break; sleep 0.1; done
cp /home/taro/practice.toml /etc/certclient/profiles/practice.toml
as_taro certclient practice --data /home/taro/bank customer add TKYM1408054
as_taro certclient practice --data /home/taro/bank issue-code TKYM1408054 > /tmp/code
obtain() {
    as_taro certclient --profile practice obtain TKYM1408054 --code-stdin --yes --json < /tmp/code \
        2>/keep/obtain.err
}
step obtain obtain
step list as_taro certclient --profile practice list --json

step extras apt-get -qy --no-install-recommends install xvfb xdotool xdg-utils
Xvfb :7 >/dev/null 2>&1 &
for try in $(seq 100); do [ -S /tmp/.X11-unix/X7 ] && break; sleep 0.1; done
export DISPLAY=:7 QT_QPA_PLATFORM=xcb
as_taro certclient --profile practice >/keep/windows 2>&1 & app=$!
step window timeout 60 xdotool search --sync --onlyvisible --class certclient
kill $app
step scheme as_taro xdg-mime query default x-scheme-handler/certclient

step purge apt-get -qy purge certclient
rm -f /etc/certclient/profiles/practice.toml
rmdir /etc/certclient/profiles /etc/certclient 2>/dev/null
find / -xdev -not -path '/home/*' -not -path '/keep/*' -not -path '/package/*' \
    -not -path '/proc/*' -not -path '/var/cache/apt/*' | grep -i certclient | sort > /keep/after
step left diff /keep/before /keep/after
"""


@pytest.fixture(scope="module")
def installed(
    debian: CleanDebian, deb: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Step]:
    return debian.run(_STORY, {"/package": deb.parent}, tmp_path_factory.mktemp("steps"))


def test_it_installs_with_what_it_depends_on(installed: dict[str, Step]) -> None:
    assert installed["install"].code == 0, installed["install"].output
    assert installed["libraries"].output == ""
    assert __version__ in installed["version"].output


def test_a_user_obtains_a_certificate_with_it(installed: dict[str, Step]) -> None:
    assert installed["obtain"].code == 0, installed["obtain"].output
    (result,) = json.loads(installed["obtain"].output)["results"]
    assert result["outcome"] == "done"
    (certificate,) = json.loads(installed["list"].output)["certificates"]
    assert certificate["serial"] == result["certificate"]["serial"]
    assert certificate["has_key"] is True


def test_its_window_opens_on_x11(installed: dict[str, Step]) -> None:
    assert installed["window"].code == 0, installed["window"].output


def test_the_desktop_gives_links_of_the_bank_to_it(installed: dict[str, Step]) -> None:
    assert installed["scheme"].output.strip() == "certclient.desktop"


def test_purged_it_leaves_nothing_on_the_system(installed: dict[str, Step]) -> None:
    assert installed["purge"].code == 0, installed["purge"].output
    assert installed["left"].output == ""


def test_the_reminder_starts_at_login_and_profiles_are_the_administrators(deb: Path) -> None:
    listing = subprocess.run(
        ("dpkg-deb", "--contents", str(deb)), capture_output=True, text=True, check=True
    ).stdout
    modes = {line.split()[5]: line.split()[:2] for line in listing.splitlines()}
    assert "./etc/xdg/autostart/certclient-reminder.desktop" in modes
    assert modes["./etc/certclient/profiles/rei-shinkin.toml"] == ["-rw-r--r--", "root/root"]
    assert modes["./usr/bin/certclient"] == ["-rwxr-xr-x", "root/root"]


def test_built_twice_it_is_the_same_to_the_bit(deb: Path, wheel: Path, tmp_path: Path) -> None:
    again = make_deb(read_settings(), wheel, tmp_path, 1_790_000_000)
    assert again.read_bytes() == deb.read_bytes()


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.2.0", "1.2.0"), ("1.0.0rc1", "1.0.0~rc1"), ("1.0.0a2", "1.0.0~a2")],
)
def test_a_version_before_the_release_sorts_before_it(version: str, expected: str) -> None:
    assert debian_version(version) == expected
