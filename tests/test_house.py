"""The house keeps its shape: floors, owners of libraries, sizes, and the modules found by scanning."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from bot.messages import OURS
from handlers import commands, on
from handlers.on import HANDLERS

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "bot", "handlers", "launching", "simulator", "bench")
TOP = ("app.py", "worker.py", "launch.py")

FLOORS = {
    "config": 0,
    **dict.fromkeys(("bot.errors", "bot.messages", "bot.failpoints", "bot.ending", "bot.channels.base"), 1),
    **dict.fromkeys(("bot.conversation", "bot.tokens", "bot.text", "bot.markdown"), 2),
    **dict.fromkeys(("bot.words", "bot.likeness"), 2),
    **dict.fromkeys(("bot.store", "bot.channels", "bot.model", "bot.tools", "bot.queue"), 3),
    "bot.moderation": 3,
    "bot.wiring": 4,
    "handlers": 5,
    **dict.fromkeys(("app", "worker", "launch", "launching"), 6),
    **dict.fromkeys(("simulator", "tests"), 7),
    "bench": 8,  # It stands in the house of the scenario tests.
}
OWNERS = {
    "redis": ("bot.store", "bot.queue"),
    "wechatpy": ("bot.channels",),
    "requests": ("bot.channels",),
    "openai": ("bot.model",),
    "rq": ("bot.queue", "worker"),
    "flask": ("app", "handlers"),
    "gevent": ("config.gunicorn",),
    "tiktoken": ("bot.tokens",),
}
FILE_LINES = 250
FUNCTION_LINES = 40


def sources() -> list[Path]:
    """Every Python file of the product, the simulator and the benchmarks."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return sorted([*found, *(ROOT / name for name in TOP)])


def name_of(path: Path) -> str:
    """The module's dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str | None:
    """The longest entry of FLOORS that *module* lies in."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in FLOORS:
            return name
    return None


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    """What a file imports while it runs; names under TYPE_CHECKING are for the type checker only."""
    hidden = {
        id(inner)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree(path)):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(module: str) -> bool:
    return module.split(".")[0] in {*ROOMS, "app", "worker", "launch", "tests"}


def test_every_room_stands_on_a_floor() -> None:
    """A new top-level module must be given its place here first."""
    lost = [name for path in sources() if room_of(name := name_of(path)) is None and name != "bot"]

    assert lost == []


def test_a_room_imports_only_lower_floors_or_itself() -> None:
    """The arrows of the house point down; the values of floor 1 know each other."""
    wrong = []
    for path in sources():
        here = room_of(name_of(path))
        for found in imports(path):
            there = room_of(found) if ours(found) else None
            if there and here and there != here and FLOORS[there] >= max(FLOORS[here], 2):
                wrong.append(f"{name_of(path)} ({FLOORS[here]}) imports {found} ({FLOORS[there]})")

    # launch.py is the entry of launching/, its own room on the same floor.
    assert [line for line in wrong if not line.startswith("launch (6) imports launching")] == []


def test_nothing_imports_itself_by_a_detour() -> None:
    """Any module of the product may be imported first."""
    names = {
        name_of(path): path for path in sources() if not name_of(path).startswith(("simulator", "bench"))
    }
    needs = {name: {found for found in reached(path) if found in names} for name, path in names.items()}
    while free := [name for name, needed in needs.items() if not needed]:
        for name in free:
            del needs[name]
        for needed in needs.values():
            needed.difference_update(free)

    assert needs == {}


def reached(path: Path) -> Iterator[str]:
    """The modules that a file imports: of `from a import b`, `a` or its module `a.b`."""
    for found in imports(path):
        module = ROOT.joinpath(*found.split("."))
        is_module = module.with_suffix(".py").exists() or module.is_dir()
        yield found if is_module else found.rpartition(".")[0]


def test_the_simulator_stands_alone() -> None:
    """A shared misreading of the protocol must not hide: the simulator imports nothing of the product."""
    shared = [
        f"{name_of(path)} imports {found}"
        for path in (ROOT / "simulator").rglob("*.py")
        for found in imports(path)
        if ours(found) and not found.startswith("simulator")
    ]

    assert shared == []


def test_each_outside_library_has_one_owner() -> None:
    """What changes with a library lies in one room; the other side of the wire chooses freely."""
    wrong = []
    for path in sources():
        name = name_of(path)
        if name.startswith(("simulator", "bench")):
            continue
        for found in imports(path):
            owners = OWNERS.get(found.split(".")[0])
            if owners and not (name.startswith(owners) or room_of(name) in owners):
                wrong.append(f"{name} imports {found}")

    assert wrong == []


def test_only_settings_read_the_environment() -> None:
    """One reader; bot/tokens.py only sets what tiktoken reads, launching builds for children."""
    allowed = ("config.", "launch", "launching", "simulator", "bench", "bot.tokens")
    wrong = [
        name_of(path)
        for path in sources()
        if ("os.environ" in path.read_text() or "getenv" in path.read_text())
        and not name_of(path).startswith(allowed)
    ]

    assert wrong == []


def test_files_and_functions_keep_their_size() -> None:
    """What grows past its size wants to be two things."""
    every = [*sources(), *(ROOT / "bot").rglob("*.lua")]
    files = [f"{name_of(p)}: {n}" for p in every if (n := len(p.read_text().splitlines())) > FILE_LINES]
    functions = [
        f"{name_of(path)}.{node.name}: {lines}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]

    assert files == []
    assert functions == []


def test_every_module_says_what_it_is_for() -> None:
    """The first line of each file is one sentence."""
    silent = [name_of(path) for path in sources() if not ast.get_docstring(tree(path))]

    assert silent == []


def test_broad_excepts_stand_at_the_two_boundaries_only() -> None:
    """The callback and the job; everywhere else an error has a name."""
    broad = {
        name_of(path)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    }

    assert {"handlers.callback", "handlers.turn"} == broad


def test_lua_lives_in_lua_files() -> None:
    """No script hides in a string."""
    wrong = [name_of(path) for path in sources() if "redis.call(" in path.read_text()]

    assert wrong == []


@pytest.mark.parametrize("command", commands.all_commands(), ids=lambda command: command.NAMES[0])
def test_a_command_has_the_shape_of_a_command(command: commands.Command) -> None:
    """English name first, then Chinese; ADMINS, CUTS, PLACE, TRAITS; run(bot, turn, recalled, argument)."""
    assert command.NAMES[0].isascii()
    assert not any(name.isascii() for name in command.NAMES[1:])
    assert isinstance(command.ADMINS, bool)
    assert isinstance(command.CUTS, bool)
    assert isinstance(command.PLACE, int)
    assert set(commands.traits(command)) <= set(get_args(commands.Trait))
    assert not (command.ADMINS and command.CUTS), "a stranger's word must stop nothing"
    assert list(inspect.signature(command.run).parameters) == ["bot", "turn", "recalled", "argument"]


@pytest.mark.parametrize("kind", HANDLERS)
def test_a_handler_has_the_shape_of_a_handler(kind: str) -> None:
    """KINDS and reply(bot, turn, recalled)."""
    assert kind in HANDLERS[kind].KINDS
    assert list(inspect.signature(HANDLERS[kind].reply).parameters) == ["bot", "turn", "recalled"]


def test_no_two_files_are_the_same_command_or_handler() -> None:
    """Each folder is read into one mapping, in which the later file would hide the earlier one."""
    modules = {
        room: [
            importlib.import_module(f"{room.__name__}.{one.name}")
            for one in pkgutil.iter_modules(room.__path__)
        ]
        for room in (commands, on)
    }
    named = Counter(name for module in modules[commands] for name in module.NAMES)
    places = Counter(module.PLACE for module in modules[commands] if module.PLACE)
    kinds = Counter(kind for module in modules[on] for kind in module.KINDS)
    twice = [one for counted in (named, places, kinds) for one, number in counted.items() if number > 1]

    assert twice == []


def test_what_is_left_to_make_chaos_lies_where_it_looks() -> None:
    """Anywhere else a test that is marked chaos would never run."""
    looked_at = (ROOT / "tests" / "chaos", ROOT / "tests" / "scenarios")
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if not any(folder in path.parents for folder in looked_at)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("mark.chaos")
    ]

    assert hidden == []


def test_every_kind_of_message_has_a_handler() -> None:
    """No kind that a channel can read is met with silence."""
    kinds = (
        *("text", "image", "voice", "video", "location", "link", "file", "sticker", "unsupported"),
        *("subscribe", "unsubscribe", "enter_agent", "scan", "click", "event", "flood", *sorted(OURS)),
    )

    assert set(kinds) == set(HANDLERS)


def test_the_web_process_loads_nothing_heavy(tmp_path: Path) -> None:
    """openai and tiktoken belong to the worker: a web process stays small."""
    code = "import app, sys; print(sorted({'openai', 'tiktoken', 'aiohttp'} & set(sys.modules)))"
    account = {
        "channel": "official",
        "app_id": "wx0123456789abcdef",
        "app_secret": "f" * 32,
        "token": "tea",
        "encryption": "plain",
    }
    environment = {f"YINGDA_ACCOUNTS__SHOP__{key.upper()}": value for key, value in account.items()}
    environment |= {
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "OPENAI_API_KEY": "sk-0123456789",
        "HOME": str(tmp_path),
    }
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    )

    assert found.stdout.strip().splitlines()[-1] == "[]"
