"""Checks the Authenticode signature of each program file in the payload.

We sign our own programs. Third-party libraries ship byte for byte as published, with their makers'
signature or without one. In either case our programs load only those whose SHA-256 they contain
(installer/native).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import tomllib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tools.installer.pe import is_pe
from tools.installer.settings import CONTENTS
from tools.installer.signing import CodeSigner, SigningError, offline

OURS = "ours"
UNSIGNED = "unsigned"
_DIGEST = re.compile(r"^(?:Current|Calculated) message digest\s*: ([0-9A-F]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SignatureState:
    """A file's signer. `path`: below the payload; `signer`: an organisation, OURS or UNSIGNED."""

    path: str
    signer: str


def check_signatures(payload: Path, signer: CodeSigner) -> Sequence[SignatureState]:
    """Checks every .exe, .dll and .pyd below `payload`, and any other file with a PE header.

    Raises SigningError naming each file whose signer is not the one in contents.toml, or whose
    content was changed after signing.
    """
    expected = tomllib.loads(CONTENTS.read_text(encoding="utf-8"))["signatures"]
    states, wrong = [], []
    for path in _programs(payload):
        name = path.relative_to(payload).as_posix()
        wanted = expected_signer(name, expected)
        try:
            found = _signer(path, signer if wanted == OURS else None)
        except SigningError as error:
            found = f"not whole: {error}"
        states.append(SignatureState(name, found))
        if found != wanted:
            wrong.append(f"{name}: {found}, expected: {wanted or 'no such file'}")
    if wrong:
        raise SigningError("signatures are not as expected\n" + "\n".join(wrong))
    return states


def _signer(path: Path, ours: CodeSigner | None) -> str:
    if ours is None:
        return read_signer(path)
    ours.check(path)
    return OURS


def expected_signer(name: str, expected: Mapping[str, Sequence[str]]) -> str:
    """The expected signer of the file `name` (path below the payload, with slashes); "" if unknown.

    `expected`: maps a signer to patterns; those of libraries are paths below `app-<version>`.
    """
    inside = name.partition("/")[2] if name.startswith("app-") else name
    for signer, patterns in expected.items():
        if any(fnmatch(inside, pattern) for pattern in patterns):
            return signer
    return ""


def read_signer(path: Path) -> str:
    """The organisation in the certificate that signed `path`, or UNSIGNED.

    Raises SigningError if the content was changed after signing. It does not check whether Windows
    trusts the certificate: the files are pinned by hash (requirements/*.txt).
    """
    done = subprocess.run(
        ("osslsigncode", "verify", *offline(), "-in", str(path)),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    output = done.stdout + done.stderr
    if "No signature found" in output:
        return UNSIGNED
    digests = _DIGEST.findall(output)
    if len(digests) < 2 or digests[0] != digests[1]:
        raise SigningError(f"{path.name} was changed after it was signed")
    return _organisation(path)


def _organisation(path: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "signature.pem"
        command = ("osslsigncode", "extract-signature", "-pem", "-in", str(path), "-out", str(pem))
        subprocess.run(command, capture_output=True, check=True)
        with warnings.catch_warnings():
            # Signing tools do not sort the set of certificates as DER requires.
            warnings.filterwarnings("ignore", "PKCS#7 certificates could not be parsed as DER")
            certificates = pkcs7.load_pem_pkcs7_certificates(pem.read_bytes())
    (leaf,) = (certificate for certificate in certificates if _signs_code(certificate))
    names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else leaf.subject.rfc4514_string()


def _signs_code(certificate: x509.Certificate) -> bool:
    """Whether it is a code signing leaf. CA certificates may have that extended key usage, too."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    if ExtendedKeyUsageOID.CODE_SIGNING not in usage:
        return False
    try:
        return not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return True


def _programs(payload: Path) -> Iterator[Path]:
    for path in sorted(payload.rglob("*")):
        if path.is_file() and (path.suffix in {".exe", ".dll", ".pyd"} or is_pe(path.read_bytes())):
            yield path
