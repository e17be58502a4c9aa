"""The lists of 系统管理."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import Text
from yunjian.web.lists import ListPage
from yunjian.web.tables import Table

PARENTS = ((_("系统管理"), ""),)


def system_list(name: str, title: Text, table: type[Table], **more: Any) -> ListPage:
    """Return a list of 系统管理."""
    name = f"administration.{name}"
    return ListPage(name=name, title=title, table=table, parents=PARENTS, **more)
