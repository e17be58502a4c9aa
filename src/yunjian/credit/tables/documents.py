"""Tables of 运维日常信息."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.agencies.models.filing import Position
from yunjian.credit.selectors.documents import STATES, pieces_of, state_of
from yunjian.web.states import status
from yunjian.web.tables import Column, Order, Table, actions_column

FEW = "what one agency has: some hundred documents"


def _state_words(row: Any) -> str:
    words = str(STATES[state_of(row)])
    return f"{words}、{gettext('有草稿')}" if row.has_draft else words


def _state(row: Any) -> Any:
    return status(state_of(row), _state_words(row))


def _excerpt(row: Any) -> Any:
    pieces = pieces_of(row)
    if not pieces:
        return gettext("（见文件名称）")
    marked = (format_html("<mark>{}</mark>" if is_term else "{}", text) for text, is_term in pieces)
    said = format_html_join("", "{}", ((piece,) for piece in marked))
    return format_html('<span class="yj-passage">{}</span>', said)


def _positions(row: Any) -> str:
    titles = dict(Position.choices)
    return "、".join(str(titles.get(one, one)) for one in row.read_by_positions)


class DocumentTable(Table):
    """运维文件."""

    empty_text = _("还没有运维文件。点击右上角“新增文件”登记操作说明、技术要求和管理制度。")
    row_attributes = {"data-testid": "document-row"}
    category = Column(_("文件类别"), "get_category_display")
    title = Column(_("文件名称"), order=Order(by="title", bounded=FEW))
    excerpt = Column(_("内容摘录"), pieces_of, html=_excerpt, in_file=False, css="wrap")
    about = Column(_("适用仪器"), lambda row: f"{row.maker} {row.model}".strip())
    points = Column(
        _("适用测点"),
        lambda row: "、".join(one.name for one in row.points.all()),
        on_page=False,
    )
    positions = Column(_("须阅读的岗位"), _positions, on_page=False)
    readers = Column(
        _("须阅读的人员"),
        lambda row: "、".join(one.name for one in row.readers.all()),
        on_page=False,
    )
    read_within = Column(_("阅读期限（天）"), on_page=False)
    held_number = Column(_("现行版本"))
    held_from = Column(_("施行日期"), order=Order(by="held_from", bounded=FEW))
    held_until = Column(_("有效期至"), order=Order(by="held_until", bounded=FEW))
    state = Column(_("状态"), _state_words, html=_state)
    actions = actions_column("credit/documents/row_actions.html")


class AgencyDocumentTable(DocumentTable, without=("state", "actions")):
    """运维文件 of all agencies, as an authority sees them."""

    organization = Column(_("运维机构"), "organization.name")
    state = Column(_("状态"), _state_words, html=_state)
    actions = actions_column("credit/documents/row_actions.html")


class CoverageTable(Table):
    """What each place has of what it needs."""

    empty_text = _("没有符合条件的站点。")
    row_attributes = {"data-testid": "coverage-row"}
    place = Column(_("站点"))
    about = Column(_("仪器"))
    category = Column(_("文件类别"), "category_title")
    basis = Column(_("依据"), "category.basis", on_page=False)
    document = Column(
        _("文件"), "document.title", template="credit/documents/coverage_document.html"
    )
    state = Column(_("状态"), "state_title", html=lambda row: status(row.state, row.state_title))


class ReadingTable(Table):
    """Who is to read what."""

    empty_text = _("没有符合条件的阅读安排。")
    row_attributes = {"data-testid": "reading-row"}
    person = Column(_("人员"), "person.name")
    position = Column(_("技术岗位"), "person.get_position_display")
    document = Column(_("文件名称"), "version.name")
    number = Column(_("版本"), "version.number")
    due_on = Column(_("阅读期限"))
    read_at = Column(_("阅读时间"))
    state = Column(_("状态"), "state_title", html=lambda row: status(row.state, row.state_title))
