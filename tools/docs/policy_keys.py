"""docs/reference/policy-keys.md: the administrator's settings, as the ADMX explains them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

from certclient.model.policy import VALUES, ValueKind
from tools.docs.markdown import GENERATED, table

_POLICY = Path(__file__).parents[2] / "installer" / "policy"
_STRING = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}string"
_TYPES = {
    ValueKind.LIST: ("REG_MULTI_SZ, or REG_SZ with commas", "list"),
    ValueKind.TEXT: ("REG_SZ", "text"),
    ValueKind.SWITCH: ("REG_DWORD, 0 or 1", "`true` or `false`"),
}


def page() -> str:
    """The page as Markdown."""
    languages = [_texts(language) for language in ("ja-JP", "en-US")]
    rows = [
        [
            f"`{name}`",
            *_TYPES[kind],
            *(f"**{texts[name]}**: {texts[f'{name}_Explain']}" for texts in languages),
        ]
        for name, kind in VALUES.items()
    ]
    head = ("value", "registry type", "in `policy.toml`", "日本語", "English")
    return (
        f"# Settings of the administrator\n\n{GENERATED}\n"
        "[fleet.md](../fleet.md#policy) says where they are read from, and how to distribute them."
        f" Any other name is an\nerror.\n\n{table(head, rows)}"
    )


def _texts(language: str) -> dict[str, str]:
    adml = Xml.parse(_POLICY / language / "certclient.adml")  # noqa: S314 - a file of ours
    return {text.attrib["id"]: text.text or "" for text in adml.iter(_STRING)}
