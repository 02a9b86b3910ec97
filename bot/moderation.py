"""What may be said here: the seam for a moderator, and the owner's word lists as the one there is."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import structlog

from bot.messages import Person
from bot.words import Words
from config.problems import ConfigError

Direction = Literal["in", "out"]
"""What a person wrote, or what a model did."""
Verdict = Literal["pass", "block", "crisis"]
"""It may be said; it may not; somebody may want to end their life."""

CRISIS = "crisis.txt"
LOOK_S = 1.0
"""How often the files are looked at, at most."""
_SETTLED_S = 0.5
"""A file that changed so lately may still be being written: it is read at the next look."""
_GONE = (0, 0, 0)
"""The stamp of a file that is listed and cannot be found, so that the log says it once."""
_FILE_BYTES = 4 * 1024 * 1024
_PHRASE_CHARS = 100

log = structlog.get_logger(__name__)


class Moderator(Protocol):
    """Who decides whether words may be said.

    A service outside is another class with this method that bot/wiring/bot.py gives to the Bot, best one that
    asks WordLists first, which cost nothing. It is called from the thread of a turn: once for what a person
    wrote before the model is asked, and for an answer once before its first words go out early and once when
    it is whole. So it may wait, but has to come back within a deadline of its own: a second or two, because a
    person and, on passive accounts, the platform wait meanwhile. It raises nothing: where it cannot be
    reached in time it decides for itself, `pass` (what people lose is a check) or `block` (what they lose is
    an answer), and says so in the log. Which of the two belongs into its own settings.
    """

    def check(self, text: str, direction: Direction, person: Person) -> Verdict:
        """Whether *text* may go to the model (`in`) or to *person* (`out`); `crisis` only for `in`."""


@dataclass(frozen=True, slots=True)
class _File:
    """A list as it was read last, and what the file system said of the file then."""

    stamp: tuple[int, int, int]
    phrases: tuple[str, ...]


class WordLists:
    """The lists of a folder, read again when a file changes; usable from any thread.

    `crisis.txt` holds what people say who may want to end their life, every other `.txt` what is not talked
    about. What cannot be read any more stays as it was, and the log says so once.
    """

    def __init__(self, folder: Path | None, shipped: Path) -> None:
        """Without a *folder* everything passes. Where it has no `crisis.txt`, the one in *shipped* counts.

        Raises ConfigError, one line, for a list that cannot be read.
        """
        self._folder, self._shipped = folder, shipped
        self._files: dict[Path, _File] = {}
        self._blocked, self._crisis = Words(()), Words(())
        self._away = False
        self._looking = threading.Lock()
        self._look_at = time.monotonic() + LOOK_S
        if folder is not None:
            try:
                self._read_changed(folder, first=True)
            except OSError:
                raise ConfigError(
                    "words.folder cannot be read; it has to be a folder of .txt files"
                ) from None

    def check(self, text: str, direction: Direction, person: Person) -> Verdict:
        """See Moderator."""
        self._look()
        if direction == "in" and self._crisis.found(text):
            return "crisis"
        return "block" if self._blocked.found(text) else "pass"

    def _look(self) -> None:
        """Read what has changed, at most once a second and in one thread; the others go on meanwhile."""
        if self._folder is None or time.monotonic() < self._look_at:
            return
        if not self._looking.acquire(blocking=False):
            return
        try:
            self._look_at = time.monotonic() + LOOK_S
            self._read_changed(self._folder)
            self._away = False
        except OSError as error:
            if not self._away:
                log.warning("word lists not read", error=type(error).__name__)
            self._away = True
        finally:
            self._looking.release()

    def _read_changed(self, folder: Path, *, first: bool = False) -> None:
        """Raises OSError when the folder is away; of a *first* list that cannot be read ConfigError."""
        files = dict(self._found(folder, first=first))
        if files == self._files:
            return
        known, self._files = self._files, files
        blocked = {one for path, file in files.items() if path.name != CRISIS for one in file.phrases}
        crisis = {one for path, file in files.items() if path.name == CRISIS for one in file.phrases}
        self._blocked, self._crisis = Words(blocked), Words(crisis, within_clause=True)
        if known:  # What is there from the start is no news.
            log.info(
                "word lists read", files=len(files), blocked=len(self._blocked), crisis=len(self._crisis)
            )

    def _found(self, folder: Path, *, first: bool) -> Iterator[tuple[Path, _File]]:
        paths = [path for path in folder.iterdir() if path.suffix == ".txt" and path.name[0] != "."]
        if CRISIS not in {path.name for path in paths}:
            paths.append(self._shipped / CRISIS)
        for path in sorted(paths):
            known = self._files.get(path)
            try:
                stamp = _stamp(path)
                settled = first or not 0 <= time.time() - stamp[0] / 1e9 < _SETTLED_S
                if settled and (known is None or known.stamp != stamp):
                    read = _File(stamp, _read(path, known, first=first))
                    # Written to meanwhile, it is read at the next look.
                    known = read if first or _stamp(path) == stamp else known
            except OSError:  # A link that leads nowhere; or it goes, and the next look does not list it.
                if known is None or known.stamp != _GONE:
                    known = _File(_GONE, _unread(path, known, "it is not there", first=first))
            if known is not None:
                yield path, known


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes with a file: when it was written, when anything about it was changed, its size."""
    status = path.stat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _read(path: Path, known: _File | None, *, first: bool) -> tuple[str, ...]:
    """The phrases of a file; those *known* of it where it cannot be read, which a *first* time may not be."""
    try:
        return _phrases(path)
    except (OSError, ValueError) as error:
        reason = str(error) if type(error) is ValueError else "it is no readable UTF-8 text"
        return _unread(path, known, reason, first=first)


def _unread(path: Path, known: _File | None, reason: str, *, first: bool) -> tuple[str, ...]:
    """What is *known* of a file that cannot be read; of a *first* one it raises ConfigError."""
    if first:
        raise ConfigError(f"words.folder: {path.name} cannot be used: {reason}") from None
    log.warning("word list not read", file=path.name, reason=reason)
    return known.phrases if known else ()


def _phrases(path: Path) -> tuple[str, ...]:
    """Raises OSError, UnicodeDecodeError, or ValueError that says what is wrong."""
    if path.stat().st_size > _FILE_BYTES:
        raise ValueError(f"it has over {_FILE_BYTES // 1024**2} MiB")
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    for number, line in enumerate(lines, 1):
        if len(line) > _PHRASE_CHARS and not line.startswith("#"):
            raise ValueError(f"line {number} is longer than {_PHRASE_CHARS} characters")
    return tuple(line for line in lines if line and not line.startswith("#"))
