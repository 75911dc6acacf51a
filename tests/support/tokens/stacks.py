"""The tokens that the contract suite drives, by name; and the one that this run is about.

`TOKEN_STACK` names it: then every store of the contract suite is that token.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from support.tokens import opencryptoki, opensc, p11_kit, tpm2
from support.tokens.running import RunningToken, Stack, variables

TOKEN_STACK = "CERTCLIENT_TEST_TOKEN"

STACKS: dict[str, Stack] = {
    "softhsm": p11_kit.SOFTHSM_STACK,
    "tpm2-pkcs11": tpm2.STACK,
    "opencryptoki": opencryptoki.STACK,
    "p11-kit-proxy": p11_kit.PROXY_STACK,
    "nss-behind-p11-kit": p11_kit.SOFTOKEN_STACK,
    "opensc": opensc.STACK,
}


def stack_of_this_run() -> str:
    """The name that the environment gives; "" in an ordinary run."""
    return os.environ.get(TOKEN_STACK, "")


@pytest.fixture(scope="session")
def running_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningToken]:
    """The token of this run, with its services."""
    stack = STACKS[stack_of_this_run()]
    with stack.running(tmp_path_factory.mktemp("token")) as token, variables(token.environment):
        yield token


@pytest.fixture
def token(running_token: RunningToken) -> RunningToken:
    """The token, emptied."""
    running_token.wipe()
    return running_token
