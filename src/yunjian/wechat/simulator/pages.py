"""The few pages of the simulator, for people."""

from html import escape
from urllib.parse import urlencode

from yunjian.wechat.simulator.state import SimulatorState

_FRAME = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>
<style>body{{font:15px/1.6 system-ui,"PingFang SC","Noto Sans SC",sans-serif;margin:0;
background:#ededed;color:#191919}}main{{max-width:30rem;margin:0 auto;padding:1rem}}
h1{{font-size:1.1rem}}p{{color:#666;margin:.5rem 0}}a.user,li{{display:block;background:#fff;
padding:.8rem 1rem;margin:0 0 .5rem;border-radius:8px;color:#191919;text-decoration:none}}
a.user:hover{{background:#f7fff7}}a{{color:#07845c}}ul{{padding:0}}small{{color:#888}}
b{{color:#07a35a;margin-right:.5rem}}</style></head><body><main>{body}</main></body></html>"""


def page(title: str, body: str) -> str:
    """Return a page; `body` is HTML."""
    return _FRAME.format(title=escape(title), body=body)


def choose_user(state: SimulatorState, params: dict[str, str]) -> str:
    """Return the page on which one picks who holds the phone."""
    rows = []
    for user in state.users.values():
        query = urlencode({**params, "sim_user": user.name})
        note = "" if user.follows else " <small>未关注公众号</small>"
        rows.append(
            f'<a class="user" href="/connect/oauth2/authorize?{escape(query)}">'
            f"<b>●</b>{escape(user.name)}{note}</a>"
        )
    intro = "<h1>微信模拟器</h1><p>这里代替微信授权。请选择以哪位微信用户的身份打开：</p>"
    return page("微信模拟器", intro + "".join(rows))


def message_list(state: SimulatorState) -> str:
    """Return the page with what was sent, newest first."""
    rows = []
    for message in reversed(state.messages):
        texts = " · ".join(escape(item["value"]) for item in message.data.values())
        link = f' <a href="{escape(message.url)}">打开</a>' if message.url else ""
        rows.append(f"<li><b>{escape(message.name)}</b>{texts}{link}</li>")
    empty = "<p>还没有发出过消息。</p>"
    return page(
        "已发消息",
        "<h1>已发出的模板消息</h1>" + ("<ul>" + "".join(rows) + "</ul>" if rows else empty),
    )


def refusal(text: str) -> str:
    """Return the page WeChat shows when a link is wrong."""
    return page("无法打开", f"<h1>无法打开</h1><p>{escape(text)}</p>")
