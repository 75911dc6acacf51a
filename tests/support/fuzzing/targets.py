"""All fuzz targets, and their corpora in the repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from support.fuzzing import certificates, cmp, http, journal, kept_files, pkcs11, texts
from support.fuzzing.target import Target

CORPUS = Path(__file__).resolve().parents[2] / "fuzz" / "corpus"
"""One folder per target: inputs that once reached something new, or once broke something."""

TARGETS: Mapping[str, Target] = {
    target.name: target
    for module in (cmp, certificates, http, texts, journal, kept_files, pkcs11)
    for target in module.TARGETS
}


def kept(target: Target) -> Sequence[bytes]:
    """The inputs in the repository."""
    return [path.read_bytes() for path in sorted((CORPUS / target.name).glob("*"))]
