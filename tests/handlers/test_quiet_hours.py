"""When a notice to everybody may go out, by the owner's clock."""

from datetime import UTC, datetime

import pytest

from handlers.broadcasting import is_night


@pytest.mark.parametrize(
    ("hour", "minute", "night"),
    [
        (0, 0, True),
        (7, 59, True),
        (8, 0, False),
        (12, 0, False),
        (21, 59, False),
        (22, 0, True),
        (23, 59, True),
    ],
)
@pytest.mark.parametrize(("zone", "ahead"), [("Asia/Shanghai", 8), ("UTC", 0)])
def test_nobody_is_disturbed_from_ten_to_eight(
    zone: str, ahead: int, hour: int, minute: int, night: bool
) -> None:
    """22:00 to 8:00 where the owner is, not where the machine is."""
    at_s = datetime(2026, 3, 4, hour, minute, tzinfo=UTC).timestamp() - ahead * 3600

    assert is_night(zone, at_s) == night
