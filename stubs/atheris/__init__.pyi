"""The used part of atheris 3.0."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

def instrument_imports(
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    enable_loader_override: bool = True,
) -> AbstractContextManager[None]: ...
def Mutate(data: bytes, max_size: int) -> bytes: ...
def Setup(
    argv: Sequence[str],
    test_one_input: Callable[[bytes], object],
    *,
    custom_mutator: Callable[[bytes, int, int], bytes],
) -> None: ...
def Fuzz() -> None: ...
