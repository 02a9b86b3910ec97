"""Which model the demo talks to: one set in its page, else in the environment, else the stand-in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL")
OPENAI = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-4o-mini"
STAND_IN = "stand-in"


@dataclass(frozen=True)
class ModelChoice:
    """An OpenAI-compatible address, the model's name there, and the key if one is needed."""

    base_url: str
    model: str
    api_key: str | None = None

    @property
    def is_stand_in(self) -> bool:
        """Whether this is the simulator's own model, which is no AI."""
        return self.model == STAND_IN

    def environ(self) -> dict[str, str]:
        """The variables that make a process use this model."""
        chosen = {"OPENAI_BASE_URL": self.base_url, "OPENAI_MODEL": self.model}
        return chosen | ({"OPENAI_API_KEY": self.api_key} if self.api_key else {})


def from_environ(environ: Mapping[str, str], stand_in_url: str) -> ModelChoice:
    """The model of OPENAI_*; the stand-in unless a key or an address is set there."""
    key, url = environ.get("OPENAI_API_KEY", "").strip(), environ.get("OPENAI_BASE_URL", "").strip()
    if not key and not url:
        return ModelChoice(stand_in_url, STAND_IN)
    return ModelChoice(url or OPENAI, environ.get("OPENAI_MODEL", "").strip() or OPENAI_MODEL, key or None)


class ModelFile:
    """The file in which the page leaves the model it was given, and removes to go back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._stamp()

    def has_changed(self) -> bool:
        """Whether it was written, replaced or removed since the last call."""
        before, self._seen = self._seen, self._stamp()
        return before != self._seen

    def choice(self) -> ModelChoice | None:
        """The model it names; None where there is no such file, or none that can be read."""
        try:
            record = json.loads(self._path.read_text("utf-8"))
            return ModelChoice(str(record["base_url"]), str(record["model"]), record.get("api_key") or None)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size
