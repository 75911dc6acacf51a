"""What Windows is given for a notification."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from certclient.platform.toasts import Toast, ToastButton, toast_xml

_LINK = "certclient:renew?profile=rei-shinkin&user=TKYM1408054"


def test_buttons_open_links_or_close_the_notification() -> None:
    buttons = (ToastButton("今すぐ更新する", _LINK), ToastButton("後で"))
    toast = Toast("更新のお願い", "あと5日です。", "reminder", "certclient:open", buttons)
    top = ET.fromstring(toast_xml(toast))
    assert (top.get("launch"), top.get("activationType")) == ("certclient:open", "protocol")
    assert [text.text for text in top.iter("text")] == ["更新のお願い", "あと5日です。"]
    actions = [
        (one.get("content"), one.get("activationType"), one.get("arguments"))
        for one in top.iter("action")
    ]
    assert actions == [
        ("今すぐ更新する", "protocol", _LINK),
        ("後で", "system", "dismiss"),
    ]


def test_text_from_outside_is_never_markup() -> None:
    hostile = '</text><image src="//host/a"/>&lt;\x00\u202e'
    top = ET.fromstring(toast_xml(Toast("a", hostile, "t", "certclient:open")))
    assert not list(top.iter("image"))
    text = [one.text for one in top.iter("text")][1]
    assert text == '</text><image src="//host/a"/>&lt;<U+0000><U+202E>'
