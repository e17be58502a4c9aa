"""The simulator's addresses and how to run it."""

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import make_server, run_simple
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from yunjian.wechat.simulator.state import TOKEN_SECONDS, SimulatorState

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ERRORS = {
    40001: "invalid credential",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    40163: "code been used",
    43004: "require subscribe",
    47001: "data format error",
}

_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>微信模拟器</title>
<style>body{{font:16px/1.5 sans-serif;margin:0;background:#ededed;color:#111}}
main{{max-width:420px;margin:8vh auto;padding:24px;background:#fff;border-radius:12px}}
h1{{font-size:20px;margin:0 0 4px}}p{{color:#576b95;margin:0 0 16px;font-size:14px}}
a{{display:block;padding:14px 16px;margin:8px 0;border-radius:8px;background:#07c160;color:#fff;
text-decoration:none;text-align:center}}</style></head><body><main><h1>微信模拟器</h1>
<p>仅用于演示和测试：选择以哪位微信用户打开</p>{links}</main></body></html>"""


def create_app(state: SimulatorState) -> Callable[..., object]:
    """Return the WSGI application over a memory."""
    routes = Map(
        [
            Rule("/connect/oauth2/authorize", endpoint=_authorize),
            Rule("/sns/oauth2/access_token", endpoint=_openid),
            Rule("/cgi-bin/token", endpoint=_token, methods=["GET"]),
            Rule("/cgi-bin/stable_token", endpoint=_token, methods=["POST"]),
            Rule("/cgi-bin/message/template/send", endpoint=_send, methods=["POST"]),
            Rule("/cgi-bin/ticket/getticket", endpoint=_ticket),
            Rule("/sim/messages", endpoint=_messages),
            Rule("/sim/users", endpoint=_users, methods=["POST"]),
        ]
    )

    @Request.application
    def application(request: Request) -> Response:
        try:
            endpoint, _values = routes.bind_to_environ(request.environ).match()
        except HTTPException as error:
            return Response(str(error.description), status=error.code)
        answer: Response = endpoint(state, request)
        return answer

    return application


def _authorize(state: SimulatorState, request: Request) -> Response:
    if request.args.get("appid") != state.app_id:
        return Response("AppID 不正确 / wrong appid", status=400)
    target = request.args.get("redirect_uri", "")
    if urlsplit(target).hostname not in LOOPBACK:
        return Response("redirect_uri 域名与后台配置不一致", status=400)
    user = request.args.get("sim_user") or request.cookies.get("sim_user")
    if user in state.users:
        return redirect(_with_code(target, state.new_code(user), request.args.get("state", "")))
    links = "".join(
        f'<a href="?{escape(urlencode({**request.args, "sim_user": key}))}">{escape(name)}</a>'
        for key, name in state.users.items()
    )
    return Response(_PAGE.format(links=links), mimetype="text/html")


def _with_code(target: str, code: str, state: str) -> str:
    parts = urlsplit(target)
    query = [*parse_qsl(parts.query), ("code", code), ("state", state)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _openid(state: SimulatorState, request: Request) -> Response:
    refusal = _wrong_credentials(state, request.args.get("appid"), request.args.get("secret"))
    if refusal:
        return _error(refusal)
    redeemed = state.redeem(request.args.get("code", ""))
    if isinstance(redeemed, int):
        return _error(redeemed)
    return _json(
        {
            "access_token": secrets.token_urlsafe(24),
            "expires_in": TOKEN_SECONDS,
            "refresh_token": secrets.token_urlsafe(24),
            "openid": redeemed,
            "scope": "snsapi_base",
        }
    )


def _token(state: SimulatorState, request: Request) -> Response:
    given = request.get_json() if request.method == "POST" else request.args
    refusal = _wrong_credentials(state, given.get("appid"), given.get("secret"))
    if refusal:
        return _error(refusal)
    token = state.current_token(renew=bool(given.get("force_refresh")))
    return _json({"access_token": token, "expires_in": TOKEN_SECONDS})


def _send(state: SimulatorState, request: Request) -> Response:
    if request.args.get("access_token") != state.token:
        return _error(40001)
    message = request.get_json(silent=True)
    if not isinstance(message, dict):
        return _error(47001)
    openid = str(message.get("touser", ""))
    if not state.is_known(openid):
        return _error(40003)
    if openid in state.not_following:
        return _error(43004)
    if not message.get("template_id"):
        return _error(40037)
    with state.lock:
        state.messages.append(message)
        number = len(state.messages)
    return _json({"errcode": 0, "errmsg": "ok", "msgid": 200_000_000 + number})


def _ticket(state: SimulatorState, request: Request) -> Response:
    if request.args.get("access_token") != state.token:
        return _error(40001)
    ticket = secrets.token_urlsafe(24)
    return _json({"errcode": 0, "errmsg": "ok", "ticket": ticket, "expires_in": TOKEN_SECONDS})


def _messages(state: SimulatorState, _request: Request) -> Response:
    return _json(state.messages)


def _users(state: SimulatorState, request: Request) -> Response:
    given = request.get_json()
    with state.lock:
        state.users[given["key"]] = given["name"]
        if given.get("following") is False:
            state.not_following.add(state.openid(given["key"]))
    return _json({"openid": state.openid(given["key"])})


def _wrong_credentials(state: SimulatorState, app_id: str | None, secret: str | None) -> int:
    if app_id != state.app_id:
        return 40013
    return 0 if secret == state.app_secret else 40125


def _error(code: int) -> Response:
    return _json({"errcode": code, "errmsg": ERRORS[code]})


def _json(data: object) -> Response:
    return Response(orjson.dumps(data), mimetype="application/json")


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator."""

    base: str
    app_id: str
    app_secret: str
    state: SimulatorState


def serve(host: str = "127.0.0.1", port: int = 8001) -> None:
    """Run until interrupted, with appid and secret from the environment."""
    if host not in LOOPBACK:
        raise ValueError("the simulator listens on loopback only")
    state = SimulatorState(
        os.environ.get("YUNJIAN_WECHAT_APP_ID", "wxyunjiandemo0001"),
        os.environ.get("YUNJIAN_WECHAT_APP_SECRET", secrets.token_hex(16)),
    )
    try:
        run_simple(host, port, create_app(state), threaded=True)
    except KeyboardInterrupt:
        return


@contextmanager
def run_in_thread() -> Iterator[Simulator]:
    """Run on a free port for as long as the block lasts (tests)."""
    state = SimulatorState("wxsimulator000001", secrets.token_hex(16))
    server = make_server("127.0.0.1", 0, create_app(state), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        base = f"http://127.0.0.1:{server.server_port}"
        yield Simulator(base, state.app_id, state.app_secret, state)
    finally:
        server.shutdown()
        thread.join()
