"""The word lists of a folder: what they hold, that a change counts, and that a broken one costs nothing."""

import os
import threading
import time
from pathlib import Path

import pytest
import structlog

from bot import moderation
from bot.messages import Person
from bot.moderation import Moderator, WordLists
from config.problems import ConfigError
from config.sections import SHIPPED_WORDS

XIAOYU = Person("shop", "oU")


class Clock:
    """A second that goes by when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def time(self) -> float:
        return time.time()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the lists are looked at again."""
    clock = Clock()
    monkeypatch.setattr(moderation, "time", clock)
    return clock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of an owner's own."""
    folder = tmp_path / "words"
    folder.mkdir()
    write(folder / "blocked.txt", "# 说明\n\n赌博网站\n  bad word  \n")
    write(folder / "crisis.txt", "救救我\n")
    return folder


def write(path: Path, content: str | bytes, ago_s: float = 1.0) -> None:
    """Write a list that was changed *ago_s* before; however long that takes, nobody sees half of it."""
    part = path.with_suffix(".part")
    part.write_bytes(content.encode() if isinstance(content, str) else content)
    stamp = time.time_ns() - round(ago_s * 1e9)
    os.utime(part, ns=(stamp, stamp))
    part.replace(path)


def lists(folder: Path | None) -> Moderator:
    return WordLists(folder, SHIPPED_WORDS)


def after(clock: Clock, seconds: float = 1.1) -> None:
    clock.now_s += seconds


def test_both_ways_are_looked_at(folder: Path) -> None:
    """A listed word stops a question and an answer; a crisis is only what a person says, and comes first."""
    found = lists(folder)

    assert found.check("哪个赌博网站好", "in", XIAOYU) == "block"
    assert found.check("哪个赌博网站好", "out", XIAOYU) == "block"
    assert found.check("救救我", "in", XIAOYU) == "crisis"
    assert found.check("救救我", "out", XIAOYU) == "pass"
    assert found.check("赌博网站，救救我", "in", XIAOYU) == "crisis"
    assert found.check("说明", "in", XIAOYU) == "pass"


def test_every_other_text_file_is_a_list_too(folder: Path) -> None:
    """What is hidden, or is no .txt, is none."""
    for name in ("rivals.txt", ".blocked.txt.swp", ".hidden.txt", "notes.md"):
        write(folder / name, f"{name[:3]}词\n")
    found = lists(folder)

    assert found.check("riv词", "in", XIAOYU) == "block"
    for other in (".bl词", ".hi词", "not词"):
        assert found.check(other, "in", XIAOYU) == "pass"


def test_without_a_folder_everything_passes() -> None:
    """Switched off is off, for a crisis too."""
    assert lists(None).check("我不想活了", "in", XIAOYU) == "pass"


def test_a_folder_without_a_crisis_list_has_ours(folder: Path) -> None:
    """Nobody loses it by having a folder of their own; an empty file says that it is not wanted."""
    (folder / "crisis.txt").unlink()
    assert lists(folder).check("我不想活了", "in", XIAOYU) == "crisis"

    write(folder / "crisis.txt", "")
    assert lists(folder).check("我不想活了", "in", XIAOYU) == "pass"


def test_a_change_counts_within_a_second(folder: Path, clock: Clock) -> None:
    """Not looked at more often; then changed, new and removed files count."""
    found = lists(folder)
    write(folder / "blocked.txt", "彩票\n")
    write(folder / "more.txt", "传销\n")
    after(clock, 0.5)
    assert found.check("彩票", "in", XIAOYU) == "pass"

    after(clock, 0.6)
    assert [found.check(text, "in", XIAOYU) for text in ("彩票", "传销", "赌博网站")] == [
        "block",
        "block",
        "pass",
    ]
    (folder / "more.txt").unlink()
    after(clock)
    assert found.check("传销", "in", XIAOYU) == "pass"


def test_a_list_that_is_being_written_is_read_when_it_is_done(folder: Path, clock: Clock) -> None:
    """An editor empties a file before it fills it: until that has settled the last list counts."""
    found = lists(folder)
    write(folder / "blocked.txt", "", ago_s=0.0)
    write(folder / "new.txt", "传销", ago_s=0.0)
    after(clock)
    assert [found.check(text, "in", XIAOYU) for text in ("赌博网站", "传销")] == ["block", "pass"]

    write(folder / "blocked.txt", "彩票", ago_s=0.6)
    write(folder / "new.txt", "传销", ago_s=-3600.0)
    after(clock)
    assert [found.check(text, "in", XIAOYU) for text in ("赌博网站", "彩票", "传销")] == [
        "pass",
        "block",
        "block",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("彩票".encode("gbk"), "it is no readable UTF-8 text", id="GBK"),
        pytest.param(b"\xff\xfe\x00\x00", "it is no readable UTF-8 text", id="UTF-16"),
        pytest.param("x" * 101, "line 1 is longer than 100 characters", id="a page instead of words"),
        pytest.param("彩票\n" * 700_000, "it has over 4 MiB", id="huge"),
    ],
)
def test_a_broken_list_leaves_the_last_good_one(
    folder: Path, clock: Clock, content: str | bytes, told: str
) -> None:
    """Said once in the log, without a word of it; mended, it counts again."""
    found = lists(folder)
    write(folder / "blocked.txt", content)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            after(clock)
            assert found.check("赌博网站", "in", XIAOYU) == "block"
    warned = [line for line in logs if line["log_level"] == "warning"]
    assert [(line["event"], line["file"], line["reason"]) for line in warned] == [
        ("word list not read", "blocked.txt", told)
    ]

    write(folder / "blocked.txt", "彩票")
    after(clock)
    assert found.check("彩票", "in", XIAOYU) == "block"
    assert found.check("赌博网站", "in", XIAOYU) == "pass"


def test_a_link_that_leads_nowhere_leaves_its_list(folder: Path, clock: Clock) -> None:
    """It is still named: said once; where it leads somewhere again, that counts. Removed, it is gone."""
    blocked, real = folder / "blocked.txt", folder / "real.list"
    blocked.rename(real)
    blocked.symlink_to(real)
    found = lists(folder)
    real.rename(folder / "away")
    (folder / "new.txt").symlink_to(real)
    write(folder / "more.txt", "传销")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            after(clock)
            assert found.check("赌博网站", "in", XIAOYU) == "block"
            assert found.check("传销", "in", XIAOYU) == "block"
    warned = [line for line in logs if line["log_level"] == "warning"]
    assert [(line["file"], line["reason"]) for line in warned] == [
        ("blocked.txt", "it is not there"),
        ("new.txt", "it is not there"),
    ]

    write(real, "彩票")
    after(clock)
    assert [found.check(text, "in", XIAOYU) for text in ("彩票", "赌博网站")] == ["block", "pass"]
    blocked.unlink()
    (folder / "new.txt").unlink()
    after(clock)
    assert found.check("彩票", "in", XIAOYU) == "pass"


def test_a_link_that_leads_nowhere_at_the_start_is_refused(folder: Path) -> None:
    """As any list that cannot be read."""
    (folder / "more.txt").symlink_to(folder / "nowhere")

    with pytest.raises(ConfigError, match=r"^words\.folder: more\.txt cannot be used: it is not there$"):
        lists(folder)


def test_a_folder_that_goes_away_leaves_its_lists(folder: Path, clock: Clock) -> None:
    """A disk that is unmounted opens no door; said once, and again when it happens again."""
    found = lists(folder)
    away = folder.with_name("away")
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            folder.rename(away)
            for _ in range(3):
                after(clock)
                assert found.check("赌博网站", "in", XIAOYU) == "block"
            away.rename(folder)
            after(clock)
            assert found.check("赌博网站", "in", XIAOYU) == "block"

    assert [line["event"] for line in logs] == ["word lists not read"] * 2


def test_a_mark_of_windows_is_no_part_of_a_word(folder: Path) -> None:
    """Notepad writes one at the beginning of a file, and two signs at each line's end."""
    write(folder / "blocked.txt", b"\xef\xbb\xbf" + "彩票\r\n传销\r\n".encode())

    found = lists(folder)
    assert [found.check(text, "in", XIAOYU) for text in ("彩票", "传销")] == ["block", "block"]


@pytest.mark.parametrize("content", ["彩票".encode("gbk"), b"y" * 101])
def test_a_list_that_is_broken_at_the_start_is_refused(folder: Path, content: bytes) -> None:
    """One line with the file's name: nobody starts without knowing that their words do not count."""
    write(folder / "blocked.txt", content)

    with pytest.raises(ConfigError, match=r"^words\.folder: blocked\.txt cannot be used: ") as caught:
        lists(folder)
    assert "yyy" not in str(caught.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """As a file, or not at all."""
    for place in (tmp_path / "nowhere", tmp_path / "file"):
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigError, match=r"^words\.folder cannot be read"):
            lists(place)


def test_many_threads_see_the_old_list_or_the_new_one(folder: Path, clock: Clock) -> None:
    """While one reads, the others go on; nobody ever finds an empty list."""
    found, ended, missed = lists(folder), threading.Event(), []

    def ask() -> None:
        while not ended.is_set():
            if found.check("赌博网站", "in", XIAOYU) != "block":
                missed.append(1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(30):
        write(folder / "blocked.txt", "赌博网站\n" + f"词{number}\n" * 50)
        after(clock)
        time.sleep(0.005)
    ended.set()
    for thread in threads:
        thread.join()

    assert not missed
    assert found.check("词29", "in", XIAOYU) == "block"


SHIPPED = WordLists(SHIPPED_WORDS, SHIPPED_WORDS)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "我想死",
            "我好想死",
            "我真的好想死啊，",
            "好累，好想死。",
            "我想死了",
            "我想 死…",
            "我想去死",
            "我想去死 真的",
        ),
        *("不想活了", "我真的不想活了", "活着真没意思", "我觉得活着没有意义", "没有活下去的勇气了"),
        *(
            "我想自杀",
            "好想自杀",
            "想自杀",
            "我有自杀的念头",
            "我打算自杀了",
            "怎么自杀不疼",
            "无痛自杀的办法",
        ),
        *("我想轻生", "我想结束自己的生命", "想结束生命", "我割腕了", "我又自残了", "总想伤害自己"),
        *(
            "吃多少安眠药会死",
            "安眠药吃多少能死",
            "遗书写好了",
            "站在楼顶想跳",
            "我想跳楼",
            "我想自殺",
            "还不如死了算了",
        ),
        *("I want to die", "i wanna die...", "I want to kill myself", "i’m suicidal", "Im suicidal"),
        *(
            "how do I kill myself",
            "I don't want to live anymore",
            "I DONT WANT TO LIVE ANYMORE",
            "i wish i was dead",
        ),
        *(
            "I'd be better off dead",
            "i have no reason to live",
            "I want to end my life.",
            "what is a painless way to die",
        ),
        *(
            "我想去死！",
            "好想去死",
            "我真的想去死，没人懂",
            "我想跳楼了",
            "好想跳楼。",
            "我想上吊",
            "我想上吊自杀",
        ),
        *(
            "好累，想自尽",
            "我要上吊了",
            "我想离开这个世界",
            "好想离开这个世界了",
            "我想了结自己",
            "我想了断自己。",
        ),
        *("想了结自己的生命", "站在楼顶想跳下去", "怎么死才不痛苦", "我想杀了自己", "我想杀死自己，真的"),
        *(
            "I want to be dead.",
            "I keep cutting myself",
            "i want to cut myself",
            "i want to end my life tonight",
        ),
    ],
)
def test_our_list_hears_a_crisis(text: str) -> None:
    """What people write in such an hour, plainly."""
    assert SHIPPED.check(text, "in", XIAOYU) == "crisis"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "笑死我了",
            "累死了",
            "累死我了",
            "困死了",
            "热死了",
            "想死你了",
            "我想死你了",
            "好想死你们啦",
            "想死我了",
        ),
        *(
            "吓死我了",
            "气死我了",
            "急死了",
            "死机了怎么办",
            "手机死了",
            "电池死了",
            "该死的闹钟",
            "死心了",
            "死党",
            "死线",
        ),
        *("我不想去，死活不肯", "我不想。活着真好", "我不想活得太累", "我不想活在别人眼里", "不想再活在过去"),
        *(
            "这家店活不下去了",
            "没有空调活不下去了",
            "没有咖啡我活不下去",
            "《活着》有什么意义",
            "《活着》讲了什么",
        ),
        *(
            "活动结束了吗",
            "怎么结束自己的会员",
            "我想结束自己的课程",
            "海明威是怎么自杀的",
            "梵高结束了自己的生命",
        ),
        *(
            "如何预防自杀",
            "自杀式袭击是什么",
            "《自杀专卖店》好看吗",
            "自杀干预热线是多少",
            "少年维特为什么自杀",
        ),
        *(
            "跳楼价",
            "跳楼大甩卖",
            "想跳槽",
            "想跳舞",
            "割腕表带",
            "想跳，楼下有人",
            "生死看淡",
            "醉生梦死",
            "死记硬背",
        ),
        *(
            "安眠药要处方吗",
            "安眠药吃多少合适",
            "我的遗书体小说",
            "向死而生",
            "视死如归",
            "打死也不去",
            "我不会自杀的",
        ),
        *(
            "I want to die laughing",
            "this is killing me",
            "to die for",
            "dead line",
            "I'm dying to know",
            "die hard",
        ),
        *(
            "the movie Better Off Dead",
            "Suicide Squad",
            "suicide prevention",
            "I don't want to die",
            "skill myself up",
        ),
        *(
            "how does Romeo die",
            "my phone died",
            "kill my process",
            "I want to live",
            "I don't want to live in Paris",
        ),
        *(
            "我想去死海玩，要签证吗",
            "我想去死亡谷自驾",
            "我想跳楼价清仓，帮我写个文案",
            "我想上吊床睡觉",
            "我要上吊桥",
        ),
        *(
            "我想离开这个世界500强公司",
            "我想了结自己的一桩心事",
            "想了断自己和前任的关系",
            "为什么屈原想自尽",
        ),
        *("崇祯为什么想上吊", "站在楼顶想跳舞", "这关怎么死才不掉装备", "我想杀死自己小说里的主角"),
        *(
            "I keep cutting myself when I shave",
            "I want to cut myself some slack",
            "I want to end my life insurance",
        ),
        *("I want to be dead honest with you", "I wish I was dead sure"),
    ],
)
def test_our_list_does_not_hear_one_in_everyday_talk(text: str) -> None:
    """Hyperbole, books, shops and work are answered as ever."""
    assert SHIPPED.check(text, "in", XIAOYU) == "pass"


def test_the_shipped_lists_name_nobodys_words_but_a_crisis() -> None:
    """What is not talked about is the owner's to say."""
    lines = (SHIPPED_WORDS / "blocked.txt").read_text(encoding="utf-8").splitlines()

    assert all(line.startswith("#") for line in lines)
