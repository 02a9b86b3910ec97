"""yingda.toml: adds or renews an account without touching what else is written there."""

import json
import os
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import ConfigError, Settings, load
from handlers.connecting.talk import StopError

Table = dict[str, str | int]

_OWNED = frozenset({
    "channel", "app_id", "app_secret", "encryption", "corp_id", "agent_id", "secret", "token", "aes_key",
    "api_base",
})  # fmt: skip
"""The keys of an account that connecting sets; others are the owner's and stay."""
_TRIAL_CHAT: Table = {"provider": "ollama", "api_key": "sk-only-to-try-the-rest"}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file would mean: the port that the web listens on, and whether the model is still missing."""

    port: int
    lacks_model: bool


class SettingsFile:
    """The file at *path*, which need not exist yet: read anew each time, replaced in one step."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = path.resolve()

    def tables(self) -> dict[str, Any]:
        """What the file says now. Raises StopError."""
        return _parsed(self._text(), self.path)

    def accounts(self) -> Mapping[str, Any]:
        """The tables of the accounts by name."""
        found = self.tables().get("accounts", {})
        return found if isinstance(found, dict) else {}

    def settings(self) -> Settings:
        """The settings of file and environment. Raises StopError."""
        return self._loaded(self._target)

    def trial(self, name: str, account: Table) -> Trial:
        """What would come of adding *account*. Raises StopError when more than the model would be missing."""
        text = self._with(name, account, {})
        try:
            return Trial(self._try(text).port, lacks_model=False)
        except StopError:
            if "chat" in self.tables():
                raise
        return Trial(self._try(_ended(text) + _written("chat", _TRIAL_CHAT)).port, lacks_model=True)

    def write(self, name: str, account: Table, others: Mapping[str, Table]) -> Path | None:
        """Add or renew *account*, and add those of the *others* (tables) that are not there.

        Afterwards the file is one that `load` accepts, readable by its owner only. Returns the path of the
        former file where an account was renewed, else None. Raises StopError, and then nothing has changed.
        """
        text = self._with(name, account, others)
        self._try(text)
        former = self._keep_former() if name in self.accounts() else None
        with self._draft(text) as draft, self._worded():
            os.replace(draft, self._target)
        return former

    def _with(self, name: str, account: Table, others: Mapping[str, Table]) -> str:
        """The text with the changes made; proved by parsing both."""
        text = self._text()
        tables = _parsed(text, self.path)
        accounts = tables.setdefault("accounts", {})
        if name in accounts:
            new = _renewed(text, name, account)
            accounts[name] = {k: v for k, v in accounts[name].items() if k not in _OWNED} | account
        else:
            new = _ended(text) + _written(f"accounts.{name}", account)
            accounts[name] = account
        for other, table in others.items():
            if other not in tables:
                new = _ended(new) + _written(other, table)
                tables[other] = table
        if _parsed(new, self.path, otherwise="file_by_hand") != tables:
            raise StopError("file_by_hand", file=self.path)
        return new

    def _text(self) -> str:
        with self._worded():
            try:
                return self._target.read_bytes().decode("utf-8-sig")
            except FileNotFoundError:
                return ""
            except UnicodeDecodeError:
                raise StopError("file_unreadable", file=self.path, reason="UTF-8") from None

    def _try(self, text: str) -> Settings:
        with self._draft(text) as draft:
            return self._loaded(draft)

    def _loaded(self, file: Path) -> Settings:
        try:
            return load(file=file)
        except ConfigError as refused:
            raise StopError("file_refused", file=self.path, reason=refused) from None

    @contextmanager
    def _draft(self, text: str) -> Iterator[Path]:
        """A file beside the target, readable by its owner only; gone afterwards, whatever happens."""
        draft = self._target.with_name(f".{self._target.name}.{secrets.token_hex(4)}")
        try:
            with self._worded():
                _create(draft, text.encode())
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _keep_former(self) -> Path:
        """A copy of the file as it is, under the first free name."""
        number = 0
        while True:
            suffix = f".bak{number or ''}"
            copy = self._target.with_name(self._target.name + suffix)
            with self._worded(), suppress(FileExistsError):
                _create(copy, self._target.read_bytes())
                return copy
            number += 1

    @contextmanager
    def _worded(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StopError("file_unreachable", file=self.path, reason=error.strerror) from error


def _create(path: Path, content: bytes) -> None:
    """A new file of mode 0600, on the disk when this returns."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _parsed(text: str, path: Path, otherwise: str = "file_unreadable") -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Only where it went wrong: the rest of tomllib's message may quote the line.
        found = re.search(r"at line \d+", str(error))
        raise StopError(otherwise, file=path, reason=found[0] if found else "TOML") from None


def _ended(text: str) -> str:
    """*text*, ready for another table after it."""
    return text.rstrip("\n") + "\n\n" if text.strip() else ""


def _written(name: str, table: Table) -> str:
    return f"[{name}]\n" + "".join(_lines(table))


def _lines(table: Table) -> list[str]:
    """JSON's strings and whole numbers are TOML's as well."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items()]


def _renewed(text: str, name: str, account: Table) -> str:
    """*text* with our keys of [accounts.NAME] replaced; other lines of the table stay as they are."""
    header = re.compile(rf'\s*\[\s*accounts\s*\.\s*"?{name}"?\s*\]\s*(#.*)?')
    renewed: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        if re.match(r"\s*\[", line):
            inside = header.fullmatch(line.rstrip("\r\n")) is not None
            renewed += [_whole(line), *_lines(account)] if inside else [line]
        elif not (inside and line.split("=")[0].strip(' "\t') in _OWNED):
            renewed.append(line)
    return "".join(renewed)


def _whole(line: str) -> str:
    return line if line.endswith("\n") else line + "\n"
