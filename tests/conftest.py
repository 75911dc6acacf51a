"""Fixtures for all tests; each comes from a module in tests/support/."""

from hypothesis import settings

# How long an example takes says something about the machine, not about the code.
settings.register_profile("certclient", deadline=None)
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
