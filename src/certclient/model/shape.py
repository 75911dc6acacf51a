"""Finds every fault in the shape of a parsed file; msgspec stops at the first.

The types are those with which msgspec reads the file, so the two cannot differ in what they accept;
a test compares them. After a fault the walk goes on with a placeholder, so that the checks of other
values can be made as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar, cast

from msgspec import NODEFAULT, Struct, inspect

from certclient.model.faults import FaultError, Reason, not_allowed, unknown_key

_WORDS: dict[type[inspect.Type], str] = {
    inspect.BoolType: "boolean",
    inspect.IntType: "integer",
    inspect.StrType: "text",
    inspect.VarTupleType: "list",
}

_MOST_FAULTS = 100
"""Nobody reads more, and each unknown key is compared with all known ones."""
_LONGEST_KEY = 200
"""Of a dotted key in a fault, in characters."""

S = TypeVar("S", bound=Struct)
T = TypeVar("T")

_KINDS = {bool: "boolean", int: "integer", float: "number", str: "text", list: "list"}


def kind_of(value: object) -> str:
    """The kind of a TOML value; `i18n` has a word for each."""
    if isinstance(value, Mapping):
        return "table"
    if isinstance(value, (date, time)):
        return "date"
    return _KINDS.get(type(value), "text")


def examine_shape(value: object, kind: type[S]) -> tuple[S, Sequence[tuple[str, FaultError]]]:
    """`value` (a parsed file) as the struct `kind`, and each fault with its dotted key: of those
    that are no missing keys, at most the first 100.

    If there are faults, the struct holds placeholders and must not be used.
    """
    walk = _Walk()
    shape = inspect.type_info(kind)
    if not isinstance(shape, inspect.StructType):
        raise TypeError("a file is a table")
    return cast("S", walk.struct(value, shape)), walk.faults


@dataclass(slots=True)
class _Walk:
    faults: list[tuple[str, FaultError]] = field(default_factory=list)

    def struct(self, value: object, kind: inspect.StructType, key: str = "") -> object:
        """The struct that `value` describes, with placeholders where it is at fault."""
        table = self._typed(value, dict, "table", key)
        names = {one.encode_name for one in kind.fields}
        for name in [] if table is None else table:
            if name not in names and len(self.faults) < _MOST_FAULTS:
                self._add(_inside(key, str(name)), unknown_key(str(name), sorted(names)))
        read = {one.name: self._field(table, one, key) for one in kind.fields}
        return kind.cls(**read)

    def _field(self, table: dict[str, object] | None, one: inspect.Field, key: str) -> object:
        name = one.encode_name
        if table is not None and name in table:
            return self._value(table[name], one.type, _inside(key, name))
        if not one.required:
            return one.default if one.default_factory is NODEFAULT else one.default_factory()
        if table is not None:
            self._add(_inside(key, name), FaultError(Reason.MISSING_KEY))
        return _placeholder(one.type)

    def _value(self, value: object, kind: inspect.Type, key: str) -> object:
        kind = _present(kind)
        if isinstance(kind, inspect.StructType):
            return self.struct(value, kind, key)
        if isinstance(kind, inspect.VarTupleType):
            return self._tuple(value, kind, key)
        if isinstance(kind, inspect.DictType):
            return self._options(value, kind, key)
        try:
            return _leaf(value, kind)
        except FaultError as fault:
            self._add(key, fault)
            return _placeholder(kind)

    def _options(self, value: object, kind: inspect.DictType, key: str) -> dict[str, object]:
        """A table with any keys, whose values have one of several types."""
        table = self._typed(value, dict, "table", key)
        return {
            name: self._value(one, _fitting(one, kind.value_type), _inside(key, name))
            for name, one in (table or {}).items()
        }

    def _tuple(self, value: object, kind: inspect.VarTupleType, key: str) -> tuple[object, ...]:
        items = self._typed(value, list, "list", key)
        if items is None:
            return ()
        if not items and kind.min_length:
            self._add(key, FaultError(Reason.EMPTY))
        if kind.max_length is not None and len(items) > kind.max_length:
            self._add(key, FaultError(Reason.TOO_MANY, most=str(kind.max_length)))
        return tuple(
            self._value(item, kind.item_type, f"{key}[{number}]")
            for number, item in enumerate(items)
        )

    def _typed(self, value: object, wanted: type[T], word: str, key: str) -> T | None:
        if isinstance(value, wanted):
            return value
        self._add(key, _wrong_type(word, value))
        return None

    def _add(self, key: str, fault: FaultError) -> None:
        # All missing keys are kept: a placeholder stands for each, which is no fault of its own.
        if len(self.faults) < _MOST_FAULTS or fault.reason is Reason.MISSING_KEY:
            self.faults.append((key[:_LONGEST_KEY], fault))


def _inside(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _present(kind: inspect.Type) -> inspect.Type:
    """The type of a value that is given: TOML has no null."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if not isinstance(kind, inspect.UnionType):
        return kind
    return next(_present(one) for one in kind.types if not isinstance(one, inspect.NoneType))


def _fitting(value: object, kind: inspect.Type) -> inspect.Type:
    """The type of a union that a value of this kind can have; the first one if none fits."""
    types = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    for one in types:
        if _WORDS.get(type(one)) == kind_of(value):
            return one
    return types[0]


def _leaf(value: object, kind: inspect.Type) -> object:
    """The value itself, or its enum member. Raises FaultError."""
    match kind:
        case inspect.BoolType():
            return _of_type(value, bool, "boolean")
        case inspect.IntType():
            return _in_range(_of_type(value, int, "integer"), kind)
        case inspect.StrType():
            return _text(_of_type(value, str, "text"), kind)
        case inspect.EnumType():
            return _member(value, kind)
        case inspect.LiteralType():
            return _literal(value, kind)
        case _:
            raise TypeError(f"no rule for {kind}")


def _of_type(value: object, wanted: type[T], word: str) -> T:
    if type(value) is not wanted:  # true is no number
        raise _wrong_type(word, value)
    return value


def _wrong_type(word: str, value: object) -> FaultError:
    return FaultError(Reason.WRONG_TYPE, expected=word, found=kind_of(value))


def _in_range(number: int, kind: inspect.IntType) -> int:
    if (kind.ge is not None and number < kind.ge) or (kind.le is not None and number > kind.le):
        limits = {"least": str(kind.ge), "most": str(kind.le)}
        raise FaultError(Reason.OUT_OF_RANGE, found=str(number)[:80], **limits)
    return number


def _text(text: str, kind: inspect.StrType) -> str:
    if kind.min_length and len(text) < kind.min_length:
        raise FaultError(Reason.EMPTY)
    if kind.max_length is not None and len(text) > kind.max_length:
        raise FaultError(Reason.TOO_LONG, most=str(kind.max_length))
    if kind.pattern is not None and not re.search(kind.pattern, text):
        raise FaultError(Reason.ID_FORM, found=text[:80])
    return text


def _member(value: object, kind: inspect.EnumType) -> object:
    members = {member.value: member for member in kind.cls}
    text = _of_type(value, str, "text")
    if text not in members:
        raise not_allowed(text, members)
    return members[text]


def _literal(value: object, kind: inspect.LiteralType) -> object:
    _of_type(value, type(kind.values[0]), kind_of(kind.values[0]))
    if value not in kind.values:
        raise not_allowed(value, kind.values)
    return value


def _placeholder(kind: inspect.Type) -> object:
    """Any value of the type: it is never used, as the file is refused."""
    match _present(kind):
        case inspect.StructType() as struct:
            return struct.cls(
                **{one.name: _placeholder(one.type) for one in struct.fields if one.required}
            )
        case inspect.VarTupleType():
            return ()
        case inspect.DictType():
            return {}
        case inspect.EnumType() as members:
            return next(iter(members.cls))
        case inspect.LiteralType() as literal:
            return literal.values[0]
        case inspect.BoolType():
            return False
        case inspect.IntType():
            return 0
        case _:
            return ""
