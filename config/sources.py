"""Where settings come from: bare variables, YINGDA_ variables and the TOML, each as one nested table."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path as File
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from config.accounts import ACCOUNT_KEYS
from config.problems import ConfigError, Path, shown

PREFIX = "YINGDA_"
CONFIG = "YINGDA_CONFIG"
DEFAULT_FILE = "yingda.toml"

BARE: Mapping[str, Path] = {
    "REDIS_URL": ("redis", "url"),
    "OPENAI_API_KEY": ("chat", "api_key"),
    "OPENAI_BASE_URL": ("chat", "base_url"),
    "OPENAI_MODEL": ("chat", "model"),
    "PORT": ("port",),
    "WEB_CONCURRENCY": ("web_concurrency",),
    "WORKER_THREADS": ("worker_threads",),
}

_SUFFIX = re.compile(r"(?P<name>.+)__(?P<key>[a-z_]+)")


class Layer(PydanticBaseSettingsSource):
    """One source of settings that has been read already."""

    def __init__(self, settings: type[BaseSettings], table: dict[str, Any]) -> None:
        super().__init__(settings)
        self._table = table

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value of one field, as pydantic-settings asks for it."""
        return self._table.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._table


def bare_layer(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the variables with well-known names set."""
    return _nested((path, environ[name]) for name, path in BARE.items() if name in environ)


def prefixed_layer(environ: Mapping[str, str], known: frozenset[Path]) -> dict[str, Any]:
    """What the YINGDA_ variables set. Raises ConfigError naming one that means nothing."""
    names = [name for name in environ if name.upper().startswith(PREFIX) and name != CONFIG]
    return _nested((_path_of(name, known), environ[name]) for name in sorted(names))


def toml_layer(file: File, *, named: bool) -> dict[str, Any]:
    """What the TOML sets. Raises ConfigError if it cannot be read; only a *named* file has to exist."""
    place = f"the file that {CONFIG} names" if named else f"./{DEFAULT_FILE}"
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if named:
            raise ConfigError(f"{CONFIG} names a file that does not exist; correct the path") from None
        return {}
    except OSError:
        raise ConfigError(
            f"{place} cannot be read ({CONFIG}); check that it is a file you may open"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{place}, line {line}: not UTF-8 text; save the file as UTF-8") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{place}, {_line_of(error, text)}: not valid TOML; {_toml_hint(error)}") from None


def variable_of(path: Path) -> str:
    """The first variable that sets the key at *path*."""
    return next((name for name, bare in BARE.items() if bare == path), prefixed_name(path))


def prefixed_name(path: Path) -> str:
    """`("redis", "url")` → `YINGDA_REDIS__URL`."""
    return PREFIX + "__".join(path).upper()


def _path_of(name: str, known: frozenset[Path]) -> Path:
    path = _split(name.removeprefix(PREFIX).lower())
    account = path[0] == "accounts" and len(path) == 3 and path[2] in ACCOUNT_KEYS
    if name == name.upper() and (account or path in known):
        return path
    raise ConfigError(f"{shown(name)} is not a variable that Yingda knows; {_nearest(name, path, known)}")


def _split(rest: str) -> Path:
    """An account's name may hold underscores, so its key is what follows the last pair of them."""
    section, _, tail = rest.partition("__")
    match = _SUFFIX.fullmatch(tail) if section == "accounts" else None
    if match:
        return (section, match["name"], match["key"])
    return (section, tail) if tail else (section,)


def _nearest(name: str, path: Path, known: frozenset[Path]) -> str:
    candidates = [CONFIG, *(prefixed_name(one) for one in known)]
    if len(path) == 3:
        candidates += [prefixed_name((*path[:2], key)) for key in ACCOUNT_KEYS]
    close = difflib.get_close_matches(name.upper(), sorted(candidates), n=1)
    return f"did you mean {shown(close[0])}?" if close else "correct or remove it"


def _nested(pairs: Iterable[tuple[Path, str]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for path, value in pairs:
        inner = table
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = value
    return table


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> str:
    """tomllib has no line attribute before Python 3.14; its message ends in one or in "end of document"."""
    match = re.search(r"at line (\d+)", str(error))
    return f"line {match[1] if match else text.rstrip().count(chr(10)) + 1}"


def _toml_hint(error: tomllib.TOMLDecodeError) -> str:
    if "overwrite" in str(error) or "twice" in str(error):
        return "this key or table is there twice"
    return 'text needs straight quotes: key = "value"'
