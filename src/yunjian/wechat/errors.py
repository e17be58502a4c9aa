"""What WeChat may answer instead of what was asked for."""


class WechatError(Exception):
    """WeChat refused; `errcode` is its own number (official list of return codes).

    `is_passing`: asking again later may help.
    """

    is_passing = False

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode
        self.errmsg = errmsg


class _Passing(WechatError):
    is_passing = True


class WechatUnreachable(_Passing):
    """No answer, or none that can be read; the network or WeChat is down."""

    def __init__(self, errmsg: str) -> None:
        super().__init__(0, errmsg)


class WechatBusy(_Passing):
    """Overloaded (-1), or asked too often in one minute (45011)."""


class QuotaUsedUp(_Passing):
    """The calls of this day are used up (45009); the quota is new after midnight in China."""


class TokenRefused(_Passing):
    """The access token is not the latest (40001, 40014) or too old (42001).

    Who gets this has tried with a new one already; a newer one may be had later.
    """

    @property
    def is_only_old(self) -> bool:
        """Whether an ordinary renewal must help, so that forcing one is never needed."""
        return self.errcode == TOKEN_EXPIRED


class CodeRefused(WechatError):
    """The code of a sign-in is unknown, too old (40029, 42003) or was used before (40163)."""


class NotFollowing(WechatError):
    """The person does not follow the account, or is nobody to it (43004, 40003)."""


class NotSubscribed(WechatError):
    """The person does not want messages of this template (43101)."""


class MessageRefused(WechatError):
    """The message does not fit its template (47003, 47001) or there is none (40037, 41028…).

    A matter for the operator: the same message will be refused again.
    """


class CredentialsRefused(WechatError):
    """App id or secret is wrong (40013, 40125): a matter for the operator."""


TOKEN_EXPIRED = 42001
_KINDS: dict[int, type[WechatError]] = {
    **dict.fromkeys((-1, 45011), WechatBusy),
    45009: QuotaUsedUp,
    **dict.fromkeys((40029, 40163, 42003), CodeRefused),
    **dict.fromkeys((40001, 40014, TOKEN_EXPIRED), TokenRefused),
    **dict.fromkeys((43004, 40003), NotFollowing),
    43101: NotSubscribed,
    **dict.fromkeys((40037, 41028, 41029, 41030, 47001, 47003), MessageRefused),
    **dict.fromkeys((40013, 40125), CredentialsRefused),
}


def error_of(errcode: int, errmsg: str) -> WechatError:
    """Return the typed error of a return code."""
    return _KINDS.get(errcode, WechatError)(errcode, errmsg)
