"""What can happen with certificates, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
CERTIFICATE_REFUSED = SENTENCES.state("certificate.refused", _("法人一证通登录被拒绝"))
CERTIFICATE_RECORDED = SENTENCES.state("certificate.recorded", _("首次使用法人一证通证书"))
CERTIFICATE_RENEWED = SENTENCES.state("certificate.renewed", _("启用更新后的法人一证通证书"))
ORGANIZATION_REGISTERED = SENTENCES.state("organization.registered", _("运维机构用法人一证通注册"))
REVOCATION_LIST_LOADED = SENTENCES.state("revocation_list.loaded", _("载入证书吊销列表"))
REVOCATION_LIST_REFUSED = SENTENCES.state("revocation_list.refused", _("证书吊销列表未被采用"))

OBJECTS = {
    "certificates.certificate": _("法人一证通证书"),
    "certificates.organizationcertificate": _("法人一证通证书"),
    "certificates.agencyregistration": _("机构注册"),
    "certificates.revocationlist": _("证书吊销列表"),
    "certificates.revocationfile": _("证书吊销列表文件"),
}
