"""Draws communes as bubbles at their official points: area by payees, colour and number by share. Pure geometry.

Bubbles that would cover one another are pushed apart, and a thin line leads back to the true place.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

WIDTH, HEIGHT, MARGIN = 1000, 700, 60
LARGEST, SMALLEST = 40, 13
# What still overlaps after so many stays so: small ones are drawn on top of large ones, and none is lost.
_ROUNDS = 80
_GAP = 3
# About the width of a letter of the map's type, in units of the view box.
_LETTER = 8

# Lower bounds of the classes of shares, in percent; the legend is drawn from the same list.
CLASSES = (0, 30, 45, 55, 70)


@dataclass(frozen=True)
class Place:
    """A commune to draw: degrees as text, how many payees, the share as text ("52.00") or None when it is not shown."""

    code: str
    name: str
    latitude: str
    longitude: str
    payees: int
    share: str | None


@dataclass(frozen=True)
class Bubble:
    """A drawn commune. Coordinates are whole units of the view box, ready for the template."""

    code: str
    name: str
    payees: int
    share: str | None
    share_class: str
    # The paint decides the colour of the number on it, for the contrast that WCAG asks for; the template cannot
    # compute.
    is_dark: bool
    x: int
    y: int
    radius: int
    true_x: int
    true_y: int
    label_x: int = 0
    label_y: int = 0
    has_label: bool = False

    @property
    def short_name(self) -> str:
        """Return the name without the kind of unit, as maps print it."""
        return self.name.removeprefix("Phường ").removeprefix("Xã ").removeprefix("Thị trấn ").removeprefix("Đặc khu ")

    @property
    def is_moved(self) -> bool:
        """Return whether the bubble stands beside its true place, so that a line must lead there."""
        # A line of four units would hide behind the rim of its bubble.
        return math.hypot(self.x - self.true_x, self.y - self.true_y) > 4

    @property
    def whole_share(self) -> str:
        """Return the share in whole percent, as printed on the bubble."""
        return "" if self.share is None else str(round(Decimal(self.share)))


def share_class(share: str | None) -> str:
    """Return the number of the colour class of a share, or "none" when it is not shown."""
    if share is None:
        return "none"
    return str(max(place for place, bound in enumerate(CLASSES) if Decimal(share) >= bound))


def _projected(places: Sequence[Place]) -> list[tuple[int, int]]:
    """Fit the points into the picture, east–west shortened as it is at this latitude."""
    # Latitude grows upwards, the picture downwards: hence the minus below. Degrees are exact text until they become
    # pixels.
    points = [(Decimal(place.longitude), Decimal(place.latitude)) for place in places]
    middle = sum(latitude for _, latitude in points) / len(points)
    # A degree of longitude is shorter than one of latitude, the more so the farther from the equator.
    narrowing = Decimal(str(math.cos(math.radians(middle))))
    flat = [(longitude * narrowing, -latitude) for longitude, latitude in points]
    # A single commune has no width and no height; one instead of nothing keeps it in the middle.
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide, high = max(x for x, _ in flat) - left or Decimal(1), max(y for _, y in flat) - top or Decimal(1)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    aside, above = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2
    return [(round((x - left) * scale + aside), round((y - top) * scale + above)) for x, y in flat]


def _push_apart(points: Sequence[tuple[float, float]], radii: list[int]) -> list[tuple[float, float]]:
    """Move overlapping circles apart, a little each round; the order is fixed, so the picture is always the same."""
    moved = [[x, y] for x, y in points]
    for _ in range(_ROUNDS):
        has_overlap = False
        for one in range(len(moved)):
            for other in range(one):
                across, down = moved[one][0] - moved[other][0], moved[one][1] - moved[other][1]
                apart, wanted = math.hypot(across, down), radii[one] + radii[other] + _GAP
                if apart >= wanted:
                    continue
                has_overlap = True
                # Two circles on one point part sideways.
                step = (wanted - apart) / 2 / (apart or 1)
                across, down = (across * step, down * step) if apart else (wanted / 2, 0)
                moved[one][0] += across
                moved[one][1] += down
                moved[other][0] -= across
                moved[other][1] -= down
        if not has_overlap:
            break
    # Pushed into the frame last: done inside the rounds, the edge would press bubbles onto one another again.
    return [
        (_inside(x, radius, WIDTH), _inside(y, radius, HEIGHT)) for (x, y), radius in zip(moved, radii, strict=True)
    ]


def _inside(coordinate: float, radius: int, size: int) -> float:
    return min(max(coordinate, radius + 2), size - radius - 2)


# The same places give the same picture, every time it is asked for; each part of the key is frozen.
@lru_cache(maxsize=64)
def bubbles(places: tuple[Place, ...]) -> tuple[Bubble, ...]:
    """Return the bubbles to draw, largest first, so that a small one is never covered."""
    if not places:
        return ()
    most = max(place.payees for place in places) or 1
    # Areas are compared by the eye, so the area grows with the payees and the radius with their root.
    radii = [max(SMALLEST, round(LARGEST * math.sqrt(place.payees / most))) for place in places]
    true = _projected(places)
    drawn = _push_apart(true, radii)
    made = []
    for place, radius, (x, y), (true_x, true_y) in zip(places, radii, drawn, true, strict=True):
        kind = share_class(place.share)
        made.append(
            Bubble(
                place.code,
                place.name,
                place.payees,
                place.share,
                kind,
                kind in {"0", "4"},
                round(x),
                round(y),
                radius,
                true_x,
                true_y,
            )
        )
    # Small bubbles are drawn last, on top.
    return _labelled(sorted(made, key=lambda bubble: (-bubble.radius, bubble.code)))


def _labelled(drawn: list[Bubble]) -> tuple[Bubble, ...]:
    """Write a name beside each bubble where there is room for it; the title and the table name them all."""
    boxes = [(b.x - b.radius, b.y - b.radius, b.x + b.radius, b.y + b.radius) for b in drawn]
    labelled = []
    for bubble in drawn:
        half, labelled_bubble = len(bubble.short_name) * _LETTER // 2 + 2, bubble
        # Below, above, right, left: as map makers prefer. The largest choose first, the ones left over stay in the
        # title.
        for x, y in (
            (bubble.x, bubble.y + bubble.radius + 13),
            (bubble.x, bubble.y - bubble.radius - 6),
            (bubble.x + bubble.radius + half + 2, bubble.y + 4),
            (bubble.x - bubble.radius - half - 2, bubble.y + 4),
        ):
            box = (x - half, y - 11, x + half, y + 3)
            is_inside = box[0] > 0 and box[2] < WIDTH and box[1] > 0 and box[3] < HEIGHT
            if is_inside and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                labelled_bubble = replace(bubble, label_x=x, label_y=y, has_label=True)
                break
        labelled.append(labelled_bubble)
    return tuple(labelled)


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def legend() -> list[tuple[str, str]]:
    """Return (class number, words) of each colour, lowest first."""
    bounds = [*CLASSES, 100]
    return [(str(place), f"{bounds[place]}–{bounds[place + 1]}\u00a0%") for place in range(len(CLASSES))]
