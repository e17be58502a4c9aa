"""What can happen with certificates, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "certificate.refused": _("法人一证通登录被拒绝"),
    "certificate.recorded": _("首次使用法人一证通证书"),
    "certificate.renewed": _("启用更新后的法人一证通证书"),
    "organization.registered": _("运维机构用法人一证通注册"),
    "revocation_list.loaded": _("载入证书吊销列表"),
    "revocation_list.refused": _("证书吊销列表未被采用"),
}

OBJECTS = {
    "certificates.certificate": _("法人一证通证书"),
    "certificates.organizationcertificate": _("法人一证通证书"),
    "certificates.agencyregistration": _("机构注册"),
    "certificates.revocationlist": _("证书吊销列表"),
    "certificates.revocationfile": _("证书吊销列表文件"),
}
