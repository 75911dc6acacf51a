"""Checks the output of `--json` against its documented shape (resources/schemas/output)."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache
from typing import Any


class _Tee(io.TextIOBase):
    """Writes to the real standard output and keeps a copy."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._copy = io.StringIO()

    @property
    def encoding(self) -> str:  # type: ignore[override] # TextIOBase has a plain attribute
        return str(self._real.encoding)

    def write(self, text: str) -> int:
        self._copy.write(text)
        return int(self._real.write(text))

    def flush(self) -> None:
        self._real.flush()

    def isatty(self) -> bool:
        return bool(self._real.isatty())

    def getvalue(self) -> str:
        return self._copy.getvalue()


@contextmanager
def shown_and_recorded() -> Iterator[_Tee]:
    """What the block prints appears as ever, and is kept."""
    tee = _Tee(sys.stdout)
    with redirect_stdout(tee):
        yield tee


if sys.platform == "win32":
    # The validator is not installed there, and the shapes are the same everywhere.

    def check_output(text: str) -> None:
        json.loads(text)

else:
    from jsonschema import Draft202012Validator

    from certclient.cli.json_shapes import OUTPUTS
    from tools.schemas import output_schema

    def check_output(text: str) -> None:
        """Asserts that `text` is one object that fits the shape of its command, without further
        fields: a new one belongs into `cli/json_shapes.py`."""
        record = json.loads(text)
        errors = list(_validator(record["command"]).iter_errors(record))
        assert not errors, "\n".join(f"{one.json_path}: {one.message}" for one in errors)

    @cache
    def _validator(command: str) -> Draft202012Validator:
        """Of a command without an output of its own, only the failure has a shape."""
        schema = output_schema(command if command in OUTPUTS else "list")
        if command not in OUTPUTS:
            schema["anyOf"] = schema["anyOf"][-1:]
        return Draft202012Validator(_closed(schema))

    def _closed(node: Any) -> Any:
        if isinstance(node, list):
            return [_closed(one) for one in node]
        if not isinstance(node, dict):
            return node
        closed = {key: _closed(value) for key, value in node.items()}
        if isinstance(node.get("properties"), dict):
            closed["additionalProperties"] = False
        return closed
