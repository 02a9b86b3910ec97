"""The figures of a chaos run: tests put them down, and the command writes them to docs/chaos.md."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    """What was measured, by table row: what, the figure, what was to be reached, from how many samples."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def put(self, what: str, figure: object, to_reach: str, samples: object) -> None:
        """Note one measured figure with the size of its sample."""
        self.rows.append((what, str(figure), to_reach, str(samples)))
