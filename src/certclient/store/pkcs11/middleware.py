"""What certclient knows of certain modules, recognised by the names of their files."""

from __future__ import annotations

import enum
import re
from pathlib import Path

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.database_problem import Problem


class Service(enum.Enum):
    """What a module needs in order to start. The value is data `problem` of the error."""

    SMART_CARDS = "smart-cards"
    """pcscd, or Windows' Smart Card service."""
    TPM = "tpm"
    """tpm2-abrmd, or access to the TPM's device."""
    OPENCRYPTOKI = "opencryptoki"
    """pkcsslotd, and the group pkcs11."""
    OTHERS = "p11-kit"
    """The modules that p11-kit's proxy stands for."""


_SERVICES = (
    (re.compile("tpm2[-_]pkcs11"), Service.TPM),
    (re.compile("opencryptoki|pkcs11_api"), Service.OPENCRYPTOKI),
    (re.compile("p11-kit"), Service.OTHERS),
    (
        re.compile(
            "opensc|ykcs11|yubico|etpkcs11|etoken|idprime|gemalto|gclib|safesign|aetpkss|castle"
            "|epass|ngp11|jpki|cackey|coolkey|beidpkcs11|bit4|asepkcs|cvp11|iidp11"
        ),
        Service.SMART_CARDS,
    ),
)

_SOFTOKN = re.compile("(lib)?softokn3")
_SOFTOKN_PROBLEM = "softokn"


def is_softokn(path: Path) -> bool:
    """Whether this is NSS's own module, which only NSS can start (and `softokn.py`)."""
    return _SOFTOKN.match(path.name.lower()) is not None


def softokn_named(path: Path) -> CertclientError:
    """The STORE_WRONG_MODULE for NSS's own module named as a token's; data `problem`."""
    return CertclientError(
        ErrorCode.STORE_WRONG_MODULE, path=str(path), problem=_SOFTOKN_PROBLEM, reason=path.name
    )


def does_not_start(path: Path, reason: str) -> CertclientError:
    """The STORE_MODULE_START of the module at `path`; data `problem`: what usually causes it.

    `reason`: the name of its return value.
    """
    name = path.name.lower()
    service = next((one for pattern, one in _SERVICES if pattern.search(name)), None)
    data = {} if service is None else {"problem": service.value}
    return CertclientError(ErrorCode.STORE_MODULE_START, path=str(path), reason=reason, **data)


def unreadable(path: Path, reason: str) -> CertclientError:
    """The STORE_UNAVAILABLE of a module that has started and cannot be asked for its tokens."""
    return CertclientError(
        ErrorCode.STORE_UNAVAILABLE, path=str(path), reason=reason, problem=Problem.MODULE.value
    )
