"""What people keep of the lists they work with."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, mine
from yunjian.access.scope import ScopedModel
from yunjian.kernel.clock import now


class ListView(ScopedModel):
    """A list as one person wants to see it: a named query, or without a name the person's own
    columns, order and page size of that list."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_views"
    )
    page = models.CharField(_("列表"), max_length=60, help_text="the name of a ListPage")
    name = models.CharField(_("名称"), max_length=30, blank=True)
    query = models.CharField(_("条件"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(read=(mine("account_id"),))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "page", "name"], name="list_view_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Only whose it is."""
        return models.Q(account_id=actor.account_id)
