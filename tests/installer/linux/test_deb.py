"""The .deb: installed in a bare Debian 12, used by an unprivileged user, upgraded and purged."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator

from certclient import __version__
from certclient.bootstrap.commands import COMMANDS
from support.clean_debian import CleanDebian, ScriptStep
from tools.installer.linux.deb import bill_of, debian_version, make_deb
from tools.installer.settings import BuildSettings
from tools.installer.sums import sha256

pytestmark = [pytest.mark.installer, pytest.mark.timeout(3600)]

_SCRIPT = """
useradd -m taro
as_taro() { runuser -u taro -- env HOME=/home/taro LANG=ja_JP.UTF-8 "$@"; }
files() {
    find / -xdev -not -path '/home/*' -not -path '/keep/*' -not -path '/package/*' \
        -not -path '/older/*' -not -path '/proc/*' -not -path '/var/cache/apt/*' \
        | grep -i certclient | sort
}
files > /keep/before
apt-get -qq update
step install apt-get -qy --no-install-recommends install /package/*.deb

libraries() {  # except the plugins for GTK and CUPS, which Qt skips if these are not installed
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

reminder=/etc/xdg/autostart/certclient-reminder.desktop
step valid desktop-file-validate /usr/share/applications/certclient.desktop $reminder
remind() {
    as_taro env -u DISPLAY -u QT_QPA_PLATFORM $1 sh -c "exec $(sed -n 's/^Exec=//p' $reminder)"
}
step remind remind
echo 'ReminderDays = [366]' > /etc/certclient/policy.toml
step remind-due remind
rm /etc/certclient/policy.toml

step extras apt-get -qy --no-install-recommends install xvfb xdotool xdg-utils dex man-db systemd
manual() { as_taro env LC_ALL=C.UTF-8 MANWIDTH=500 "$@"; }
step manual manual man --warnings=w certclient
step manual-renew manual man --warnings=w certclient-renew
step manual-japanese manual LANGUAGE=ja man --warnings=w certclient-renew
complete() {
    as_taro bash -c '. /usr/share/bash-completion/completions/certclient
        COMP_WORDS=(certclient --profile practice renew ""); COMP_CWORD=4
        _certclient_completion certclient; echo "${COMPREPLY[@]}"'
}
step completion complete
step units systemd-analyze verify --man=no /usr/lib/systemd/system/certclient-renew@.timer \
    /usr/lib/systemd/system/certclient-renew-start@.timer
step user-units env XDG_RUNTIME_DIR=/tmp systemd-analyze verify --user --man=no \
    /usr/lib/systemd/user/certclient-renew.timer /usr/lib/systemd/user/certclient-remind.timer \
    /usr/lib/systemd/user/certclient-renew-start.timer
step enabled systemctl --root=/ enable certclient-renew@taro.timer
step enabled-for-all systemctl --root=/ --global enable certclient-renew.timer
step autostart as_taro dex --autostart --environment GNOME --dry-run
Xvfb :7 >/dev/null 2>&1 &
for try in $(seq 100); do [ -S /tmp/.X11-unix/X7 ] && break; sleep 0.1; done
export DISPLAY=:7 QT_QPA_PLATFORM=xcb
icon=$(sed -n 's/^Icon=//p' /usr/share/applications/certclient.desktop $reminder | sort -u)
step icon as_taro /usr/bin/python3 -I -c "$LOOK_UP" "$icon"
as_taro certclient --profile practice >/keep/windows 2>&1 & app=$!
step window timeout 600 xdotool search --sync --onlyvisible --class certclient
kill $app
step remind-on-desktop remind DISPLAY=:7
step scheme as_taro xdg-mime query default x-scheme-handler/certclient

step purge apt-get -qy purge certclient
mv /etc/certclient/profiles/practice.toml /tmp/
rmdir /etc/certclient/profiles /etc/certclient 2>/dev/null
files > /keep/after
step left diff /keep/before /keep/after

step older apt-get -qy install /older/*.deb
echo 'ReminderDays = [366]' > /etc/certclient/policy.toml
cp /tmp/practice.toml /etc/certclient/profiles/
bank=/etc/certclient/profiles/rei-shinkin.toml
echo '# ours' >> $bank
step older-list as_taro certclient --profile practice list --json
step upgrade apt-get -qy install /package/*.deb
step upgraded-version dpkg-query --show --showformat '${Version}' certclient
step upgraded-list as_taro certclient --profile practice list --json
rm /home/taro/.local/share/certclient/reminders.json  # else it counts as shown today
step upgraded-remind remind
step kept tail -1 $bank
step gone find /usr/lib/certclient -name 'gone*'
step whole dpkg --verify certclient
"""

_LOOK_UP = """
import sys
sys.path.insert(0, "/usr/lib/certclient")
from PySide6.QtGui import QGuiApplication, QIcon
application = QGuiApplication([])
QIcon.setThemeName("hicolor")
picture = QIcon.fromTheme(sys.argv[1]).pixmap(48, 48).toImage()
colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}
print(sys.argv[1], "drawn" if len(colours) > 2 else "empty")
"""
"""Looks the icon up as a desktop does: by the name in the entry, in hicolor, the fallback theme."""


@pytest.fixture(scope="module")
def installed(
    debian: CleanDebian, deb: Path, older_deb: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ScriptStep]:
    look_up = f"LOOK_UP={shlex.quote(_LOOK_UP)}\n"
    mounts = {"/package": deb.parent, "/older": older_deb.parent}
    return debian.run(look_up + _SCRIPT, mounts, tmp_path_factory.mktemp("steps"))


def test_package_installs_with_its_dependencies(installed: dict[str, ScriptStep]) -> None:
    assert installed["install"].code == 0, installed["install"].output
    assert installed["libraries"].output == ""
    assert __version__ in installed["version"].output


def test_unprivileged_user_obtains_certificate(installed: dict[str, ScriptStep]) -> None:
    assert installed["obtain"].code == 0, installed["obtain"].output
    (result,) = json.loads(installed["obtain"].output)["results"]
    assert result["outcome"] == "done"
    (certificate,) = json.loads(installed["list"].output)["certificates"]
    assert certificate["serial"] == result["certificate"]["serial"]
    assert certificate["has_key"] is True


def test_window_opens_on_x11(installed: dict[str, ScriptStep]) -> None:
    assert installed["window"].code == 0, installed["window"].output


def test_desktop_opens_bank_links_with_program(installed: dict[str, ScriptStep]) -> None:
    assert installed["scheme"].output.strip() == "certclient.desktop"


def test_desktop_entries_are_valid(installed: dict[str, ScriptStep]) -> None:
    assert (installed["valid"].code, installed["valid"].output) == (0, "")


def test_desktop_finds_icon(installed: dict[str, ScriptStep]) -> None:
    assert installed["icon"].output.strip() == "certclient drawn"


def test_reminder_starts_at_login(installed: dict[str, ScriptStep]) -> None:
    assert "/usr/bin/certclient remind" in installed["autostart"].output
    for nothing_due in ("remind", "remind-on-desktop"):
        assert (installed[nothing_due].code, installed[nothing_due].output) == (0, "")
    due = installed["remind-due"]
    assert due.code == 0, due.output
    assert "TKYM1408054" in due.output


def test_manual_of_a_command_is_in_both_languages(installed: dict[str, ScriptStep]) -> None:
    for name, heading in (("manual-renew", "SYNOPSIS"), ("manual-japanese", "書式")):
        assert (installed[name].code, heading in installed[name].output) == (0, True), name
        assert "certclient renew [OPTIONS] [ID]..." in installed[name].output


def test_tab_key_completes_in_bash(installed: dict[str, ScriptStep]) -> None:
    assert installed["completion"].output.split() == ["TKYM1408054"]


def test_systemd_accepts_units_and_purge_disables_them(installed: dict[str, ScriptStep]) -> None:
    for name in ("units", "user-units"):
        assert (installed[name].code, installed[name].output) == (0, ""), name
    for name in ("enabled", "enabled-for-all"):
        assert installed[name].code == 0, installed[name].output
        assert "timers.target.wants/certclient-renew" in installed[name].output
        assert "timers.target.wants/certclient-renew-start" in installed[name].output


def test_package_of_a_bank_may_leave_the_practice_bank_out(lean_deb: Path, tmp_path: Path) -> None:
    subprocess.run(("dpkg-deb", "--extract", lean_deb, tmp_path), check=True)
    site = tmp_path / "usr/lib/certclient"
    for name in ("certclient_practice", "flask", "cheroot", "jinja2", "werkzeug"):
        assert not (site / name).exists()
    assert list(tmp_path.rglob("certclient-practice*")) == [], "manual pages"
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from certclient.bootstrap import main"
    help_page, refused = (
        subprocess.run(
            (sys.executable, "-I", "-S", "-c", f"{code}; sys.exit(main())", site, *arguments),
            env={"LANG": "C.UTF-8", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        for arguments in (["--help"], ["practice", "serve"])
    )
    assert help_page.returncode == 0, help_page.stderr
    assert ("renew" in help_page.stdout, "practice" in help_page.stdout) == (True, False)
    assert (refused.returncode, "CC-USAGE" in refused.stderr) == (2, True)
    assert "does not include practice" in refused.stderr
    bill = bill_of(lean_deb).read_text(encoding="utf-8")
    assert ("cryptography" in bill, "flask" in bill) == (True, False)


def test_manual_lists_every_command(installed: dict[str, ScriptStep]) -> None:
    manual = installed["manual"]
    assert (manual.code, "troff:" in manual.output) == (0, False), manual.output
    words = {line.split()[0] for line in manual.output.splitlines() if line.strip()}
    assert {f"certclient-{name}(1)" for name in COMMANDS} <= words


def test_upgrade_replaces_older_version_and_keeps_data(installed: dict[str, ScriptStep]) -> None:
    assert installed["older"].code == 0, installed["older"].output
    assert installed["upgrade"].code == 0, installed["upgrade"].output
    assert installed["upgraded-version"].output == debian_version(__version__)
    assert installed["gone"].output == "", "the old module and its bytecode are removed"
    before, after = (installed[name].output for name in ("older-list", "upgraded-list"))
    assert json.loads(before)["certificates"] == json.loads(after)["certificates"]
    assert len(json.loads(after)["certificates"]) == 1
    assert "TKYM1408054" in installed["upgraded-remind"].output
    assert installed["kept"].output.strip() == "# ours", "the administrator's change is kept"
    changed = installed["whole"].output.split()
    assert changed[1:] == ["c", "/etc/certclient/profiles/rei-shinkin.toml"]


def test_purge_leaves_nothing_on_system(installed: dict[str, ScriptStep]) -> None:
    assert installed["purge"].code == 0, installed["purge"].output
    assert installed["left"].output == ""


def test_only_root_can_write_profiles(deb: Path) -> None:
    listing = subprocess.run(
        ("dpkg-deb", "--contents", str(deb)), capture_output=True, text=True, check=True
    ).stdout
    modes = {line.split()[5]: line.split()[:2] for line in listing.splitlines()}
    assert modes["./etc/certclient/profiles/rei-shinkin.toml"] == ["-rw-r--r--", "root/root"]
    assert modes["./usr/bin/certclient"] == ["-rwxr-xr-x", "root/root"]


def test_documentation_is_in_the_package(deb: Path) -> None:
    listing = subprocess.run(
        ("dpkg-deb", "--contents", str(deb)), capture_output=True, text=True, check=True
    ).stdout
    names = {line.split()[5] for line in listing.splitlines()}
    folder = "./usr/share/doc/certclient/html"
    for page in ("index", "docs/index", "docs/guide.ja", "docs/guide.en", "search"):
        assert f"{folder}/{page}.html" in names
    assert "./usr/share/doc-base/certclient" in names


def test_two_builds_are_identical(
    deb: Path, wheel: Path, published: BuildSettings, tmp_path: Path
) -> None:
    again = make_deb(published, wheel, tmp_path, 1_790_000_000)
    assert again.read_bytes() == deb.read_bytes()
    assert bill_of(again).read_bytes() == bill_of(deb).read_bytes()


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.2.0", "1.2.0"), ("1.0.0rc1", "1.0.0~rc1"), ("1.0.0a2", "1.0.0~a2")],
)
def test_prerelease_version_sorts_before_release(version: str, expected: str) -> None:
    assert debian_version(version) == expected


def test_bill_of_materials_lists_installed_files(deb: Path, tmp_path: Path) -> None:
    text = bill_of(deb).read_text(encoding="utf-8")
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    parts = {part["name"]: part for part in json.loads(text)["components"]}
    for name in ("cryptography", "pyside6-essentials"):
        assert parts[name]["version"] == version(name), "the tests use the same lock"
    assert "openssl" in {part["name"] for part in parts["cryptography"]["components"]}
    assert {"icu", "LibPNG", "LibJPEG-turbo"} <= set(parts)
    assert {"cpython", "Freetype 2"} & set(parts) == set(), "these are Debian's packages"
    subprocess.run(("dpkg-deb", "--extract", deb, tmp_path), check=True)
    named = {part["name"]: part["hashes"][0]["content"] for part in parts.values() if is_file(part)}
    assert named == {
        path.relative_to(tmp_path).as_posix(): sha256(path)
        for path in tmp_path.rglob("*")
        if path.is_file()
    }


def is_file(part: dict[str, str]) -> bool:
    return part["type"] == "file"
