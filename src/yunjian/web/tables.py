"""The frame's table: dense, bordered, 序号 first and 操作 last."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _


class Table(tables.Table):  # type: ignore[misc]  # the library is not typed
    """Base of every list. Pages come by key (`web.paging`), so columns are not sortable here."""

    row_number = tables.Column(verbose_name=_("序号"), empty_values=(), orderable=False)

    class Meta:
        orderable = False
        template_name = "web/table.html"
        default = "—"
        attrs = {"class": "table table-sm table-bordered table-hover yj-table yj-list"}
        empty_text = _("没有符合条件的数据")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        last = ("actions",) if "actions" in self.base_columns else ()
        kwargs.setdefault("sequence", ("row_number", "...", *last))
        # the library reads a class's own Meta only: a list without one would lose the frame's look
        for option in ("attrs", "default", "empty_text", "orderable", "template_name"):
            kwargs.setdefault(option, getattr(self.Meta, option, getattr(Table.Meta, option)))
        super().__init__(*args, **kwargs)
        self._row = 0

    def render_row_number(self) -> int:
        """Number the rows of the page."""
        self._row += 1
        return self._row
