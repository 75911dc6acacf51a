"""Provides CPython for Windows, signed by the Python Software Foundation, and wheels for it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.wine.cache import PartError

HERE = Path(__file__).resolve().parent
VERSION = "3.12"
_FOLDER_IN_ARCHIVE = "cp312/"
_ROOT_SHA1 = "f40042e2e5f7e8ef8189fed15519aece42c3bfa2"
"""Thumbprint of Microsoft Identity Verification Root Certificate Authority 2020, the root of
CPython's signatures since 2025."""


LINUX_ONLY_TOOLS = frozenset(
    {
        "accessible-pygments",
        "alabaster",
        "ast-serialize",
        "babel",
        "beautifulsoup4",
        "boolean-py",
        "cyclonedx-python-lib",
        "defusedxml",
        "docutils",
        "furo",
        "grimp",
        "hatchling",
        "imagesize",
        "import-linter",
        "jsonschema",
        "jsonschema-specifications",
        "librt",
        "license-expression",
        "mdit-py-plugins",
        "mypy",
        "mypy-extensions",
        "myst-parser",
        "packageurl-python",
        "py-serializable",
        "pyyaml",
        "referencing",
        "roman-numerals",
        "rpds-py",
        "ruff",
        "snowballstemmer",
        "soupsieve",
        "sphinx",
        "sphinx-basic-ng",
        "sphinxcontrib-applehelp",
        "sphinxcontrib-devhelp",
        "sphinxcontrib-htmlhelp",
        "sphinxcontrib-jsmath",
        "sphinxcontrib-qthelp",
        "sphinxcontrib-serializinghtml",
        "tomlkit",
        "trove-classifiers",
        "types-requests",
    }
)
"""Tools that run on Linux only: the gates, and what builds the installer."""

_WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": "3.12.9",
    "python_version": VERSION,
    "sys_platform": "win32",
}
"""Values of environment markers on Windows (pip would evaluate markers for this machine)."""

_PLATFORM = ("--platform=win_amd64", f"--python-version={VERSION}", "--implementation=cp")
_LOCKED = ("--no-deps", "--only-binary=:all:", "--require-hashes")
_PIP = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")


def python_made_from() -> str:
    """A key that changes whenever the pinned Python or its expected root changes."""
    return (HERE / "python.txt").read_text(encoding="utf-8") + _ROOT_SHA1


def make_python(folder: Path) -> None:
    """Installs python.exe and its library in `folder`. Raises PartError for a wrong signature."""
    archive = _download(folder)
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if name.startswith(_FOLDER_IN_ARCHIVE):
                files.extract(name, folder)
    for place in (folder / _FOLDER_IN_ARCHIVE).iterdir():
        place.rename(folder / place.name)
    (folder / _FOLDER_IN_ARCHIVE).rmdir()
    _check_signatures(folder)


def _download(folder: Path) -> BytesIO:
    """Returns data.zip from the source archive. pip checks the archive's hash before we open it."""
    options = ("--no-deps", "--no-binary=:all:", "--no-build-isolation", "--require-hashes")
    _run((*_PIP, "download", *options, "-d", str(folder), "-r", str(HERE / "python.txt")))
    (source,) = folder.glob("*.tar.gz")
    with tarfile.open(source) as tar:
        (name,) = (name for name in tar.getnames() if name.endswith("/data.zip"))
        member = tar.extractfile(name)
        if member is None:
            raise PartError(f"{name} is not a file")
        data = BytesIO(member.read())
    source.unlink()
    return data


def _check_signatures(folder: Path) -> None:
    """Checks python.exe, its DLLs and extension modules. Libraries by others (libcrypto, vcruntime)
    have other roots; for those, the archive's hash has to do."""
    root = folder / "root.pem"
    root.write_bytes(_signing_root(folder / "python.exe"))
    for file in _signed_files(folder):
        _run((*_verify_command(), "-in", str(file), "-CAfile", str(root), "-TSA-CAfile", str(root)))


def _signed_files(folder: Path) -> Iterator[Path]:
    yield folder / "python.exe"
    yield from folder.glob("python3*.dll")
    yield from folder.glob("DLLs/*.pyd")


def _signing_root(program: Path) -> bytes:
    """The root (PEM) in the program's signature with the expected thumbprint. Raises PartError."""
    signature = program.with_name("signature.pem")
    _run(("osslsigncode", "extract-signature", "-pem", "-in", str(program), "-out", str(signature)))
    for certificate in pkcs7.load_pem_pkcs7_certificates(signature.read_bytes()):
        if _sha1(certificate) == _ROOT_SHA1:
            return certificate.public_bytes(Encoding.PEM)
    raise PartError(f"{program.name} is not signed as expected")


def _sha1(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - a name, as Windows shows it


def _verify_command() -> tuple[str, ...]:
    """Verifies without network access: osslsigncode versions after Debian 12's fetch CRLs."""
    usage = subprocess.run(
        ("osslsigncode", "verify", "--help"), capture_output=True, text=True, check=False
    )
    offline = ("-ignore-crl",) if "-ignore-crl" in usage.stdout + usage.stderr else ()
    return ("osslsigncode", "verify", *offline)


def wheels_made_from(lock: Path) -> str:
    """A key that changes whenever the wheels that `lock` pins for Windows change."""
    return hashlib.sha256("\n".join(windows_requirements(lock)).encode()).hexdigest()


def make_wheels(folder: Path, lock: Path) -> None:
    """Installs the wheels that `lock` pins for Windows in `folder`; pip checks their hashes."""
    wanted = folder / "requirements.txt"
    wanted.write_text("\n".join(windows_requirements(lock)), encoding="utf-8")
    target = (f"--target={folder}", "--no-compile")
    _run((*_PIP, "install", *target, *_PLATFORM, *_LOCKED, "-r", str(wanted)))


def write_hashes(target: Path, lock: Path) -> None:
    """Writes the hashes of the wheels for Windows to `target`: JSON, distribution to SHA-256.

    `lock` has hashes of all files of a release; pip reports which one it would install.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        wanted, report = folder / "requirements.txt", folder / "report.json"
        wanted.write_text("\n".join(windows_requirements(lock)), encoding="utf-8")
        nothing = ("--dry-run", f"--report={report}", "--ignore-installed", f"--target={folder}")
        _run((*_PIP, "install", *nothing, *_PLATFORM, *_LOCKED, "-r", str(wanted)))
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    hashes = {
        canonicalize_name(one["metadata"]["name"]): one["download_info"]["archive_info"]["hashes"]
        for one in found
    }
    text = json.dumps({name: every["sha256"] for name, every in hashes.items()}, indent=1)
    target.write_text(text, encoding="utf-8")


def windows_requirements(lock: Path) -> Sequence[str]:
    """The lines of a universal lock that apply to Windows, with their markers removed."""
    found: list[str] = []
    wanted = False
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line.startswith((" ", "\t")):
            found += [line] if wanted else []
        elif line and not line.startswith("#"):
            requirement = Requirement(line.rstrip(" \\"))
            wanted = _is_wanted(requirement)
            found += [f"{requirement.name}{requirement.specifier} \\"] if wanted else []
    return found


def _is_wanted(requirement: Requirement) -> bool:
    if requirement.name in LINUX_ONLY_TOOLS:
        return False
    return requirement.marker is None or requirement.marker.evaluate(_WINDOWS)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise PartError(f"{command[0]} {command[1]} failed\n{done.stdout[-3000:]}")
