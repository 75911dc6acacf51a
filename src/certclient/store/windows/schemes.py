"""Windows' identifiers of signature algorithms."""

from __future__ import annotations

import enum
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes

from certclient.model.keys import SignatureAlgorithm
from certclient.store.windows.declarations import CALG_SHA_256, CALG_SHA_384, CALG_SHA_512


class Padding(enum.Enum):
    """What surrounds the hash in a signature."""

    PKCS1 = "pkcs1"
    PSS = "pss"
    NONE = "none"
    """ECDSA."""


class Scheme(NamedTuple):
    """Windows' identifiers of a signature algorithm: `capi_hash` an ALG_ID, `cng_hash` a name."""

    hash: hashes.HashAlgorithm
    capi_hash: int
    cng_hash: str
    padding: Padding = Padding.PKCS1

    @property
    def pss(self) -> bool:
        """RSA-PSS, which CAPI does not have."""
        return self.padding is Padding.PSS


_SHA256 = Scheme(hashes.SHA256(), CALG_SHA_256, "SHA256")
_SHA384 = Scheme(hashes.SHA384(), CALG_SHA_384, "SHA384")
_SHA512 = Scheme(hashes.SHA512(), CALG_SHA_512, "SHA512")

SCHEMES = {
    SignatureAlgorithm.RSA_PKCS1_SHA256: _SHA256,
    SignatureAlgorithm.RSA_PKCS1_SHA384: _SHA384,
    SignatureAlgorithm.RSA_PKCS1_SHA512: _SHA512,
    SignatureAlgorithm.RSA_PSS_SHA256: _SHA256._replace(padding=Padding.PSS),
    SignatureAlgorithm.RSA_PSS_SHA384: _SHA384._replace(padding=Padding.PSS),
    SignatureAlgorithm.RSA_PSS_SHA512: _SHA512._replace(padding=Padding.PSS),
    SignatureAlgorithm.ECDSA_SHA256: _SHA256._replace(padding=Padding.NONE),
    SignatureAlgorithm.ECDSA_SHA384: _SHA384._replace(padding=Padding.NONE),
}


def digest(scheme: Scheme, data: bytes) -> bytes:
    """Hashes `data` in this process; the provider only ever gets the digest."""
    context = hashes.Hash(scheme.hash)
    context.update(data)
    return context.finalize()
