"""Report forms of an authority: a draft changed line by line, published from a day on, and taken
out of use."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.scope import get_visible_or_404
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput, InvalidState
from yunjian.library import events
from yunjian.library.domain import labels
from yunjian.library.domain.report_form_edits import (
    Data,
    NoSuchLine,
    Part,
    with_line,
    with_line_moved,
    without_line,
)
from yunjian.library.models import PublishedReportForm, ReportFormDraft, ReportFormWithdrawal
from yunjian.library.policies import require_report_forms
from yunjian.library.selectors.report_forms import data_of, draft_changes
from yunjian.library.services.versions import (
    begin_draft,
    check_day,
    check_revision,
    dated,
    publish_version,
    require_open,
    save_draft,
    sealed_content,
)
from yunjian.standards import reports
from yunjian.standards.reports import FormProblem

LONGEST_REASON = 200


@transaction.atomic
def form_begin(*, actor: Actor, base: str) -> ReportFormDraft:
    """Begin the next version of a report form from one of its versions (`code@version`).

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        Conflict: the next version is being written already.
    """
    require_report_forms(actor)
    form = reports.report_form(base)
    draft, made = begin_draft(
        ReportFormDraft, actor=actor, code=form.code, base=base, content=data_of(form)
    )
    if not made:
        raise Conflict(_("这种报告格式已有一份草稿，请在草稿上修改"), code="being_written")
    record(actor=actor, verb=events.REPORT_FORM_BEGUN, obj=draft, payload={"base": base})
    return draft


@transaction.atomic
def form_line_save(
    *,
    actor: Actor,
    draft_id: UUID,
    revision: int,
    part: Part,
    values: Mapping[str, Any],
    key: str = "",
) -> ReportFormDraft:
    """Give a line of the contents or of the original records other values, or add one.

    A draft may hold mistakes elsewhere; this line may not.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: it is published already, or the line is gone.
        StaleVersion: somebody has changed it since it was shown.
        InvalidInput: each field of the line that cannot be right.
    """
    draft = _locked(actor, draft_id)
    check_revision(draft, revision)
    content = _edited(lambda: with_line(draft.content, part, key, values))
    line = key or str(values["key"])
    wrong = [one for one in reports.check(content) if (one.part, one.line) == (part, line)]
    if wrong:
        raise InvalidInput(errors=[_error(one, one.field) for one in wrong])
    return _kept(actor, draft, content)


@transaction.atomic
def form_line_move(
    *, actor: Actor, draft_id: UUID, revision: int, part: Part, key: str, by: int
) -> ReportFormDraft:
    """Move a line up (`by` -1) or down (1): original records are bound in this order.

    Raises:
        NotAllowed, InvalidState, StaleVersion: as in `form_line_save`.
    """
    draft = _locked(actor, draft_id)
    check_revision(draft, revision)
    return _kept(actor, draft, _edited(lambda: with_line_moved(draft.content, part, key, by)))


@transaction.atomic
def form_line_remove(
    *, actor: Actor, draft_id: UUID, revision: int, part: Part, key: str
) -> ReportFormDraft:
    """Take a line out.

    Raises:
        NotAllowed, InvalidState, StaleVersion: as in `form_line_save`.
    """
    draft = _locked(actor, draft_id)
    check_revision(draft, revision)
    return _kept(actor, draft, _edited(lambda: without_line(draft.content, part, key)))


@transaction.atomic
def form_drop(*, actor: Actor, draft_id: UUID) -> None:
    """Give a draft up; what was published stays.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: it is published already.
    """
    draft = _locked(actor, draft_id)
    payload = {"code": draft.code, "base": draft.base}
    record(actor=actor, verb=events.REPORT_FORM_DROPPED, obj=draft, payload=payload)
    draft.delete()


@transaction.atomic
def form_publish(
    *, actor: Actor, draft_id: UUID, revision: int, effective_from: date
) -> PublishedReportForm:
    """Publish a draft as the next version; reports that were begun keep theirs.

    It may begin today: no report is changed by it.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidState: it is published already.
        StaleVersion: somebody has changed it since it was shown.
        InvalidInput: the draft changes nothing; at `effective_from`, a day that is past or not
            after the beginning of the version before; or each mistake by list, line and field.
    """
    draft = _locked(actor, draft_id)
    check_revision(draft, revision)
    if not draft_changes(draft):
        raise InvalidInput(_("草稿没有改动，不能发布"), code="unchanged")
    check_day(effective_from, _before(draft.code), days_ahead=0)
    if problems := reports.check(draft.content):
        raise InvalidInput(
            _("报告格式还有问题，不能发布"),
            errors=[_error(one, f"{one.part}.{one.line}.{one.field}") for one in problems],
        )
    rows = PublishedReportForm.unscoped().filter(code=draft.code)
    last = rows.aggregate(last=Max("version"))["last"]
    number = last + 1 if last else reports.FIRST_OWN
    # an end that the version before had is not this one's
    content = dated({**draft.content, "effective": []}, number, effective_from)
    reports.parsed(content)
    row = publish_version(PublishedReportForm, content, actor=actor, base=draft.base, draft=draft)
    record(
        actor=actor,
        verb=events.REPORT_FORM_PUBLISHED,
        obj=row,
        payload={
            "name": row.name,
            "base": row.base,
            "effective_from": effective_from.isoformat(),
            "content": sealed_content(content),
        },
    )
    return row


@transaction.atomic
def form_withdraw(
    *, actor: Actor, form: PublishedReportForm, ends_on: date, reason: str
) -> ReportFormWithdrawal:
    """Take a published version out of use from a day on; the version before holds again.

    A version that has not begun by then never holds. Reports written by it keep to it.

    Raises:
        NotAllowed: the actor is no rule administrator of the city.
        InvalidInput: at `ends_on`, a day that is past; at `reason`, none or a too long one.
        Conflict: it was withdrawn already.
    """
    require_report_forms(actor)
    errors = []
    if ends_on < today():
        errors.append(FieldError("ends_on", "past", _("停用日期不能早于今天")))
    if not reason.strip():
        errors.append(FieldError("reason", "required", _("请填写停用原因")))
    elif len(reason.strip()) > LONGEST_REASON:
        errors.append(FieldError("reason", "too_long", _("停用原因不能超过 200 字")))
    if errors:
        raise InvalidInput(errors=errors)
    row: ReportFormWithdrawal
    row, made = ReportFormWithdrawal.objects.get_or_create(
        form=form,
        defaults={
            "organization_id": actor.own_organization,
            "ends_on": ends_on,
            "reason": reason.strip(),
            "withdrawn_by_id": actor.account_id,
        },
    )
    if not made:
        raise Conflict(_("这个版本已登记停用，不能再次停用"), code="withdrawn")
    payload = {"name": form.name, "ends_on": ends_on.isoformat(), "reason": row.reason}
    record(actor=actor, verb=events.REPORT_FORM_WITHDRAWN, obj=form, payload=payload)
    return row


def _before(code: str) -> PublishedReportForm | None:
    """Return the authority's own version after which another has to begin: the newest that holds,
    held or will hold on any day."""
    rows = PublishedReportForm.unscoped().filter(code=code).select_related("withdrawal")
    for row in rows.order_by("-version"):
        if not hasattr(row, "withdrawal") or row.withdrawal.ends_on > row.effective_from:
            return row
    return None


def _edited(change: Any) -> Data:
    try:
        content: Data = change()
    except NoSuchLine as error:
        raise InvalidState(_("这一项已被删除，请刷新后继续")) from error
    return content


def _kept(actor: Actor, draft: ReportFormDraft, content: Data) -> ReportFormDraft:
    if content != draft.content:
        draft.content = content
        save_draft(draft, actor=actor)
    return draft


def _error(problem: FormProblem, path: str) -> FieldError:
    return FieldError(path.rstrip("."), problem.code, labels.localized(problem.text))


def _locked(actor: Actor, draft_id: UUID) -> ReportFormDraft:
    require_report_forms(actor)
    drafts = ReportFormDraft.objects.select_for_update()
    draft: ReportFormDraft = get_visible_or_404(ReportFormDraft, draft_id, queryset=drafts)
    return require_open(draft)
