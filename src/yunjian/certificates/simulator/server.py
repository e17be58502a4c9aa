"""The simulator's functions, and how it is run: on loopback, for the named pages only."""

import base64
import binascii
import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from yunjian.certificates.simulator.keys import Drawer, SoftKey

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_BODY = 64 * 1024
NOT_FOUND, NOT_OPENED, BAD_REQUEST = 0x0B000300, 0x0B000301, 0x0B000001


class CallFailed(Exception):
    """A function ended with an error code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Functions:
    """What can be called; each function has its name from GM/T 0020."""

    def __init__(self, drawer: Drawer) -> None:
        self.drawer = drawer
        self.by_name: dict[str, Callable[..., Any]] = {
            "SOF_GetUserList": self.user_list,
            "SOF_ExportUserCert": self.export,
            "SOF_Login": self.login,
            "SOF_Logout": self.logout,
            "SOF_GetPinRetryCount": self.tries,
            "SOF_SignData": self.sign,
        }

    def user_list(self) -> str:
        """Return title||container for every key, joined by &&&."""
        return "&&&".join(f"{key.title}||{key.container}" for key in self.drawer.keys.values())

    def export(self, container: str) -> str:
        """Return a certificate; no PIN is needed for that."""
        return self._key(container).exported()

    def login(self, container: str, pin: str) -> bool:
        """Open a key with its PIN."""
        opens = self._key(container).opens(pin)
        (self.drawer.opened.add if opens else self.drawer.opened.discard)(container)
        return opens

    def logout(self, container: str) -> bool:
        """Close a key."""
        self.drawer.opened.discard(container)
        return True

    def tries(self, container: str) -> int:
        """Return how many tries are left."""
        return self._key(container).tries

    def sign(self, container: str, content: str) -> str:
        """Sign bytes (base64) with an opened key, which is closed again by that."""
        key = self._key(container)
        if container not in self.drawer.opened:
            raise CallFailed(NOT_OPENED)
        self.drawer.opened.discard(container)
        try:
            plain = base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise CallFailed(BAD_REQUEST) from error
        return base64.b64encode(key.sign(plain)).decode()

    def _key(self, container: str) -> SoftKey:
        try:
            return self.drawer.keys[container]
        except KeyError as error:
            raise CallFailed(NOT_FOUND) from error


def create_app(drawer: Drawer, origins: Sequence[str]) -> "WSGIApplication":
    """Return the simulator over some keys; only pages of these origins are answered."""
    functions = _Functions(drawer)
    lock = threading.Lock()

    @Request.application
    def app(request: Request) -> Response:
        with lock:
            return _answer(functions, request, origins)

    return app


def _answer(functions: _Functions, request: Request, origins: Sequence[str]) -> Response:
    origin = request.headers.get("Origin", "")
    if origin not in origins:
        return Response("this page may not use the keys", status=403)
    if request.method == "OPTIONS":
        response = Response(status=204)
    else:
        response = Response(json.dumps(_called(functions, request)), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Allow-Private-Network"] = "true"
    response.headers["Vary"] = "Origin"
    return response


def _called(functions: _Functions, request: Request) -> dict[str, Any]:
    try:
        return {"ErrorCode": 0, "Result": _result(functions, request)}
    except CallFailed as error:
        return {"ErrorCode": error.code, "Result": None}


def _result(functions: _Functions, request: Request) -> Any:
    function = functions.by_name.get(request.path.strip("/"))
    if function is None or request.method != "POST" or (request.content_length or 0) > MAX_BODY:
        raise CallFailed(BAD_REQUEST)
    try:
        arguments = [str(argument) for argument in json.loads(request.get_data())["args"]]
        return function(*arguments)
    except (ValueError, KeyError, TypeError) as error:
        raise CallFailed(BAD_REQUEST) from error


def serve(*, drawer: Drawer, origins: Sequence[str], host: str = "127.0.0.1", port: int) -> None:
    """Run until stopped, on loopback only."""
    _server(host, port, drawer, origins).serve_forever()


@dataclass(frozen=True)
class Simulation:
    """A running simulator: where it listens, and its keys."""

    base: str
    drawer: Drawer


@contextlib.contextmanager
def run_in_thread(drawer: Drawer, origins: Sequence[str]) -> Iterator[Simulation]:
    """Run a simulator on a free port while the block lasts."""
    server = _server("127.0.0.1", 0, drawer, origins)
    thread = threading.Thread(target=server.serve_forever, name="key-simulator", daemon=True)
    thread.start()
    try:
        yield Simulation(f"http://127.0.0.1:{server.server_port}", drawer)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    """Says nothing about requests."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def _server(host: str, port: int, drawer: Drawer, origins: Sequence[str]) -> Any:
    if not ip_address(host).is_loopback:
        raise ValueError(f"soft keys are for this machine only: {host}")
    return make_server(
        host, port, create_app(drawer, origins), threaded=True, request_handler=_QuietHandler
    )
