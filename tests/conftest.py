"""Fixtures for all tests; each comes from a module in tests/support/."""

pytest_plugins = ["support.nss", "support.softhsm"]
