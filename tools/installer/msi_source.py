"""Generates the WiX source of the MSI for wixl, in pure ASCII, as wixl drops all else (see
`msi`)."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

WINDOWS_PROGRAM = "certclientw.exe"
"""The program with windows; links, the start menu and the logon start it."""

OWN_KEY = r"Software\certclient"
"""The package's own key in HKLM. `InstallDir` makes the per-user setup refuse to install beside it;
`Profile` keeps the choice of PROFILE= for the program and for later packages. The policy key
belongs to the administrator: the MSI neither reads nor writes it (docs/adr/0015)."""

RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
SCHEME = "certclient"

NOTIFICATIONS_KEY = r"Software\Classes\AppUserModelId\certclient"
NOTIFICATIONS_ROW = "notifications"
PICTURE = "program.png"
"""By these Windows names and draws who sends notifications with buttons; the key of the name's row
in the table Registry (src/certclient/platform/windows_toasts.py)."""

FITS = "Installed OR (VersionNT64 AND WINDOWSMAJOR)"
"""64-bit Windows 10 or newer. VersionNT has stayed at 603 since Windows 8.1; the registry value
behind WINDOWSMAJOR exists since Windows 10. `Installed`: a removal is never refused."""

NOT_OLDER = "Installed OR NOT NEWER"

PAYLOAD = "payload"
ICON = "program.ico"
"""Names of the payload and the icon beside the source: wixl accepts relative paths only."""

_NAMESPACE = uuid.UUID("4d2c5a57-6f0e-5d0b-9d0e-5f8c3f0b7a11")
_WIX = "http://schemas.microsoft.com/wix/2006/wi"
_OLDEST_INSTALLER = "500"
_WINDOWS_KEY = r"Software\Microsoft\Windows NT\CurrentVersion"
_JAPANESE = "1041"


@dataclass(frozen=True, slots=True)
class MsiPackage:
    """One MSI. `name` and `publisher` are ASCII; `version` has three numbers, as Windows Installer
    compares no more; `payload`: the folder whose files it installs; `has_icon`: whether ICON exists
    beside it."""

    name: str
    publisher: str
    version: str
    payload: Path
    has_icon: bool = False

    @property
    def upgrade_code(self) -> str:
        """The GUID that all versions of this product share."""
        return _guid(_NAMESPACE, f"product {self.name}")

    @property
    def product_code(self) -> str:
        """The GUID of this content: another build is another product and replaces this one."""
        return _guid(uuid.UUID(self.upgrade_code), f"{self.version} {self.digest}")

    @property
    def package_code(self) -> str:
        """The GUID of the MSI file; the same content gives the same one."""
        return _guid(uuid.UUID(self.product_code), "package")

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the names and contents of the payload."""
        digest = hashlib.sha256()
        for file in self.files:
            content = hashlib.sha256((self.payload / file).read_bytes()).hexdigest()
            digest.update(f"{file} {content}\n".encode())
        return digest.hexdigest()

    @property
    def files(self) -> Sequence[PurePosixPath]:
        """Paths of all files below the payload, sorted."""
        found = (path for path in self.payload.rglob("*") if path.is_file())
        return sorted(PurePosixPath(path.relative_to(self.payload)) for path in found)

    def component(self, what: str) -> str:
        """The GUID of the component `what` (a path or a name), the same in every version."""
        return _guid(uuid.UUID(self.upgrade_code), f"component {what}")


def source(package: MsiPackage) -> bytes:
    """The WiX source as XML in US-ASCII."""
    text: bytes = ET.tostring(_Writer(package).wix(), encoding="us-ascii", xml_declaration=True)
    return text


def file_id(path: PurePosixPath) -> str:
    """The key of a file in the MSI's tables: its path would be too long and have other
    characters."""
    return f"f{hashlib.sha256(str(path).encode()).hexdigest()[:24]}"


class _Writer:
    def __init__(self, package: MsiPackage) -> None:
        self._package = package
        self._components: list[str] = []

    def wix(self) -> ET.Element:
        package = self._package
        root = ET.Element("Wix", xmlns=_WIX)
        product = ET.SubElement(
            root,
            "Product",
            Id=package.product_code,
            UpgradeCode=package.upgrade_code,
            Name=package.name,
            Language=_JAPANESE,
            Version=package.version,
            Manufacturer=package.publisher,
        )
        _add(
            product,
            "Package",
            Id=package.package_code,
            InstallerVersion=_OLDEST_INSTALLER,
            Compressed="yes",
            InstallScope="perMachine",
        )
        _add(product, "Media", Id="1", Cabinet="payload.cab", EmbedCab="yes")
        self._rules(product)
        self._properties(product)
        self._folders(product)
        feature = _add(product, "Feature", Id="all", Level="1")
        for component in self._components:
            _add(feature, "ComponentRef", Id=component)
        return root

    def _rules(self, product: ET.Element) -> None:
        """Each build replaces any other of the same or an older version, but never a newer one."""
        upgrade = _add(product, "Upgrade", Id=self._package.upgrade_code)
        version = self._package.version
        _add(upgrade, "UpgradeVersion", Minimum="0.0.0", Maximum=version, Property="OLDER")
        _add(upgrade, "UpgradeVersion", Minimum=version, OnlyDetect="yes", Property="NEWER")
        sequence = _add(product, "InstallExecuteSequence")
        # Inside the transaction: if the new product cannot be installed, a rollback restores the
        # old one.
        _add(sequence, "RemoveExistingProducts", After="InstallInitialize")
        _condition(product, "certclient needs 64-bit Windows 10 or newer.", FITS)
        _condition(product, "A newer version is installed.", NOT_OLDER)

    def _properties(self, product: ET.Element) -> None:
        _add(product, "Property", Id="ARPNOMODIFY", Value="1")
        # Replaces files regardless of their version resources: Windows Installer compares versions
        # before it removes the old product, and would leave out a file that is then removed.
        _add(product, "Property", Id="REINSTALLMODE", Value="amus")
        if self._package.has_icon:
            _add(product, "Icon", Id="program.ico", SourceFile=ICON)
            _add(product, "Property", Id="ARPPRODUCTICON", Value="program.ico")
        # With /qn and a file in use, Windows Installer would restart the computer without asking.
        _add(product, "Property", Id="REBOOT", Value="ReallySuppress")
        _search(product, "WINDOWSMAJOR", _WINDOWS_KEY, "CurrentMajorVersionNumber")
        _search(product, "KEPTPROFILE", OWN_KEY, "Profile")
        # AppSearch overwrites a property from the command line. So it sets KEPTPROFILE, and this
        # action (type 51, sets a property) copies that to PROFILE only if PROFILE was not given.
        keep = {"Id": "keepprofile", "Property": "PROFILE", "Value": "[KEPTPROFILE]"}
        _add(product, "CustomAction", **keep, Impersonate="yes")
        for sequence in ("InstallUISequence", "InstallExecuteSequence"):
            actions = _add(product, sequence)
            # A number, as wixl adds AppSearch (50) too late for After="AppSearch".
            action = _add(actions, "Custom", Action="keepprofile", Sequence="51")
            action.text = "KEPTPROFILE AND NOT PROFILE"

    def _folders(self, product: ET.Element) -> None:
        target = _add(product, "Directory", Id="TARGETDIR", Name="SourceDir")
        _add(target, "Directory", Id="ProgramMenuFolder")
        programs = _add(target, "Directory", Id="ProgramFiles64Folder")
        name = short_and_long(self._package.name, set())
        folder = _add(programs, "Directory", Id="INSTALLDIR", Name=name)
        self._files(folder, PurePosixPath())
        self._registry(folder)

    def _files(self, folder: ET.Element, place: PurePosixPath) -> None:
        """Adds the files and folders in `place`, a path below the payload."""
        package, taken = self._package, set[str]()
        here = package.payload / place
        for entry in sorted(here.iterdir(), key=lambda path: path.name):
            path, name = place / entry.name, short_and_long(entry.name, taken)
            if entry.is_dir():
                below = _add(folder, "Directory", Id=f"d{file_id(path)}", Name=name)
                self._files(below, path)
                continue
            component = self._component(folder, str(path))
            _add(
                component,
                "File",
                Id=file_id(path),
                Name=name,
                Source=f"{PAYLOAD}/{path}",
                KeyPath="yes",
            )
            if str(path) == WINDOWS_PROGRAM:
                _shortcut(component, path)

    def _registry(self, folder: ET.Element) -> None:
        program = f'"[#{file_id(PurePosixPath(WINDOWS_PROGRAM))}]"'
        classes = rf"Software\Classes\{SCHEME}"
        scheme = self._component(folder, "scheme")
        _value(scheme, classes, "", f"URL:{SCHEME}", key_path=True)
        _value(scheme, classes, "URL Protocol", "")
        _value(scheme, rf"{classes}\DefaultIcon", "", f"{program},0")
        _value(scheme, rf"{classes}\shell\open\command", "", f'{program} "%1"')
        notifications = self._component(folder, "notifications")
        # `msi` replaces the name by the Japanese title afterwards.
        name = ("DisplayName", self._package.name)
        _value(notifications, NOTIFICATIONS_KEY, *name, key_path=True, row=NOTIFICATIONS_ROW)
        for picture in (path for path in self._package.files if path.name == PICTURE):
            _value(notifications, NOTIFICATIONS_KEY, "IconUri", f"[#{file_id(picture)}]")
        logon = self._component(folder, "logon")
        _value(logon, RUN_KEY, self._package.name, f"{program} remind", key_path=True)
        own = self._component(folder, "own")
        _value(own, OWN_KEY, "InstallDir", "[INSTALLDIR]", key_path=True)
        # Always written, empty without a bank. A component with a condition would not do: Windows
        # Installer evaluates it at the first installation only, so another PROFILE would be lost.
        _value(own, OWN_KEY, "Profile", "[PROFILE]")

    def _component(self, folder: ET.Element, what: str) -> ET.Element:
        name = component_id(what)
        self._components.append(name)
        guid = self._package.component(what)
        return _add(folder, "Component", Id=name, Guid=guid, Win64="yes")


def component_id(what: str) -> str:
    """The key of a component in the MSI's tables."""
    return f"c{hashlib.sha256(what.encode()).hexdigest()[:24]}"


def short_and_long(name: str, taken: set[str]) -> str:
    """`SHORT~1.EXT|name`, as the tables require it (wixl generates no short names), or the name
    alone if it fits 8.3. `taken`: the short names in the same folder; the new one is added to
    it."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,8}(\.[A-Za-z0-9_-]{1,3})?", name):
        taken.add(name.upper())
        return name
    stem, _, extension = name.rpartition(".")
    if not stem:
        stem, extension = name, ""
    for candidate in _short_names(stem, extension):
        if candidate not in taken:
            taken.add(candidate)
            return f"{candidate}|{name}"
    raise AssertionError("endless")


def _short_names(stem: str, extension: str) -> Iterator[str]:
    plain = re.sub(r"[^A-Z0-9_]", "", stem.upper()) or "X"
    ending = re.sub(r"[^A-Z0-9_]", "", extension.upper())[:3]
    number = 0
    while True:
        number += 1
        tail = f"~{number}"
        yield f"{plain[: 8 - len(tail)]}{tail}" + (f".{ending}" if ending else "")


def _shortcut(component: ET.Element, program: PurePosixPath) -> None:
    """Adds the start menu entry. `msi` replaces its name by the Japanese title afterwards."""
    _add(
        component,
        "Shortcut",
        Id="start",
        Directory="ProgramMenuFolder",
        Name="certclient",
        Target=f"[#{file_id(program)}]",
        Description="certclient",
        WorkingDirectory="INSTALLDIR",
    )


def _value(
    component: ET.Element, key: str, name: str, text: str, *, key_path: bool = False, row: str = ""
) -> None:
    """`row`: the key of the value's row in the MSI's table, if anything names it."""
    attributes = {"Name": name} if name else {}
    if row:
        attributes["Id"] = row
    if key_path:
        attributes["KeyPath"] = "yes"
    _add(component, "RegistryValue", Root="HKLM", Key=key, Type="string", Value=text, **attributes)


def _search(product: ET.Element, name: str, key: str, value: str) -> None:
    """Makes AppSearch set the property `name` from HKLM, 64-bit view."""
    found = _add(product, "Property", Id=name)
    where = {"Root": "HKLM", "Key": key, "Name": value}
    _add(found, "RegistrySearch", Id=name.lower(), **where, Type="raw", Win64="yes")


def _condition(parent: ET.Element, message: str, condition: str) -> None:
    _add(parent, "Condition", Message=message).text = condition


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _guid(namespace: uuid.UUID, name: str) -> str:
    return f"{{{str(uuid.uuid5(namespace, name)).upper()}}}"
