"""What is owed at a point, as tables."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from yunjian.maintenance.selectors.duties import Duty
from yunjian.web.states import status
from yunjian.web.tables import Column, Table


def _state(row: Duty) -> SafeString:
    """Return the state; of what is not observed, what is known and why nothing is seen."""
    shown = status(row.state, row.state_title)
    if not row.known:
        return shown
    return format_html(
        '{}<div class="small text-body-secondary" data-testid="duty-known">{}</div>',
        shown,
        row.known,
    )


class DutyTable(Table):
    """到期情况: each obligation, when it was done last and is due next."""

    empty_text = _("规则库对该测点没有要求。")
    row_attributes = {"data-testid": "duty-row"}
    title = Column(_("事项"))
    parameters = Column(_("监测因子"))
    how_often = Column(_("频次"))
    source = Column(_("依据"))
    last_done = Column(_("上次完成"))
    due_on = Column(_("最迟日期"))
    state = Column(
        _("状态"),
        "state_title",
        html=_state,
    )


class OutOfControlTable(Table):
    """失控期间: when which parameter was out of control."""

    empty_text = _("没有失控期间。")
    row_attributes = {"data-testid": "out-of-control-row"}
    parameter = Column(_("监测因子"))
    since = Column(_("开始"))
    until = Column(_("结束"))
