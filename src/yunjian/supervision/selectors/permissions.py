"""权限矩阵: the permissions of every room, by kind of organisation and role, from the code."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from yunjian.access.permissions import Permission, permissions
from yunjian.identity.models.accounts import Role
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.identity.policies import GRANTORS
from yunjian.kernel.languages import Text

OTHER = "other"
# rooms by the first part of a permission's code, in the order of the work
ROOMS: dict[str, Text] = {
    "portal": _("门户"),
    "identity": _("账号与安全"),
    "administration": _("系统管理"),
    "sources": _("污染源与仪器备案"),
    "agencies": _("机构备案与合同"),
    "maintenance": _("计划、任务与运维"),
    "verification": _("比对与校验报告"),
    "credit": _("运维信用评价信息"),
    "messaging": _("消息与通知"),
    "rules": _("规则库"),
    "supervision": _("监管"),
    OTHER: _("其他"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A permission, and for each role whether it holds it."""

    permission: Permission
    held: list[bool]


@dataclass(frozen=True, slots=True)
class Room:
    """The permissions of one room."""

    title: Text
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole table; `kinds` says over how many roles each kind of organisation reaches."""

    kinds: list[tuple[Text, int]]
    roles: list[Text]
    rooms: list[Room]


def matrix() -> Matrix:
    """Return the table as the code states it."""
    columns = [(kind, role) for kind, roles in GRANTORS.items() for role in roles]
    order = list(ROOMS)
    stated = sorted(
        permissions(), key=lambda one: (order.index(_room(one)), len(one.holders), one.code)
    )
    return Matrix(
        kinds=[(OrganizationKind(kind).label, len(roles)) for kind, roles in GRANTORS.items()],
        roles=[Role(role).label for _kind, role in columns],
        rooms=[
            Room(
                ROOMS[room],
                [
                    Row(one, [role in one.holders.get(kind, ()) for kind, role in columns])
                    for one in rows
                ],
            )
            for room, rows in groupby(stated, key=_room)
        ],
    )


def _room(stated: Permission) -> str:
    room = stated.code.partition(".")[0]
    return room if room in ROOMS else OTHER
