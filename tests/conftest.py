"""Fixtures for all tests; each comes from a module in tests/support/."""

import sys

from hypothesis import settings

# No deadline: an example's duration depends on the machine, not on the code. On Windows a few
# examples are enough to find platform differences, because Linux runs many.
_EXAMPLES = 10 if sys.platform == "win32" else 100
settings.register_profile("certclient", deadline=None, max_examples=_EXAMPLES)
settings.load_profile("certclient")

pytest_plugins = [
    "support.bank_service",
    "support.windows_pc",
    "support.nss",
    "support.softhsm",
    "support.tokens.stacks",
    "support.pkcs11_shim",
    "support.faulty_module",
    "support.keyed_stores",
    "support.customer",
    "support.bank",
    "support.forks",
    "support.command_line",
    "support.torture.results",
    "support.torture.failing_disk",
]

_LONGEST_BYTES_IN_A_NAME = 16


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keeps random keys out of test IDs: pytest-xdist's workers must collect identical IDs."""
    if isinstance(val, bytes) and len(val) > _LONGEST_BYTES_IN_A_NAME:
        return f"{argname} of {len(val)} bytes"
    return None
