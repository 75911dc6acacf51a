"""Where a certificate lives, in the customer's words."""

from __future__ import annotations

import enum


class Destination(enum.Enum):
    """パソコンに保存する or 専用USBに保存する (seed S1, 電子証明書更新開始)."""

    PC = "pc"
    USB = "usb"
