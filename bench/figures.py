"""The figures of a run: what was measured, what is to be reached, and what it is compared with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        value: the figure, in *unit*.
        at_most: what it must not exceed; None where nothing is promised. *at_least* likewise.
        beside: the baseline's figure in the same unit, of the same run; None where there is none.
        sample: how many samples the figure is from, in words.
    """

    topic: str
    what: str
    value: float
    unit: str
    sample: str
    at_most: float | None = None
    at_least: float | None = None
    beside: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the figure keeps its limits; None when it has none."""
        if self.at_most is None and self.at_least is None:
            return None
        low = self.at_least if self.at_least is not None else self.value
        high = self.at_most if self.at_most is not None else self.value
        return low <= self.value <= high

    @property
    def ratio(self) -> float | None:
        """The figure as a multiple of its baseline."""
        return self.value / self.beside if self.beside else None

    def cells(self) -> tuple[str, ...]:
        """What, figure, to reach, baseline, ratio, reached, sample: as a line of a table."""
        limits = [f"≤ {number(self.at_most)}"] if self.at_most is not None else []
        limits += [f"≥ {number(self.at_least)}"] if self.at_least is not None else []
        verdict = {True: "✓", False: "✗", None: ""}[self.reached]
        return (
            self.what,
            f"{number(self.value)} {self.unit}".strip(),
            " ".join(limits) or "—",
            number(self.beside) if self.beside is not None else "—",
            f"{self.ratio:.1f} ×" if self.ratio is not None else "—",
            verdict,
            self.sample,
        )


@dataclass(slots=True)
class Figures:
    """Gathers the figures of a run, and hands each to *told* at once."""

    told: Callable[[Figure], None]
    rows: list[Figure] = field(default_factory=list)

    def put(self, topic: str, what: str, value: float, unit: str, sample: str, **more: float | None) -> None:
        """Note one figure; *more*: at_most, at_least, beside."""
        row = Figure(topic, what, value, unit, sample, **more)
        self.rows.append(row)
        self.told(row)

    @property
    def missed(self) -> list[Figure]:
        """The figures outside their limits."""
        return [row for row in self.rows if row.reached is False]


def number(value: float) -> str:
    """*value* with about three digits that count."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(samples: Iterable[float], share: float) -> float:
    """The smallest sample that at least *share* of them do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
