"""Writes of the frame: how people want to see their lists."""

from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.kernel.errors import InvalidInput, NotFound
from yunjian.web.models import ListView
from yunjian.web.paging import POSITION

MOST_VIEWS = 20
LONGEST_NAME, LONGEST_QUERY = 30, 1000


@transaction.atomic
def list_view_save(*, actor: Actor, page: str, name: str, query: str) -> ListView:
    """Keep a query of a list under a name, or (the name is "") as the person's default.

    What was kept under the same name before gives way. A position within the list is not kept.

    Raises:
        InvalidInput: at `name` or `query`; a blank name, too long, or too many views of this list.
    """
    if actor.account_id is None:
        raise NotFound(_("没有找到您要的内容"))
    if name and not name.strip(" \x00"):
        raise InvalidInput(_("请填写视图名称"), code="required", field="name")
    name = name.replace("\x00", "").strip()
    pairs = [(key, value) for key, value in parse_qsl(query) if key not in POSITION]
    query = urlencode(pairs).replace("%00", "")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(_("名称不超过 30 个字"), code="too_long", field="name")
    if len(query) > LONGEST_QUERY:
        raise InvalidInput(_("查询条件过长，无法保存"), code="too_long", field="query")
    others = ListView.objects.filter(page=page).exclude(name=name)
    if name and others.exclude(name="").count() >= MOST_VIEWS:
        raise InvalidInput(_("每个列表最多保存 20 个视图"), code="too_many", field="name")
    view, _new = ListView.objects.update_or_create(
        account_id=actor.account_id, page=page, name=name, defaults={"query": query}
    )
    return view  # type: ignore[no-any-return]  # the scoped manager is not typed


@transaction.atomic
def list_view_delete(*, actor: Actor, page: str, view: str) -> None:
    """Forget a view of the actor.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    rows = ListView.objects.filter(account_id=actor.account_id, page=page)
    try:
        deleted, _by_model = rows.filter(pk=UUID(view)).delete()
    except ValueError:
        deleted = 0
    if not deleted:
        raise NotFound(_("没有找到您要的内容"))
