"""Fixtures for all tests; each comes from a module in tests/support/."""

import sys

from hypothesis import settings

# How long an example takes says something about the machine, not about the code. On Windows the
# examples look for what is different there: many different ones have run on Linux.
_EXAMPLES = 10 if sys.platform == "win32" else 100
settings.register_profile("certclient", deadline=None, max_examples=_EXAMPLES)
settings.load_profile("certclient")

pytest_plugins = [
    "support.bank_office",
    "support.windows_pc",
    "support.nss",
    "support.softhsm",
    "support.customer",
    "support.bank",
    "support.command_line",
]

_LONGEST_BYTES_IN_A_NAME = 16


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A test's name holds no random key: pytest-xdist's workers have to find the same names."""
    if isinstance(val, bytes) and len(val) > _LONGEST_BYTES_IN_A_NAME:
        return f"{argname} of {len(val)} bytes"
    return None
