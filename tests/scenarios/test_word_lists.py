"""Word lists in a running house: what people write, what the model writes, a crisis, and a changed list."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.testing import BOSS
from tests.scenarios.house import House, wait_for
from tests.scenarios.test_own_data import everything
from tests.scenarios.test_steering import number_of, say

WORD = "赌博网站"
EXTRA = """
[words]
folder = "words"
[reply]
first_part_s = 0.6
[owner]
account = "office"
person = "boss"
digest_hour = -1
"""
BLOCKED = "这个话题我不能聊，换个问题吧。"
CRISIS = "听到你这么说，我很担心。"


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with a folder of its own, which has no crisis list; the owner reads notices in the app."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "words").mkdir()
    listed(folder, WORD, "bad word")
    with House(folder, webs=2, extra=EXTRA) as house:
        yield house


@pytest.fixture
def house(worded: House) -> House:
    """The module's house with a stand-in that answers at once."""
    worded.simulator.model.reset()
    return worded


def listed(folder: Path, *words: str) -> None:
    """Write the list."""
    (folder / "words" / "blocked.txt").write_text("\n".join(words), encoding="utf-8")


def slowly(house: House, answer: str) -> None:
    """Let the stand-in write *answer* three characters at a time, ten times a second."""
    house.simulator.model.set(
        answers=lambda _asked: answer, first_byte_s=0.0, chunks=None, chunk_chars=3, chunks_per_s=10.0
    )


def heard(house: House, peer: str, account: str = "office") -> list[str]:
    """What *peer* read, without labels."""
    return [sent.text.split("\n—")[0].strip() for sent in house.simulator.replies(account, peer)]


@pytest.mark.parametrize("account", ["shop", "office"])
@pytest.mark.parametrize("text", [f"哪个{WORD}好", "赌 博\u200b网*站", "A BAD word", f"/{WORD}", f"#{WORD}"])
def test_what_is_not_talked_about_reaches_no_model_and_no_memory(
    house: House, follower: str, account: str, text: str
) -> None:
    """One sentence, however it is written; nothing of it is kept anywhere or told with the next one."""
    assert say(house, follower, text, account=account) == BLOCKED
    assert house.simulator.model.calls == []
    house.drained()
    assert text.encode() not in everything(house)

    assert say(house, follower, "echo:别的", account=account).startswith("别的")
    assert text not in str(house.simulator.model.calls[-1].messages)
    assert "今天：1 次" in say(house, follower, "用量", account=account)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"/投诉 {WORD}", "已收到，编号 "),
        (f"/help {WORD}", "没有叫「"),
        ("导出", "你在这里是 "),
        ("/forget", "将删除你的全部对话和设置"),
        ("新对话", "好，我们从头聊"),
    ],
)
def test_a_command_is_carried_out_whatever_stands_behind_it(
    house: House, follower: str, line: str, told: str
) -> None:
    """Complaining, exporting and erasing above all."""
    assert say(house, follower, line).startswith(told)


def test_a_role_of_ones_own_holds_no_such_word(house: House, follower: str) -> None:
    """It would be told to the model with every question."""
    assert say(house, follower, f"/换角色 自定义 你介绍{WORD}", account="office") == BLOCKED
    assert say(house, follower, "/换角色 自定义 你介绍图书", account="office").startswith(
        "好，现在是「自定义」"
    )


@pytest.mark.parametrize("account", ["shop", "office"])
def test_what_the_model_may_not_say_is_not_read(house: House, follower: str, account: str) -> None:
    """The sentence in its place, without the label of an AI; nothing is remembered, and it was paid for."""
    for answer in (f"去{WORD}吧。", "去赌**博网**站吧。", "去&#36172;博网站吧。", "go to a **bad**  word"):
        house.simulator.model.set(answers=lambda _asked, answer=answer: answer)
        assert say(house, follower, "去哪里好", account=account) == BLOCKED
    assert not house.simulator.replies(account, follower)[-1].ai
    tokens = sum(call.tokens for call in house.simulator.model.calls)
    house.simulator.model.set(answers=lambda _asked: "图书馆。")
    assert say(house, follower, "那里呢", account=account).startswith("图书馆")

    assert "去哪里好" not in str(house.simulator.model.calls[-1].messages)
    tokens += house.simulator.model.calls[-1].tokens
    assert f"今天：5 次，{tokens} 词元" in say(house, follower, "用量", account=account)


def test_no_first_words_go_out_of_an_answer_with_such_a_word(house: House, follower: str) -> None:
    """The word stands behind the sentences that could have gone out early: none of it is read."""
    slowly(house, f"这里有第一句话。去{WORD}看看吧，那里很热闹。最后再说一句别的话，慢慢写完。")
    house.simulator.say("office", follower, "讲讲吧")
    house.simulator.wait_replies("office", follower, 1)
    house.drained()

    assert heard(house, follower) == [BLOCKED]


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(f"后面很久才写到{WORD}，再说几句。", id="behind the first words"),
        pytest.param("最后一句写到赌、博网站这几个字才完。", id="cut in two by a sign"),
    ],
)
def test_what_comes_behind_first_words_is_looked_at_too(house: House, follower: str, ending: str) -> None:
    """What was read stays read; the rest is the sentence, and memory has no more than was read."""
    begun = "第一句话在这里了。第二句话也写好了。"
    slowly(house, begun + ending)
    house.simulator.say("office", follower, "讲讲吧")
    house.simulator.wait_replies("office", follower, 2)
    house.drained()

    first, second = heard(house, follower)
    assert begun.startswith(first)
    assert second == BLOCKED
    house.simulator.model.reset()
    say(house, follower, "echo:然后呢", account="office")
    asked = str(house.simulator.model.calls[-1].messages)
    assert first in asked
    assert "博网站" not in asked


def test_the_end_of_one_sentence_and_the_next_are_no_word(house: House, follower: str) -> None:
    """Also where the first words end between them: all of it is read."""
    slowly(house, "第一句话在这里了，写到赌。博网站这几个字，还要写很久很久很久才会完。")
    house.simulator.say("office", follower, "讲讲吧")
    house.drained()

    assert BLOCKED not in heard(house, follower)
    assert "博网站这几个字" in "".join(heard(house, follower))


@pytest.mark.parametrize("account", ["shop", "office"])
def test_a_crisis_is_answered_and_the_owner_is_told_who(house: House, follower: str, account: str) -> None:
    """The folder has no list of its own, so ours counts. Each person once, by number, without their words."""
    number = number_of(house, follower, account)
    before = len(heard(house, "boss"))
    with house.store as store:
        store.delete("yd1:notice_pace")  # ten seconds after the last push
    words = "我真的不想活了，怎么办"
    for _ in range(2):
        assert say(house, follower, words, account=account).startswith(CRISIS)
    assert "12356" in heard(house, follower, account)[-1]
    assert house.simulator.model.calls == []

    wait_for(lambda: len(heard(house, "boss")) > before, "the owner is told", 30.0)
    told = heard(house, "boss")[-1]
    assert told.startswith(f"【提醒】{account}，")
    assert f"\n{number} 号说的话像是想不开" in told
    assert f"发「#{number} 要说的话」" in told
    assert "不想活" not in told
    assert follower not in told
    assert words.encode() not in everything(house)


def test_everyday_talk_is_no_crisis(house: House, follower: str) -> None:
    """Nobody who laughs is sent to a hotline."""
    for words in ("笑死我了", "累死了", "我想死你了"):
        assert say(house, follower, f"echo:{words}").startswith(words)


def test_a_crisis_is_heard_while_banned_and_while_paused(house: House, follower: str) -> None:
    """Neither is a reason to say nothing; anything else is as it was."""
    number = number_of(house, follower)
    say(house, BOSS, f"/ban {number}")
    assert say(house, follower, "我想自杀").startswith(CRISIS)
    for other in ("在吗", WORD):
        assert say(house, follower, other).startswith("你的使用已暂停")
    say(house, BOSS, f"/unban {number}", "#暂停")
    try:
        assert say(house, follower, "我想自杀").startswith(CRISIS)
        assert say(house, follower, "在吗").startswith("我先歇会儿")
    finally:
        say(house, BOSS, "#恢复")


def test_what_was_stopped_is_counted(house: House, follower: str) -> None:
    """Three figures in /stats, as soon as there is one."""
    say(house, follower, WORD, "我想自杀")
    house.simulator.model.set(answers=lambda _asked: WORD)
    say(house, follower, "说吧")

    with house.store as store:
        (key,) = store.keys("yd1:day:shop:*")
        counted = {name: int(store.hget(key, name) or 0) for name in ("blocked_in", "blocked_out", "crisis")}
    assert min(counted.values()) >= 1
    stats = say(house, BOSS, "#今日")
    line = "词表拦下：问 {blocked_in}，答 {blocked_out}；可能想不开 {crisis}。".format(**counted)
    assert line in stats.splitlines()


def test_without_a_stopped_word_stats_says_nothing_of_it(shared_house: House) -> None:
    """Most owners never see the line."""
    shared_house.simulator.model.reset()

    assert "词表" not in say(shared_house, BOSS, "#今日")


def test_a_changed_list_counts_without_a_restart(house: House, follower: str) -> None:
    """A new word within seconds; a broken file leaves what was."""
    assert say(house, follower, "echo:彩票").startswith("彩票")
    listed(house.folder, WORD, "bad word", "彩票")
    end = time.monotonic() + 15.0
    while say(house, follower, "echo:彩票") != BLOCKED:
        assert time.monotonic() < end, "the list is never read again"
    (house.folder / "words" / "blocked.txt").write_bytes("传销".encode("gbk"))
    wait_for(
        lambda: say(house, follower, "echo:彩票") == BLOCKED and "word list not read" in house.log("worker0"),
        "the broken list is noticed",
    )

    assert house.log("worker0").count("word list not read") == 1
    assert "彩票" not in house.log("worker0")
    listed(house.folder, WORD, "bad word")
    wait_for(lambda: say(house, follower, "echo:彩票").startswith("彩票"), "the mended list counts")


def test_a_broken_list_refuses_the_start(house: House, tmp_path: Path) -> None:
    """One line with the file's name."""
    (tmp_path / "blocked.txt").write_bytes("传销".encode("gbk"))
    status, said = house.try_start("worker", {"YINGDA_WORDS__FOLDER": str(tmp_path)})

    assert status == 1
    assert "yingda: words.folder: blocked.txt cannot be used: it is no readable UTF-8 text" in said
