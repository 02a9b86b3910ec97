"""What people type wrongly and what the platform refuses while an account is connected."""

from simulator.testing import Simulator
from tests.conftest import free_port
from tests.handlers.connecting.conftest import Start
from tests.handlers.connecting.steps import ADDRESS, answer_official, assert_no_secrets


def test_an_ip_that_is_not_allowed_is_named_and_tried_again(start: Start, sim: Simulator) -> None:
    """40164: the IP and the page to allow it on; Enter tries again."""
    sim.platform.refuse_ip("shop", 2)
    terminal = start()
    answer_official(terminal, sim)
    terminal.expect("要放行的 IP：127.0.0.1")
    terminal.expect("API IP 白名单")
    terminal.answer("按回车再试")
    terminal.expect("要放行的 IP：127.0.0.1")
    terminal.answer("按回车再试")

    terminal.expect("✓ 拿到了访问令牌")


def test_an_ip_wecom_does_not_trust_is_tried_again(start: Start, sim: Simulator) -> None:
    """60020 on an app whose callback is set already: Enter tries again."""
    sim.platform.refuse_ip("office", 1)
    terminal = start()
    terminal.answer("选哪个", "3")
    terminal.answer("代号")
    terminal.answer("CorpID", sim.accounts["office"].receive_id)
    terminal.answer("AgentId", "1000002")
    terminal.answer("不显示", sim.accounts["office"].secret)
    terminal.expect("企业可信IP")
    terminal.answer("输入 s 跳过")

    terminal.expect("✓ 拿到了访问令牌")


def test_a_wrong_secret_and_a_wrong_id_are_told_apart(start: Start, sim: Simulator) -> None:
    """Only the value that the platform refused is asked again."""
    terminal = start()
    terminal.answer("选哪个", "2")
    terminal.answer("代号")
    terminal.answer("AppID", "wx1234567890abcdef")
    terminal.answer("不显示", "0123456789abcdef" * 2)
    terminal.expect("没有这个 AppID（40013）")
    terminal.answer("AppID: "[:5], sim.accounts["shop"].receive_id)
    terminal.expect("AppSecret 不对（40125）")
    terminal.answer("不显示", sim.accounts["shop"].secret)

    terminal.expect("✓ 拿到了访问令牌")
    assert_no_secrets(terminal, sim)


def test_a_wrong_agent_id_is_asked_again(start: Start, sim: Simulator) -> None:
    """301002: the secret is right, but of another app."""
    terminal = start()
    terminal.answer("选哪个", "3")
    terminal.answer("代号")
    terminal.answer("CorpID", sim.accounts["office"].receive_id)
    terminal.answer("AgentId", "1000009")
    terminal.answer("不显示", sim.accounts["office"].secret)
    terminal.expect("不是同一个应用（301002）")
    terminal.answer("AgentId", "1000002")

    terminal.expect("✓ 拿到了访问令牌")


def test_a_platform_that_cannot_be_reached_is_said(start: Start) -> None:
    """No network: the host is named, and Enter tries again."""
    closed = f"127.0.0.1:{free_port()}"
    terminal = start("--api-base", f"http://{closed}")
    terminal.answer("选哪个", "2")
    terminal.answer("代号")
    terminal.answer("AppID", "wx1234567890abcdef")
    terminal.answer("不显示", "0123456789abcdef" * 2)
    terminal.expect(f"连不上 {closed}")

    terminal.answer("按回车再试")


def test_wrong_forms_are_asked_again(start: Start, sim: Simulator) -> None:
    """Each slip is named, and the same question comes again."""
    terminal = start()
    terminal.answer("选哪个", "7")
    terminal.expect("1 到 3")
    terminal.answer("选哪个", "2")
    terminal.answer("代号", "My Shop")
    terminal.expect("小写字母开头")
    terminal.answer("代号")
    terminal.answer("AppID", "gh_3dfda90e39d6")
    terminal.expect("原始 ID")
    terminal.answer("AppID", "wx123")
    terminal.expect("收到 5 位")
    terminal.answer("AppID: "[:5], sim.accounts["shop"].receive_id)
    terminal.answer("不显示", "a" * 43)
    terminal.expect("像是 EncodingAESKey")
    terminal.answer("不显示", sim.accounts["shop"].secret)
    for wrong, told in (
        ("bot.example.com", "要像 https://bot.example.com"),
        ("https://bot.example.com:8443", "只访问 80"),
        ("http://192.168.1.5", "内网地址"),
        ("https://localhost", "内网地址"),
    ):
        terminal.answer("外网网址", wrong)
        terminal.expect(told)
    terminal.answer("外网网址", f"{ADDRESS}/callback/shop/")

    terminal.expect(f"回调地址会是 {ADDRESS}/callback/shop\n")
