"""bot/tokens.py: counting offline."""

import socket
import time
from pathlib import Path

import pytest
import tiktoken
import tiktoken.registry

from bot.tokens import TokenCounter

NAMES = {
    "gpt-4": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "gpt-4o-mini": "fb374d419588a4632f3f557e76b4b70aebbca790",
}


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vocabulary")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be reached, and tiktoken remembers no vocabulary from elsewhere."""

    def refuse(*_args: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")


@pytest.mark.parametrize(("model", "name"), NAMES.items())
def test_the_vocabulary_is_written_once_and_mended(model: str, name: str, tmp_path: Path) -> None:
    """Missing or damaged, it is written anew; whole, it stays."""
    folder = tmp_path / "deep" / "er"
    TokenCounter.for_model(model, folder)
    written = (folder / name).stat()
    TokenCounter.for_model(model, folder)

    assert (folder / name).stat().st_mtime_ns == written.st_mtime_ns
    assert [path.name for path in folder.iterdir()] == [name]

    (folder / name).write_bytes(b"damaged")
    tiktoken.registry.ENCODINGS.clear()
    TokenCounter.for_model(model, folder)

    assert (folder / name).stat().st_size == written.st_size


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4o-mini", "o200k_base"),
        ("qwen-plus", "o200k_base"),
        ("gpt-oss-120b", "o200k_base"),
        ("text-davinci-003", "o200k_base"),
        ("", "o200k_base"),
    ],
)
def test_counts_as_tiktoken_does(model: str, encoding: str, vocabulary: Path) -> None:
    """Known models count with their own vocabulary, all others with o200k_base."""
    text = "你好，世界！Hello 👨‍👩‍👧 <|endoftext|> \ud800"
    count = TokenCounter.for_model(model, vocabulary).count(text)

    assert count == len(tiktoken.get_encoding(encoding).encode_ordinary(text))
    assert count > 20


def test_nothing_counts_nothing(vocabulary: Path) -> None:
    """Empty text has no tokens."""
    assert TokenCounter.for_model("gpt-4o", vocabulary).count("") == 0


@pytest.mark.parametrize("sign", ["a", " ", "!", "家", "\n", "🏽", "\u0301", "aB"])
def test_a_long_run_of_one_sign_is_counted_quickly(sign: str, vocabulary: Path) -> None:
    """100 KB of anything take well under a second."""
    counter = TokenCounter.for_model("gpt-4o", vocabulary)
    begun = time.process_time()

    assert counter.count(sign * (100_000 // len(sign))) > 100
    assert time.process_time() - begun < 2


def test_slices_change_a_long_count_by_next_to_nothing(vocabulary: Path) -> None:
    """A cut word counts for a token or two more."""
    text = "把一天里发生的每一笔钱写下来, then sort it. " * 2000
    counter = TokenCounter.for_model("gpt-4o", vocabulary)

    assert counter.count(text) == pytest.approx(
        len(tiktoken.get_encoding("o200k_base").encode_ordinary(text)), rel=0.002
    )


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The start says what to mend."""
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match=f"cannot keep tiktoken's vocabulary in {tmp_path}/file"):
        TokenCounter.for_model("gpt-4o", tmp_path / "file")
