"""What WeChat may answer instead of what was asked for."""


class WechatError(Exception):
    """WeChat refused; `errcode` is its own number (official list of return codes)."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg

    @property
    def is_passing(self) -> bool:
        """Whether asking again later may help."""
        return False


class WechatUnreachable(WechatError):
    """No answer, or none that can be read; the network or WeChat is down."""

    def __init__(self, errmsg: str) -> None:
        super().__init__(0, errmsg)

    @property
    def is_passing(self) -> bool:
        """Networks come back."""
        return True


class WechatBusy(WechatError):
    """Overloaded (-1) or a quota of calls is used up (45009, 45011)."""

    @property
    def is_passing(self) -> bool:
        """Load and quotas pass."""
        return True


class CodeRefused(WechatError):
    """The code of a sign-in is unknown, too old (40029, 42003) or was used before (40163)."""


class TokenRefused(WechatError):
    """The access token is not, or no longer, valid (40001, 40014, 42001)."""


class NotSubscribed(WechatError):
    """The person does not follow the account, so it cannot write to them (43004, 40003)."""


class CredentialsRefused(WechatError):
    """App id or secret is wrong (40013, 40125): a matter for the operator."""


_KINDS: dict[int, type[WechatError]] = {
    **dict.fromkeys((-1, 45009, 45011), WechatBusy),
    **dict.fromkeys((40029, 40163, 42003), CodeRefused),
    **dict.fromkeys((40001, 40014, 42001), TokenRefused),
    **dict.fromkeys((43004, 40003), NotSubscribed),
    **dict.fromkeys((40013, 40125), CredentialsRefused),
}


def error_of(errcode: int, errmsg: str) -> WechatError:
    """Return the typed error of a return code."""
    return _KINDS.get(errcode, WechatError)(errcode, errmsg)
