"""Fixtures for all tests; each comes from a module in tests/support/."""

from hypothesis import settings

# How long an example takes says something about the machine, not about the code.
settings.register_profile("certclient", deadline=None)
settings.load_profile("certclient")

pytest_plugins = [
    "support.nss",
    "support.softhsm",
    "support.customer",
    "support.bank",
    "support.command_line",
]
