"""What can happen to sources, outlets and points, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SOURCE_CREATED = "source.created"
SOURCE_CHANGED = "source.changed"
SOURCE_MOVED = "source.moved"
SOURCE_CLOSED = "source.closed"
SOURCE_REOPENED = "source.reopened"
OUTLET_CREATED = "outlet.created"
OUTLET_CHANGED = "outlet.changed"
OUTLET_CLOSED = "outlet.closed"
LIMIT_ADDED = "emission_limit.added"
LIMIT_ENDED = "emission_limit.ended"
POINT_CREATED = "point.created"
POINT_CHANGED = "point.changed"
POINT_CLOSED = "point.closed"

SENTENCES = {
    SOURCE_CREATED: _("登记污染源"),
    SOURCE_CHANGED: _("修改基本信息"),
    SOURCE_MOVED: _("修改位置"),
    SOURCE_CLOSED: _("关闭污染源"),
    SOURCE_REOPENED: _("恢复污染源"),
    OUTLET_CREATED: _("新增排口"),
    OUTLET_CHANGED: _("修改排口"),
    OUTLET_CLOSED: _("关闭排口"),
    LIMIT_ADDED: _("新增排放限值"),
    LIMIT_ENDED: _("终止排放限值"),
    POINT_CREATED: _("新增测点"),
    POINT_CHANGED: _("修改测点"),
    POINT_CLOSED: _("关闭测点"),
}

OBJECTS = {
    "sources.pollutionsource": _("污染源"),
    "sources.outlet": _("排口"),
    "sources.emissionlimit": _("排放限值"),
    "sources.monitoringpoint": _("测点"),
}
