"""Wire shapes of WeChat's JS-SDK; the names are WeChat's."""

from ninja import Schema


class JsConfigOut(Schema):
    """What `wx.config` wants for a page."""

    appId: str  # noqa: N815
    timestamp: int
    nonceStr: str  # noqa: N815
    signature: str
    jsApiList: list[str]  # noqa: N815
