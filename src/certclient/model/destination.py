"""Where a certificate is stored, in the terms of the bank's screens."""

from __future__ import annotations

import enum


class Destination(enum.Enum):
    """パソコンに保存する or 専用USBに保存する (seed S1, 電子証明書更新開始)."""

    PC = "pc"
    USB = "usb"
