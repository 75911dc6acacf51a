"""The place of each key in a TOML file, and what is said about a text that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certclient.model.faults import Reason
from certclient.model.toml_text import Position, TomlSyntaxError, parse

TEXT = '''# a comment with [brackets] = "quotes"
schema = 1
bank = { ja = "れい, 信用金庫", en = 'a } b' } # inline
"quoted key".'x' = true
[ca] # header
url = "https://ca.example.jp/#x"
pem = """
[not.a.table]
x = 1 \\"""
"""
  list = [
    'a', # first
    "b",
    [1, 2],
    { deep = 1 },
  ]
[a.b.c]
d.e = 1979-05-27 07:32:00
[[products]]
name = """"quoted""""
[products.size]
width = 1
[[products]]
name = ''
'''

PLACES = {
    "schema": (2, 1),
    "bank": (3, 1),
    "bank.ja": (3, 10),
    "bank.en": (3, 27),
    "quoted key": (4, 1),
    "quoted key.x": (4, 1),
    "ca": (5, 1),
    "ca.url": (6, 1),
    "ca.pem": (7, 1),
    "ca.list": (11, 3),
    "ca.list[0]": (12, 5),
    "ca.list[1]": (13, 5),
    "ca.list[2][1]": (14, 9),
    "ca.list[3].deep": (15, 7),
    "a.b.c": (17, 1),
    "a.b.c.d.e": (18, 1),
    "products[0].name": (20, 1),
    "products[0].size.width": (22, 1),
    "products[1].name": (24, 1),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_key_and_item_has_its_place(newline: str) -> None:
    parsed = parse(TEXT.replace("\n", newline))
    found = {key: parsed.positions[key] for key in PLACES}
    assert found == {key: Position(*place) for key, place in PLACES.items()}
    assert "ca.x" not in parsed.positions


def test_what_is_missing_is_placed_at_the_table_around_it() -> None:
    parsed = parse(TEXT)
    assert parsed.position("ca.trust_anchors") == Position(5, 1)
    assert parsed.position("bank.de") == Position(3, 1)
    assert parsed.position("ca.list[7]") == Position(11, 3)
    assert parsed.position("nothing") is None
    assert parsed.position("") is None


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("a = 1\na = 2", Reason.SYNTAX_TWICE, (2, 6)),
        ("[a]\n[a]", Reason.SYNTAX_TWICE, (2, 3)),
        ("a = {x = 1, x = 2}", Reason.SYNTAX_TWICE, None),
        ("a", Reason.SYNTAX_EQUALS, (1, 2)),
        ("a: 1", Reason.SYNTAX_EQUALS, (1, 2)),
        ("a = yes", Reason.SYNTAX_VALUE, (1, 5)),
        ("a =\nb = 1", Reason.SYNTAX_VALUE, (1, 4)),
        ("a = 'x\n", Reason.SYNTAX_STRING, None),
        ('a = "x\n', Reason.SYNTAX_STRING, (1, 7)),
        ('a = """x\n', Reason.SYNTAX_STRING, (2, 1)),
        (r'a = "C:\Tokens"', Reason.SYNTAX_ESCAPE, None),
        (r'a = "C:\users"', Reason.SYNTAX_ESCAPE, None),
        ("a = [1, 2", Reason.SYNTAX_BRACKET, None),
        ("a = {x = 1", Reason.SYNTAX_BRACKET, None),
        ("[a\n", Reason.SYNTAX_BRACKET, (1, 3)),
        ("a = 1 b = 2", Reason.SYNTAX_REST, (1, 7)),
        ("a = 'x\x01'", Reason.SYNTAX_CHARACTER, (1, 7)),
        ("= 1", Reason.SYNTAX, (1, 1)),
        ("a = " + "[" * 5000, Reason.TOO_DEEP, (1, 37)),
        ("a = 1\nb = " + "1" * 201, Reason.TOO_LONG, (2, 5)),
    ],
)
def test_a_syntax_error_is_a_reason_and_a_place(
    text: str, reason: Reason, place: tuple[int, int] | None
) -> None:
    with pytest.raises(TomlSyntaxError) as raised:
        parse(text)
    assert raised.value.reason is reason
    if place is not None:
        assert raised.value.position == Position(*place)


KEYS = st.text(st.sampled_from("ab1-_"), min_size=1, max_size=3)
SCALARS = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(["true", "1.5", "'x]}#'", '"a\\"b,"', '"""x\n[y]\n"""', "'''\nz = 1'''"]),
)


def table(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(KEYS, values, max_size=3)
    return pairs.map(lambda made: "{" + ", ".join(f"{k} = {v}" for k, v in made.items()) + "}")


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda made: "[\n" + ", # c\n".join(made) + "\n]"),
        table(inner),
    ),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_every_value_of_any_file_is_found_and_nothing_else(
    tables: dict[str, dict[str, str]],
) -> None:
    text = "".join(
        f"[ {name} ]\n" + "".join(f"{key} = {value} # x = 1\n" for key, value in pairs.items())
        for name, pairs in tables.items()
    )
    parsed = parse(text)
    assert set(parsed.positions) == set(paths(parsed.table))
    lines = text.split("\n")
    for key, place in parsed.positions.items():
        at = lines[place.line - 1][place.column - 1 :]
        last = key.rpartition(".")[2]
        assert key.endswith("]") or at.startswith((last, "["))


def paths(value: object, path: str = "") -> list[str]:
    if isinstance(value, dict):
        inner = [(f"{path}.{key}" if path else key, one) for key, one in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{number}]", one) for number, one in enumerate(value)]
    else:
        return []
    return [found for key, one in inner for found in (key, *paths(one, key))]


@pytest.mark.parametrize("key", ["]", "a]", "[a", "a[b", "a.b]", "]]"])
def test_place_of_a_name_with_brackets_is_looked_for_once(key: str) -> None:
    """A profile with such a name must not hang the program."""
    assert parse("x = 1\n").position(key) is None
    assert parse(f"['{key}'.x]\na = 1\n").position(key) == Position(1, 1)
