"""What admins did, as the audit calls it in either language."""

import re
from pathlib import Path

import pytest

from config.wording import load_texts
from handlers import commands
from handlers.commands.audit import in_words

AUDITED = re.compile(r"""audited\([^"']*f?"([a-z]+)( [a-z]+)?""")


@pytest.mark.parametrize(
    ("what", "zh", "en"),
    [
        ("ban", "拉黑", "banned"),
        ("allow", "放行", "let in"),
        ("allow off", "取消放行", "took off the list"),
        ("codes new 20 10000 tokens", "做兑换码 20 10000 词元", "made codes: 20 10000 tokens"),
        ("quota 50/天", "改额度 50/天", "changed the daily share: 50/天"),
        ("limit off", "改封顶 不限", "changed the money limit: no limit"),
        ("close T12", "了结 T12", "closed T12"),
        ("from tomorrow", "from tomorrow", "from tomorrow"),
        ("", "", ""),
        ("{by} {0}", "{by} {0}", "{by} {0}"),
    ],
)
def test_a_deed_is_told_in_words(what: str, zh: str, en: str) -> None:
    """What has no name stands as it is."""
    assert (in_words(load_texts("zh"), what), in_words(load_texts("en"), what)) == (zh, en)


def test_every_deed_that_is_written_has_words() -> None:
    """As far as the commands name it in their own lines."""
    written = {
        f"{first}{second}"
        for path in Path(commands.__file__).parent.glob("*.py")
        for first, second in AUDITED.findall(path.read_text(encoding="utf-8"))
    } - {"faq"}  # whose second word is chosen there

    assert {"ban", "codes new", "welcome off", "menu push"} <= written
    assert [what for what in sorted(written) if in_words(load_texts("zh"), what) == what] == []
