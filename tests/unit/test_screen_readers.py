"""Which screen readers take announcements, by what they listen to."""

import pytest

from certclient.platform.screen_readers import listens_to_announcements


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["Object:Announcement:"], True),
        (["Object:"], True),
        (["Object:StateChanged:Focused", "Object:StateChanged:Showing", "Focus::"], False),
        ([], False),
    ],
)
def test_what_counts_is_the_event_of_announcements(events: list[str], expected: bool) -> None:
    assert listens_to_announcements([(":1.0", event) for event in events]) is expected
