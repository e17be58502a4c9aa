"""The simulator's addresses, and how it is run."""

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from yunjian.wechat.simulator import pages
from yunjian.wechat.simulator.state import TOKEN_SECONDS, Refused, SimulatorState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

USER_COOKIE = "sim_user"
_AUTHORIZE = ("appid", "redirect_uri", "response_type", "scope", "state")
_ADDRESSES = Map(
    [
        Rule("/", endpoint="messages", methods=["GET"]),
        Rule("/connect/oauth2/authorize", endpoint="authorize", methods=["GET"]),
        Rule("/sns/oauth2/access_token", endpoint="oauth_token", methods=["GET"]),
        Rule("/cgi-bin/token", endpoint="token", methods=["GET"]),
        Rule("/cgi-bin/stable_token", endpoint="stable_token", methods=["POST"]),
        Rule("/cgi-bin/message/template/send", endpoint="send", methods=["POST"]),
        Rule("/cgi-bin/ticket/getticket", endpoint="ticket", methods=["GET"]),
        Rule("/sim/messages", endpoint="messages", methods=["GET"]),
        Rule("/sim/users", endpoint="users", methods=["GET"]),
        Rule("/sim/users", endpoint="add_user", methods=["POST"]),
    ]
)


class _Endpoints:
    """What is answered over one memory; each endpoint is a method."""

    def __init__(self, state: SimulatorState) -> None:
        self.state = state

    def answer(self, request: Request) -> Response:
        """Return what WeChat would."""
        try:
            endpoint, _arguments = _ADDRESSES.bind_to_environ(request.environ).match()
            answer: Response = getattr(self, f"on_{endpoint}")(request)
        except Refused as error:
            return _json({"errcode": error.errcode, "errmsg": error.errmsg})
        except HTTPException as error:
            return error.get_response(request.environ)
        return answer

    def on_authorize(self, request: Request) -> Response:
        """Let a person be chosen, then go back with a code."""
        params = {name: request.args.get(name, "") for name in _AUTHORIZE}
        problem = self._problem(params)
        if problem:
            return _page(pages.refusal(problem), 400)
        name = request.args.get("sim_user") or request.cookies.get(USER_COOKIE, "")
        if name not in self.state.users:
            return _page(pages.choose_user(self.state, params))
        back = params["redirect_uri"]
        joint = "&" if urlsplit(back).query else "?"
        query = urlencode({"code": self.state.issue_code(name), "state": params["state"]})
        return redirect(f"{back}{joint}{query}", 302)

    def _problem(self, params: dict[str, str]) -> str:
        if params["appid"] != self.state.app_id:
            return "appid 参数错误（10012）"
        if params["response_type"] != "code" or params["scope"] != "snsapi_base":
            return "scope 参数错误（10005）"
        target = urlsplit(params["redirect_uri"])
        if target.scheme not in {"http", "https"} or not _is_loopback(target.hostname or ""):
            return "redirect_uri 域名与后台配置不一致（10003）"
        return ""

    def on_oauth_token(self, request: Request) -> Response:
        """Tell who a code stands for."""
        self.state.check_account(request.args.get("appid", ""), request.args.get("secret", ""))
        openid = self.state.redeem_code(request.args.get("code", ""))
        return _json(
            {
                "access_token": self.state.new_token(),
                "expires_in": TOKEN_SECONDS,
                "refresh_token": "",
                "openid": openid,
                "scope": "snsapi_base",
            }
        )

    def on_token(self, request: Request) -> Response:
        """Give a fresh token (the older interface)."""
        if request.args.get("grant_type") != "client_credential":
            raise Refused(40002, "invalid grant_type")
        self.state.check_account(request.args.get("appid", ""), request.args.get("secret", ""))
        return _json({"access_token": self.state.new_token(), "expires_in": TOKEN_SECONDS})

    def on_stable_token(self, request: Request) -> Response:
        """Give the token that everybody shares."""
        body = _body(request)
        if body.get("grant_type") != "client_credential":
            raise Refused(40002, "invalid grant_type")
        self.state.check_account(str(body.get("appid", "")), str(body.get("secret", "")))
        token, lifetime = self.state.stable_token(renew=body.get("force_refresh") is True)
        return _json({"access_token": token, "expires_in": lifetime})

    def on_send(self, request: Request) -> Response:
        """Take a template message."""
        self.state.check_token(request.args.get("access_token", ""))
        message = self.state.take_message(_body(request))
        return _json({"errcode": 0, "errmsg": "ok", "msgid": message.msgid})

    def on_ticket(self, request: Request) -> Response:
        """Give a JS-SDK ticket."""
        self.state.check_token(request.args.get("access_token", ""))
        ticket, lifetime = self.state.ticket()
        return _json({"errcode": 0, "errmsg": "ok", "ticket": ticket, "expires_in": lifetime})

    def on_messages(self, request: Request) -> Response:
        """Show what was sent: a page for people, JSON for programs."""
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return _page(pages.message_list(self.state))
        return _json({"messages": [message.as_json() for message in self.state.messages]})

    def on_users(self, _request: Request) -> Response:
        """List the pretend people."""
        return _json({"users": [_user_facts(user) for user in self.state.users.values()]})

    def on_add_user(self, request: Request) -> Response:
        """Add a pretend person, or change whether one follows."""
        body = _body(request)
        name = str(body.get("name", "")).strip()
        if not name:
            raise Refused(47001, "name missing")
        user = self.state.add_user(name, follows=body.get("follows") is not False)
        return _json(_user_facts(user))


def create_app(state: SimulatorState) -> "WSGIApplication":
    """Return the WSGI application of a simulator with the given memory."""
    endpoints = _Endpoints(state)

    def application(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        return endpoints.answer(Request(environ))(environ, start)

    return application


def serve(*, host: str = "127.0.0.1", port: int, state: SimulatorState | None = None) -> None:
    """Run until the process is told to stop.

    Raises:
        ValueError: the address is reachable from other machines.
    """
    _server(host, port, state or state_from_environment()).serve_forever()


@dataclass(frozen=True)
class Simulation:
    """A running simulator: where it listens, and its memory."""

    base: str
    state: SimulatorState


@contextlib.contextmanager
def run_in_thread(state: SimulatorState) -> Iterator[Simulation]:
    """Run a simulator on a free port while the block lasts."""
    server = _server("127.0.0.1", 0, state)
    thread = threading.Thread(target=server.serve_forever, name="wechat-simulator", daemon=True)
    thread.start()
    try:
        yield Simulation(f"http://127.0.0.1:{server.server_port}", state)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def state_from_environment() -> SimulatorState:
    """Return a fresh memory for the account that the environment names."""
    import os  # noqa: PLC0415 - only the stand-alone program reads the environment

    return SimulatorState(
        app_id=os.environ.get("YUNJIAN_WECHAT_APP_ID", "wxyunjiandemo0001"),
        app_secret=os.environ.get("YUNJIAN_WECHAT_APP_SECRET", ""),
    )


class _QuietHandler(WSGIRequestHandler):
    """Says nothing about requests: their addresses hold secrets."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def _server(host: str, port: int, state: SimulatorState) -> Any:
    if not _is_loopback(host):
        raise ValueError(f"the simulator trusts everybody, so it listens on loopback only: {host}")
    return make_server(host, port, create_app(state), threaded=True, request_handler=_QuietHandler)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(47001, "data format error")
    return body


def _user_facts(user: Any) -> dict[str, Any]:
    return {"name": user.name, "openid": user.openid, "follows": user.follows}


def _json(content: dict[str, Any]) -> Response:
    # WeChat sends its JSON as text/plain; clients must not depend on the type
    return Response(
        json.dumps(content, ensure_ascii=False), content_type="text/plain; charset=utf-8"
    )


def _page(content: str, status: int = 200) -> Response:
    return Response(content, status=status, content_type="text/html; charset=utf-8")
