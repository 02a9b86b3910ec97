"""What the demo is made of: two made-up accounts with secrets of their own, kept from start to start."""

import base64
import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from string import Template

from launching.model import VARIABLES, ModelChoice
from launching.place import write_private

BARE = ("REDIS_URL", "PORT", *VARIABLES)

ABOUT = """\
青禾书店是一家开在老街上的独立书店，2011 年开业。

地址：青石巷 18 号，地铁 2 号线「老街」站 C 口，步行 5 分钟。
营业时间：周二到周日 10:00–21:00，周一休息，春节初一到初三休息。
电话：020-5550-0118（营业时间内有人接）。

有什么：文学、历史、绘本和本地作者的书，约八千种；二楼有咖啡，美式 22 元，拿铁 28 元。
订书：店里没有的书可以代订，一般 3–5 天到，到店取九五折；满 99 元市内免费送货。
退换：七天内、没有折痕和笔迹，凭小票退换；绘本和特价书不退。
会员：一次充 200 元成为会员，全店九折，生日当月送一杯美式。
活动：每周六 15:00 绘本故事会（免费，限 12 组家庭）；每月最后一个周日 19:00 读书会。
"""

_CONFIG = Template("""\
# The demo's accounts, made up at its first start; delete this file for new ones.
[chat]
base_url = "-"
model = "-"

[accounts.shop]
channel = "official"
title = "青禾书店"
app_id = "wx$app_id"
app_secret = "$app_secret"
token = "$shop_token"
aes_key = "$shop_key"
encryption = "safe"
api_base = "-"
about = "about.txt"
examples = ["周末几点关门？", "给八岁的孩子推荐一本书", "买的书可以退吗？"]
admins = ["oBoss_yingda_demo_0000000000"]

[accounts.office]
channel = "wecom"
title = "青禾同事助手"
corp_id = "ww$corp_id"
agent_id = 1000002
secret = "$office_secret"
token = "$office_token"
aes_key = "$office_key"
api_base = "-"
about = "about.txt"
examples = ["帮我写一条周六故事会的通知", "把这段话改得短一点", "会员有哪些优惠？"]
admins = ["boss"]
""")


def write_config(folder: Path, simulator_url: str, model: ModelChoice) -> Path:
    """The demo's TOML in *folder*: made with fresh secrets if missing, else only its addresses renewed.

    The model's key is not written into it.
    """
    about, config = folder / "about.txt", folder / "yingda.toml"
    if not about.exists():
        about.write_text(ABOUT, "utf-8")
    text = config.read_text("utf-8") if config.exists() else _CONFIG.substitute(_fresh_secrets())
    for key, value in (("api_base", simulator_url), ("base_url", model.base_url), ("model", model.model)):
        text = _with_value(text, key, value)
    write_private(config, text)
    return config


def child_environ(environ: Mapping[str, str], config: Path, redis_url: str, web_port: int) -> dict[str, str]:
    """The environment of the demo's processes: this one's, without anything meant for your own accounts."""
    kept = {k: v for k, v in environ.items() if not k.upper().startswith("YINGDA_") and k not in BARE}
    return kept | {"YINGDA_CONFIG": str(config), "REDIS_URL": redis_url, "PORT": str(web_port)}


def _with_value(text: str, key: str, value: str) -> str:
    """*text* with every `key = …` line set to *value*; a JSON string is a TOML string too."""
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    return re.sub(rf"(?m)^{key} = .*$", lambda _: line, text)


def _fresh_secrets() -> dict[str, str]:
    return {
        "app_id": secrets.token_hex(8),
        "app_secret": secrets.token_hex(16),
        "shop_token": secrets.token_hex(12),
        "shop_key": _aes_key(),
        "corp_id": secrets.token_hex(8),
        "office_secret": secrets.token_hex(22),
        "office_token": secrets.token_hex(12),
        "office_key": _aes_key(),
    }


def _aes_key() -> str:
    """An EncodingAESKey as the platforms make them: 43 letters and digits that stand for 32 bytes."""
    while True:
        key = base64.b64encode(os.urandom(32)).decode()[:43]
        if key.isalnum():
            return key
