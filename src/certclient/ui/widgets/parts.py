"""Building blocks of every page, by one import."""

from __future__ import annotations

from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import Card
from certclient.ui.widgets.key_values import Facts, KeyValueList
from certclient.ui.widgets.labels import (
    BigNumber,
    CardTitle,
    Heading,
    PlainLabel,
    SecondaryText,
    Sentence,
    SmallText,
    StrongText,
    notification,
    sentences,
    tool_tip,
    without_mnemonic,
)

__all__ = [
    "BigNumber",
    "Callout",
    "Card",
    "CardTitle",
    "Facts",
    "Heading",
    "KeyValueList",
    "PlainLabel",
    "SecondaryText",
    "Sentence",
    "SmallText",
    "StrongText",
    "notification",
    "sentences",
    "tool_tip",
    "without_mnemonic",
]
