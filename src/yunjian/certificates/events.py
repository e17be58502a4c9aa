"""What can happen with certificates, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

CERTIFICATE_REFUSED = "certificate.refused"
CERTIFICATE_RECORDED = "certificate.recorded"
CERTIFICATE_RENEWED = "certificate.renewed"
ORGANIZATION_REGISTERED = "organization.registered"
REVOCATION_LIST_LOADED = "revocation_list.loaded"
REVOCATION_LIST_REFUSED = "revocation_list.refused"

SENTENCES = {
    CERTIFICATE_REFUSED: _("法人一证通登录被拒绝"),
    CERTIFICATE_RECORDED: _("首次使用法人一证通证书"),
    CERTIFICATE_RENEWED: _("启用更新后的法人一证通证书"),
    ORGANIZATION_REGISTERED: _("运维机构用法人一证通注册"),
    REVOCATION_LIST_LOADED: _("载入证书吊销列表"),
    REVOCATION_LIST_REFUSED: _("证书吊销列表未被采用"),
}

OBJECTS = {
    "certificates.certificate": _("法人一证通证书"),
    "certificates.organizationcertificate": _("法人一证通证书"),
    "certificates.agencyregistration": _("机构注册"),
    "certificates.revocationlist": _("证书吊销列表"),
    "certificates.revocationfile": _("证书吊销列表文件"),
}
