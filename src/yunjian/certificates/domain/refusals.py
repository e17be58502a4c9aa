"""What people read when a certificate does not get them in: what is wrong, and what to do."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yunjian.certificates.core.reasons import Reason
from yunjian.kernel.errors import DomainError


class SignInFailure(StrEnum):
    """Reasons that have nothing to do with the certificate itself."""

    CHALLENGE_UNKNOWN = "challenge_unknown"
    CHALLENGE_OTHER_SESSION = "challenge_other_session"
    CHALLENGE_USED = "challenge_used"
    CHALLENGE_LATE = "challenge_late"
    ORGANIZATION_BANNED = "organization_banned"
    ORGANIZATION_CANCELLED = "organization_cancelled"
    ORGANIZATION_LOCKED = "organization_locked"
    OTHER_KIND = "other_kind"
    OTHER_COMPANY = "other_company"
    ACCOUNT_CLOSED = "account_closed"
    NOT_SET_UP = "not_set_up"
    NOT_OWN = "not_own"


class CertificateRefused(DomainError):
    """The sign-in by certificate was refused; the code is the reason."""

    status = 422
    default_code = "certificate"


_AGAIN = _("登录请求已失效，请重新点击登录")
_DAMAGED = _("证书内容不完整或已损坏，请重新插入证书介质后再试；仍不成功请到证书办理网点检测")
_ASK_ISSUER = _("证书未通过验证，可能已被改动。请到证书办理网点检测或重新办理")
_CLIENT = _("证书客户端返回的签名无法识别，请更新证书客户端后重试")
_SIGNATURE = _("签名与证书不符，请确认插入的是本单位的证书介质后重试")
_OPERATOR = _("系统暂时无法核实证书状态，这不是您的问题，请稍后再试或联系系统管理员")

SENTENCES: dict[Reason | SignInFailure, str | Promise] = {
    Reason.TOO_LARGE: _("提交的证书或签名过大，请使用法人一证通证书"),
    Reason.TRUNCATED: _DAMAGED,
    Reason.MALFORMED: _DAMAGED,
    Reason.DUPLICATE_EXTENSION: _DAMAGED,
    Reason.SERIAL_NUMBER: _("证书的序列号不符合标准，请到证书办理网点重新办理"),
    Reason.ALGORITHM_WEAK: _("证书使用的签名算法已不安全，请到证书办理网点更新证书"),
    Reason.ALGORITHM_UNKNOWN: _(
        "不支持该证书的算法，请使用国密 SM2 或 RSA 2048 位的法人一证通证书"
    ),
    Reason.KEY_WEAK: _("证书密钥长度不足，请到证书办理网点更新证书"),
    Reason.KEY_INVALID: _DAMAGED,
    Reason.SELF_SIGNED: _("这是自行签发的证书，请使用证书机构签发的法人一证通证书"),
    Reason.IS_AUTHORITY: _("这是证书机构自身的证书，请使用本单位的法人一证通证书"),
    Reason.WRONG_USAGE: _("该证书不能用于签名登录，请选择法人一证通的签名证书"),
    Reason.CRITICAL_EXTENSION: _("证书包含系统不能识别的限制条件，请联系系统管理员"),
    Reason.NOT_YET_VALID: _("证书尚未生效，请在生效日期之后登录，或核对证书的有效期"),
    Reason.EXPIRED: _("证书已过期，请到证书办理网点或网上办理更新后再登录"),
    Reason.ISSUER_UNKNOWN: _("证书不是由本系统认可的证书机构签发，请使用法人一证通证书"),
    Reason.TAMPERED: _ASK_ISSUER,
    Reason.CHAIN: _("证书的签发关系不符合要求，请联系系统管理员"),
    Reason.AUTHORITY_NOT_VALID: _("签发该证书的机构证书不在有效期内，请联系系统管理员"),
    Reason.DEMO: _("这是演示用证书，不能在正式系统中登录"),
    Reason.REVOKED: _("证书已被吊销，不能登录。如有疑问请联系证书办理网点"),
    Reason.REVOCATION_MISSING: _OPERATOR,
    Reason.REVOCATION_STALE: _OPERATOR,
    Reason.AUTHORITY_NOT_CONFIGURED: _(
        "本系统尚未配置该证书机构的证书如何识别单位，这不是您的问题，请联系系统管理员"
    ),
    Reason.PERSONAL: _("这是个人证书，不能代表单位，请使用法人一证通的单位证书"),
    Reason.WRONG_POLICY: _("该证书不属于本系统认可的单位证书类型，请使用法人一证通的单位证书"),
    Reason.AMBIGUOUS: _(
        "证书中的单位信息互相矛盾或重复，不能确定属于哪个单位，请到证书办理网点核对"
    ),
    Reason.NAME_MISSING: _("证书中没有单位名称，请使用法人一证通的单位证书"),
    Reason.USCC_MISSING: _("证书中没有统一社会信用代码，请使用法人一证通的单位证书"),
    Reason.USCC_WRONG: _("证书中的统一社会信用代码校验不通过，请到证书办理网点核对"),
    Reason.SIGNATURE_MALFORMED: _CLIENT,
    Reason.SIGNATURE_WRONG: _SIGNATURE,
    Reason.SIGNER_DIFFERS: _SIGNATURE,
    Reason.SIGNERS_SEVERAL: _CLIENT,
    Reason.CONTENT_DIFFERS: _("签名的内容不是本次登录请求，请重新点击登录"),
    SignInFailure.CHALLENGE_UNKNOWN: _AGAIN,
    SignInFailure.CHALLENGE_OTHER_SESSION: _("登录请求不属于当前浏览器，请刷新页面后重新登录"),
    SignInFailure.CHALLENGE_USED: _("该登录请求已经用过，请重新点击登录"),
    SignInFailure.CHALLENGE_LATE: _("签名超过两分钟，请重新点击登录"),
    SignInFailure.ORGANIZATION_BANNED: _("贵单位被禁止从业，不能登录。如有异议请联系管理部门"),
    SignInFailure.ORGANIZATION_CANCELLED: _(
        "贵单位的备案已注销，不能登录。如需重新备案请联系管理部门"
    ),
    SignInFailure.ORGANIZATION_LOCKED: _("贵单位已被锁定，请联系管理部门更新信息并重新激活"),
    SignInFailure.OTHER_KIND: _("贵单位不是运维机构，请用账号和密码登录"),
    SignInFailure.OTHER_COMPANY: _("该证书曾由其他单位使用，不能登录，请联系系统管理员"),
    SignInFailure.ACCOUNT_CLOSED: _("贵单位的负责人账号已停用，请联系系统管理员"),
    SignInFailure.NOT_SET_UP: _("本系统尚未配置认可的证书机构，请联系系统管理员"),
    SignInFailure.NOT_OWN: _("该证书不是本单位的证书，请插入本单位的法人一证通介质后重新签名"),
}
_SIGN_AGAIN = _("签名请求已失效，请重新签名")
# where a sentence speaks of signing in, what is said to who signs
SIGNING: dict[Reason | SignInFailure, str | Promise] = {
    Reason.WRONG_USAGE: _("该证书不能用于签名，请选择法人一证通的签名证书"),
    Reason.NOT_YET_VALID: _("证书尚未生效，不能签名，请核对证书的有效期"),
    Reason.EXPIRED: _("证书已过期，不能签名，请到证书办理网点或网上办理更新"),
    Reason.DEMO: _("这是演示用证书，不能在正式系统中签名"),
    Reason.REVOKED: _("证书已被吊销，不能签名。如有疑问请联系证书办理网点"),
    Reason.SIGNATURE_WRONG: _("签名与所显示的内容或证书不符，没有提交，请重新签名"),
    Reason.CONTENT_DIFFERS: _("签名的内容不是所显示的内容，没有提交，请重新签名"),
    SignInFailure.CHALLENGE_UNKNOWN: _SIGN_AGAIN,
    SignInFailure.CHALLENGE_OTHER_SESSION: _("签名请求不属于当前浏览器，请刷新页面后重新签名"),
    SignInFailure.CHALLENGE_USED: _("该签名请求已经用过，请重新签名"),
    SignInFailure.CHALLENGE_LATE: _("签名超过两分钟，请重新签名"),
}


def refusal(reason: Reason | SignInFailure, more: str = "") -> CertificateRefused:
    """Return the refusal that says so; `more` is what an authority wrote about it."""
    sentence = str(SENTENCES[reason])
    return CertificateRefused(f"{sentence}（{more}）" if more else sentence, code=str(reason))


def signing_refusal(reason: Reason | SignInFailure) -> CertificateRefused:
    """Return the refusal of a signature; it names nobody who signs in."""
    sentence = SIGNING.get(reason) or SENTENCES[reason]
    return CertificateRefused(str(sentence), code=str(reason), field="certificate")
