"""数据字典: values are added, renamed, ordered, and taken out of use; never deleted."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.administration import events
from yunjian.administration.policies import KEEP_DICTIONARIES
from yunjian.evidence.services import record
from yunjian.records.changes import facts
from yunjian.records.dictionaries import dictionaries
from yunjian.records.models import DictionaryEntry
from yunjian.records.problems import Problems

CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")


@transaction.atomic
def entry_save(
    *,
    actor: Actor,
    dictionary: str,
    code: str,
    label: str,
    label_en: str,
    order: int,
    is_active: bool,
    entry: DictionaryEntry | None = None,
) -> DictionaryEntry:
    """Add a value to a dictionary, or change one (`entry`, whose code stays).

    Raises:
        NotAllowed: the actor keeps no dictionaries.
        InvalidInput: no such dictionary, the code is none or taken, or a name is missing.
    """
    KEEP_DICTIONARIES.require(actor)
    problems = Problems()
    known = dictionary in {one.code for one in dictionaries()}
    problems.unless(known, "dictionary", _("没有这个字典"), "unknown")
    if entry is None:
        message = _("编码为小写字母、数字或下划线，最长 40 位")
        problems.unless(CODE.fullmatch(code) is not None, "code", message, "format")
        taken = DictionaryEntry.objects.filter(dictionary=dictionary, code=code).exists()
        problems.unless(not taken, "code", _("该编码已被使用"), "taken")
    problems.unless(bool(label.strip()), "label", _("请填写名称"), "required")
    problems.refuse_if_any()
    row = entry or DictionaryEntry(dictionary=dictionary, code=code)
    row.label, row.label_en = label.strip(), label_en.strip()
    row.order, row.is_active = order, is_active
    row.save()
    record(
        actor=actor,
        verb=events.DICTIONARY_ENTRY_SAVED,
        obj=row,
        payload=facts(row, "dictionary", "code", "label") | {"active": row.is_active},
    )
    return row
