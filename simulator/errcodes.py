"""What the platform's error codes say, on the wire and to a reader (protocol B1, B2, C4, C5)."""

import secrets

from simulator.words import Words, words

ERRMSG: dict[int, str] = {
    -1: "system error",
    40001: (
        "invalid credential, access_token is invalid or not latest, could get access_token by "
        "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
    ),
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40015: "invalid button type",
    40017: "invalid button size",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40125: "invalid appsecret",
    40164: "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    42001: "access_token expired",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "do not have message interaction in the last 30 seconds",
    45081: "it is already in typing status",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
    65400: "please enable new custom service or wait for a while if you have enabled",
    87014: "risky content",
}

ERRMSG_WECOM: dict[int, str] = {
    40001: "invalid credential",
    40008: "invalid message type",
    40013: "invalid corpid",
    41002: "corpid missing",
    41004: "corpsecret missing",
    45009: "api freq out of limit",
    60020: "not allow to access from your ip",
    81013: "user & party & tag all invalid",
    301002: "not allow operate another agent with this accesstoken",
}

MEANING: dict[int, Words] = {
    -1: words("微信忙，过会儿再试", "WeChat is busy; try again shortly"),
    0: words("成功", "ok"),
    40001: words("令牌或密钥不对，或令牌已被新的取代", "token or secret wrong, or the token was superseded"),
    40002: words("grant_type 不对", "bad grant_type"),
    40003: words("没有这个 openid", "no such openid"),
    40007: words("没有这个素材，或已过 3 天", "no such media, or older than 3 days"),
    40008: words("不支持的消息类型", "unknown message type"),
    40013: words("AppID 或 CorpID 不对", "wrong AppID or CorpID"),
    40014: words("令牌格式不对或已失效", "token malformed or revoked"),
    40015: words("没有这种菜单按钮", "no such type of button"),
    40017: words("菜单按钮要 1 到 3 个", "a menu has 1 to 3 buttons"),
    40018: words("菜单按钮的名字太长或没有", "a button's name is too long or missing"),
    40019: words("菜单按钮的 key 太长或没有", "a button's key is too long or missing"),
    40020: words("菜单按钮的网址不对", "a button's address is wrong"),
    40023: words("子菜单最多 5 个按钮", "at most 5 buttons below one"),
    40024: words("没有这种子菜单按钮", "no such type of button below"),
    40025: words("子菜单按钮的名字太长或没有", "the name of a button below is too long or missing"),
    40026: words("子菜单按钮的 key 太长或没有", "the key of a button below is too long or missing"),
    40027: words("子菜单按钮的网址不对", "the address of a button below is wrong"),
    40125: words("AppSecret 不对", "wrong AppSecret"),
    40164: words("服务器 IP 不在白名单里", "server IP is not on the allow-list"),
    41001: words("没带令牌", "no access_token"),
    41002: words("没带 AppID 或 CorpID", "no AppID or CorpID"),
    41004: words("没带密钥", "no secret"),
    42001: words("令牌过期", "token expired"),
    43004: words("对方没有关注", "the person does not follow"),
    44002: words("请求没有内容", "empty request"),
    44004: words("文字是空的", "the text is empty"),
    45002: words("文字超过 2048 字节", "text over 2048 bytes"),
    45008: words("图文条数超过 1", "more than one article"),
    45009: words("接口的额度用完了", "quota of this interface used up"),
    45011: words("这一分钟调用太多", "too many calls this minute"),
    45015: words("过了可发送的时间，或对方已取关", "send window over, or the person unfollowed"),
    45047: words("可发送的条数用完了", "send allowance used up"),
    45072: words("command 只能是 Typing 或 CancelTyping", "command must be Typing or CancelTyping"),
    45080: words("30 秒内没有互动，不能显示正在输入", "no interaction in the last 30 s"),
    45081: words("已经在显示正在输入", "already shown as typing"),
    46003: words("还没有菜单", "there is no menu"),
    47001: words("请求不是正确的 JSON", "the request is not valid JSON"),
    48001: words("这种账号没有这个接口的权限", "this kind of account may not call this"),
    60020: words("服务器 IP 不在企业可信 IP 里", "server IP is not trusted by the company"),
    65400: words("这个公众号没有开通客服功能", "customer service was never set up here"),
    81013: words("接收的人都不存在", "none of the receivers exists"),
    87014: words("内容被判有风险", "the content was judged risky"),
    301002: words("令牌不属于这个应用", "the token belongs to another app"),
}


def meaning(errcode: int) -> Words:
    """One short phrase for *errcode*."""
    return MEANING.get(errcode, words(f"错误 {errcode}", f"error {errcode}"))


def official_errmsg(errcode: int) -> str:
    """errmsg with the `rid` that official accounts append."""
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return f"{ERRMSG.get(errcode, 'system error')} rid: {rid}"


def wecom_errmsg(errcode: int, ip: str) -> str:
    """errmsg with the hint, address and link that WeCom appends."""
    text = ERRMSG_WECOM.get(errcode) or ERRMSG.get(errcode, "system error")
    hint = "".join(secrets.choice("0123456789") for _ in range(25))
    link = f"https://open.work.weixin.qq.com/devtool/query?e={errcode}"
    return f"{text}, hint: [{hint}], from ip: {ip}, more info at {link}"
