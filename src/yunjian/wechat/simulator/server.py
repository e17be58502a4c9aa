"""The simulator's addresses, and how it is run."""

import contextlib
import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from yunjian.wechat.simulator import callback_client, outgoing_events, pages, phone
from yunjian.wechat.simulator.faults import Fault
from yunjian.wechat.simulator.state import TOKEN_SECONDS, Refused, SimulatorState

USER_COOKIE = "sim_user"
CALLBACK_PATH = "/wechat/callback"
_AUTHORIZE = ("appid", "redirect_uri", "response_type", "scope", "state")
_ADDRESSES = Map(
    [
        Rule("/", endpoint="messages", methods=["GET"]),
        Rule("/connect/oauth2/authorize", endpoint="authorize", methods=["GET"]),
        Rule("/sns/oauth2/access_token", endpoint="oauth_token", methods=["GET"]),
        Rule("/cgi-bin/stable_token", endpoint="stable_token", methods=["POST"]),
        Rule("/cgi-bin/message/template/send", endpoint="send", methods=["POST"]),
        Rule("/cgi-bin/message/subscribe/bizsend", endpoint="send_subscription", methods=["POST"]),
        Rule("/cgi-bin/ticket/getticket", endpoint="ticket", methods=["GET"]),
        Rule("/open/js/<name>", endpoint="script", methods=["GET"]),
        Rule("/sim/messages", endpoint="messages", methods=["GET"]),
        Rule("/sim/users", endpoint="users", methods=["GET"]),
        Rule("/sim/users", endpoint="add_user", methods=["POST"]),
        Rule("/sim/subscriptions", endpoint="subscribe", methods=["POST"]),
        Rule("/sim/errors", endpoint="faults", methods=["GET"]),
        Rule("/sim/errors", endpoint="add_fault", methods=["POST"]),
        Rule("/sim/errors", endpoint="clear_faults", methods=["DELETE"]),
        Rule("/sim/calls", endpoint="calls", methods=["GET"]),
        Rule("/sim/device", endpoint="device", methods=["GET"]),
        Rule("/sim/device", endpoint="change_device", methods=["POST"]),
        Rule("/sim/callback", endpoint="set_callback", methods=["POST"]),
        Rule("/sim/events", endpoint="event", methods=["POST"]),
        Rule("/sim/jsapi", endpoint="jsapi", methods=["GET"]),
    ]
)
_SCRIPT = Path(__file__).with_name("jweixin.js")
_FUNCTION_NAME = re.compile(r"[A-Za-z_$][\w$]{0,60}", re.ASCII)


class _Endpoints:
    """What is answered over one memory; each endpoint is a method."""

    def __init__(self, state: SimulatorState) -> None:
        self.state = state

    def answer(self, request: Request) -> Response:
        """Return what WeChat would."""
        self.state.count_call(request.path)
        try:
            endpoint, _arguments = _ADDRESSES.bind_to_environ(request.environ).match()
            self._go_wrong(request)
            answer: Response = getattr(self, f"on_{endpoint}")(request)
        except Refused as error:
            return _json({"errcode": error.errcode, "errmsg": error.errmsg})
        return answer

    def _go_wrong(self, request: Request) -> None:
        """Let a fault happen that was asked for."""
        fault = self.state.faults.take(request.path)
        if fault is None:
            return
        if fault.delay:
            threading.Event().wait(fault.delay)
        if fault.drop:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise Refused(0, "nobody hears this")
        if fault.errcode:
            raise Refused(fault.errcode, fault.errmsg)

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

    def on_stable_token(self, request: Request) -> Response:
        """Give the token that everybody shares."""
        body = _body(request)
        if body.get("grant_type") != "client_credential":
            raise Refused(40002, "invalid grant_type")
        self.state.check_account(str(body.get("appid", "")), str(body.get("secret", "")))
        force = body.get("force_refresh") is True
        if force:
            self.state.check_force()
        token, lifetime = self.state.stable_token(renew=force)
        return _json({"access_token": token, "expires_in": lifetime})

    def on_send(self, request: Request) -> Response:
        """Take a template message."""
        self.state.check_token(request.args.get("access_token", ""))
        message = self.state.take_message(_body(request))
        outgoing_events.template_finished(self.state, message)
        return _json({"errcode": 0, "errmsg": "ok", "msgid": message.msgid})

    def on_send_subscription(self, request: Request) -> Response:
        """Take a subscription message."""
        self.state.check_token(request.args.get("access_token", ""))
        message = self.state.take_subscription(_body(request))
        outgoing_events.subscription_sent(self.state, message)
        return _json({"errcode": 0, "errmsg": "ok", "msgid": message.msgid})

    def on_script(self, _request: Request) -> Response:
        """Give the fake JS-SDK, whatever its version is called."""
        return Response(_SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")

    def on_jsapi(self, request: Request) -> Response:
        """Answer the fake JS-SDK: a call of the function that it names."""
        name = request.args.get("callback", "")
        if not _FUNCTION_NAME.fullmatch(name):
            raise Refused(47001, "callback")
        answer = json.dumps(phone.answer(self.state, request.args), ensure_ascii=False)
        return Response(f"{name}({answer});", content_type="text/javascript; charset=utf-8")

    def on_subscribe(self, request: Request) -> Response:
        """Let a person accept or reject a template, as in the pop-up of WeChat."""
        body = _body(request)
        name, template_id = str(body.get("name", "")), str(body.get("template_id", ""))
        if name not in self.state.users or not template_id:
            raise Refused(40003, "name or template_id")
        accept = body.get("status") != "reject"
        user = self.state.subscribe(name, template_id, accept=accept)
        outgoing_events.subscription_chosen(self.state, user, template_id, accept=accept)
        return _json({"name": name, "template_id": template_id, "accept": accept})

    def on_faults(self, _request: Request) -> Response:
        """List the faults that are still to happen."""
        return _json({"errors": [asdict(fault) for fault in self.state.faults.waiting]})

    def on_add_fault(self, request: Request) -> Response:
        """Let the next calls of an address go wrong."""
        try:
            self.state.faults.add(Fault.of(_body(request)))
        except (TypeError, ValueError) as error:
            raise Refused(47001, str(error)) from error
        return self.on_faults(request)

    def on_clear_faults(self, request: Request) -> Response:
        """Let everything go well again."""
        self.state.faults.clear()
        return self.on_faults(request)

    def on_calls(self, _request: Request) -> Response:
        """Tell how often each address was called, and how many tokens were made."""
        return _json({"calls": self.state.calls, "tokens_made": self.state.tokens_made})

    def on_device(self, _request: Request) -> Response:
        """Tell what the phone will answer."""
        return _json(asdict(self.state.device))

    def on_change_device(self, request: Request) -> Response:
        """Change what the phone will answer."""
        try:
            return _json(asdict(self.state.change_device(_body(request))))
        except TypeError as error:
            raise Refused(47001, str(error)) from error

    def on_set_callback(self, request: Request) -> Response:
        """Set the address that is called, and check it as WeChat does when it is saved."""
        body = _body(request)
        parts = {name: str(body.get(name, "")) for name in ("url", "token", "aes_key")}
        if not _is_loopback(urlsplit(parts["url"]).hostname or ""):
            raise Refused(47001, "url must be on loopback")
        self.state.callback = callback_client.CallbackAddress(**parts)
        return _json(
            {"verified": callback_client.verify(self.state.callback, int(self.state.clock()))}
        )

    def on_event(self, request: Request) -> Response:
        """Let a person follow, leave, write …: the server of the account is called."""
        body = _body(request)
        name = str(body.pop("name", ""))
        if name not in self.state.users or self.state.callback is None:
            raise Refused(47001, "name unknown, or no callback set")
        answered = outgoing_events.send_event(self.state, self.state.users[name], body)
        return _json(asdict(answered))

    def on_ticket(self, request: Request) -> Response:
        """Give a JS-SDK ticket."""
        self.state.check_token(request.args.get("access_token", ""))
        ticket, lifetime = self.state.ticket()
        return _json({"errcode": 0, "errmsg": "ok", "ticket": ticket, "expires_in": lifetime})

    def on_messages(self, request: Request) -> Response:
        """Show what was sent: a page for people, JSON for programs."""
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return _page(pages.message_list(self.state))
        return _json({"messages": [asdict(message) for message in self.state.messages]})

    def on_users(self, _request: Request) -> Response:
        """List the pretend people."""
        return _json({"users": [asdict(user) for user in self.state.users.values()]})

    def on_add_user(self, request: Request) -> Response:
        """Add a pretend person, or change whether one follows."""
        body = _body(request)
        name = str(body.get("name", "")).strip()
        if not name:
            raise Refused(47001, "name missing")
        before = self.state.users.get(name)
        user = self.state.add_user(name, follows=body.get("follows") is not False)
        if before is not None and before.follows != user.follows:
            outgoing_events.following_changed(self.state, user)
        return _json(asdict(user))


def serve(*, host: str = "127.0.0.1", port: int) -> None:
    """Run until the process is told to stop.

    Raises:
        ValueError: the address is reachable from other machines.
    """
    _server(host, port, state_from_environment()).serve_forever()


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
    read = os.environ.get
    token, aes_key = read("YUNJIAN_WECHAT_CALLBACK_TOKEN", ""), read("YUNJIAN_WECHAT_AES_KEY", "")
    url = f"{read('YUNJIAN_PUBLIC_URL', '').rstrip('/')}{CALLBACK_PATH}"
    is_here = _is_loopback(urlsplit(url).hostname or "")
    known = bool(token and aes_key and is_here)
    return SimulatorState(
        app_id=read("YUNJIAN_WECHAT_APP_ID", "wxyunjiandemo0001"),
        app_secret=read("YUNJIAN_WECHAT_APP_SECRET", ""),
        callback=callback_client.CallbackAddress(url, token, aes_key) if known else None,
    )


class _QuietHandler(WSGIRequestHandler):
    """Says nothing about requests: their addresses hold secrets."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def _server(host: str, port: int, state: SimulatorState) -> Any:
    if not _is_loopback(host):
        raise ValueError(f"the simulator trusts everybody, so it listens on loopback only: {host}")
    application = Request.application(_Endpoints(state).answer)
    return make_server(host, port, application, threaded=True, request_handler=_QuietHandler)


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


def _json(content: dict[str, Any]) -> Response:
    # WeChat sends its JSON as text/plain; clients must not depend on the type
    return Response(
        json.dumps(content, ensure_ascii=False), content_type="text/plain; charset=utf-8"
    )


def _page(content: str, status: int = 200) -> Response:
    return Response(content, status=status, content_type="text/html; charset=utf-8")
