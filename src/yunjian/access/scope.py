"""Scope by default: a query on scoped tables sees what the actor may see, or raises."""

import uuid
from typing import Any, Self, TypeVar, cast

from django.db import models
from django.dispatch import Signal
from django.http import Http404
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor, current_actor
from yunjian.access.permissions import require
from yunjian.access.row_policies import bypass_rls
from yunjian.kernel.ids import new_id


class ScopedManager(models.Manager[Any]):
    """Default manager of scoped tables: limited to what the acting actor may see."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return the visible rows.

        Raises:
            OutsideScope: no actor is acting.
        """
        actor = current_actor()
        queryset = super().get_queryset()
        if actor.is_system:
            return queryset
        return queryset.filter(self.model.visible_to(actor))


class IdModel(models.Model):
    """A table whose key is a UUIDv7, so that keys sort by time and phones can make them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class ScopedModel(IdModel):
    """A table of which each actor sees a part. Subclasses say which in `visible_to`."""

    objects = ScopedManager()

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Return the condition that holds for the rows the actor may see."""
        raise NotImplementedError(f"{cls.__name__} does not say who may see it")

    @classmethod
    def unscoped(cls) -> models.QuerySet[Self]:
        """Return all rows, whoever acts. Only for code that has checked on its own."""
        return models.QuerySet(cls)


NOTHING = models.Q(pk__in=[])
ANYTHING = ~NOTHING

_Scoped = TypeVar("_Scoped", bound=ScopedModel)
foreign_access = Signal()  # somebody (`actor`) asked for another organisation's `row`


def locked_or_refused(rows: models.QuerySet[_Scoped], key: uuid.UUID) -> _Scoped:
    """Return the row as it stands now, from rows that lock it until the commit.

    Raises:
        NotAllowed: row policies let the actor read it at most.
    """
    row = rows.filter(pk=key).first()
    require(row is not None)
    return cast("_Scoped", row)


def get_visible_or_404(
    model: type[_Scoped],
    identifier: uuid.UUID | str,
    *,
    queryset: models.QuerySet[Any] | None = None,
) -> _Scoped:
    """Return the row if the acting actor may see it.

    Raises:
        Http404: there is no such row, or it is not the actor's to see. The second case is
            reported by a signal (an event), and looks the same to the asker.
    """
    try:
        key = identifier if isinstance(identifier, uuid.UUID) else uuid.UUID(str(identifier))
    except ValueError as error:
        raise Http404(_("没有找到您要的内容")) from error
    visible = model.objects.all() if queryset is None else queryset
    row: _Scoped | None = visible.filter(pk=key).first()
    if row is not None:
        return row
    with bypass_rls("whether there is such a row, to report who asked for it"):
        hidden = model.unscoped().filter(pk=key).first()
    if hidden is not None:
        foreign_access.send(sender=model, actor=current_actor(), row=hidden)
    raise Http404(_("没有找到您要的内容"))
