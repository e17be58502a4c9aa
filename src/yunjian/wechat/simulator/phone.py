"""What the fake JS-SDK is answered, from the test data of the pretend phone."""

from collections.abc import Mapping
from typing import Any

from yunjian.wechat.simulator.state import SimulatorState

LOCAL_ID = "weixin://resourceid/simulated"


def answer(state: SimulatorState, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer to a call of the JS-SDK, `errMsg` as WeChat writes it."""
    name = query.get("do", "")
    match name:
        case "config":
            good = state.check_page(
                query.get("appId", ""),
                query.get("nonceStr", ""),
                query.get("timestamp", ""),
                query.get("url", ""),
                query.get("signature", ""),
            )
            return {"errMsg": "config:ok" if good else "config:invalid signature"}
        case "getLocation":
            return _location(state, query.get("type", "wgs84"))
        case "chooseImage":
            results: dict[str, Any] = {"localIds": [LOCAL_ID]} if state.device.photo else {}
        case "getLocalImgData":
            mine = query.get("localId") == LOCAL_ID
            results = {"localData": state.device.photo} if state.device.photo and mine else {}
        case "scanQRCode":
            results = {"resultStr": state.device.scan} if state.device.scan else {}
        case _:
            results = {}
    return {**results, "errMsg": f"{name}:ok" if results else f"{name}:fail no test data"}


def _location(state: SimulatorState, datum: str) -> dict[str, Any]:
    device = state.device
    if device.longitude is None or device.latitude is None or datum != "wgs84":
        return {"errMsg": "getLocation:fail no test data"}
    return {
        "longitude": device.longitude,
        "latitude": device.latitude,
        "accuracy": device.accuracy,
        "speed": 0.0,
        "errMsg": "getLocation:ok",
    }
