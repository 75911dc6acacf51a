"""Certificates that Debian and PyPI packages in the tests bring: thousands of other people's.

`corpus()` reads each file once, whatever it holds, and returns every certificate by its bytes.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import certifi
import cryptography_vectors

_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END ")
_ENDINGS = frozenset({".pem", ".crt", ".cer", ".der", ".txt"})

FOLDERS: Mapping[str, Path] = {
    "cryptography_vectors": Path(cryptography_vectors.__file__).parent / "x509",
    "asn1crypto-tests": Path(certifi.where()).parents[1] / "asn1crypto_tests" / "fixtures",
    "certifi": Path(certifi.where()).parent,
    "ca-certificates": Path("/usr/share/ca-certificates"),
}
"""By package; the last one is Debian's, the others PyPI's."""


@functools.cache
def corpus() -> Mapping[str, tuple[bytes, ...]]:
    """The certificates (BER) of each package, each once."""
    return {
        package: tuple(dict.fromkeys(_certificates(folder))) for package, folder in FOLDERS.items()
    }


def _certificates(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _ENDINGS or not path.is_file():
            continue
        data = path.read_bytes()
        blocks = _PEM.findall(data)
        if blocks:
            yield from (base64.b64decode(b"".join(block.split())) for block in blocks)
        elif data[:1] == b"\x30":
            yield data
