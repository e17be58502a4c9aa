"""What can happen to sources, outlets and points, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
SOURCE_CREATED = SENTENCES.state("source.created", _("登记污染源"))
SOURCE_CHANGED = SENTENCES.state("source.changed", _("修改基本信息"))
SOURCE_MOVED = SENTENCES.state("source.moved", _("修改位置"))
SOURCE_CLOSED = SENTENCES.state("source.closed", _("关闭污染源"))
SOURCE_REOPENED = SENTENCES.state("source.reopened", _("恢复污染源"))
OUTLET_CREATED = SENTENCES.state("outlet.created", _("新增排口"))
OUTLET_CHANGED = SENTENCES.state("outlet.changed", _("修改排口"))
OUTLET_CLOSED = SENTENCES.state("outlet.closed", _("关闭排口"))
LIMIT_ADDED = SENTENCES.state("emission_limit.added", _("新增排放限值"))
LIMIT_ENDED = SENTENCES.state("emission_limit.ended", _("终止排放限值"))
POINT_CREATED = SENTENCES.state("point.created", _("新增测点"))
POINT_CHANGED = SENTENCES.state("point.changed", _("修改测点"))
POINT_CLOSED = SENTENCES.state("point.closed", _("关闭测点"))

OBJECTS = {
    "sources.pollutionsource": _("污染源"),
    "sources.outlet": _("排口"),
    "sources.emissionlimit": _("排放限值"),
    "sources.monitoringpoint": _("测点"),
}
