"""The life of an instrument on file: it stops, runs again, is taken out of use."""

from datetime import date, timedelta
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.scope import locked_or_refused
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.instruments import events
from yunjian.instruments.models import Instrument, InstrumentAction, InstrumentRevision
from yunjian.instruments.models.filing import OPEN_STATES
from yunjian.instruments.models.lifecycle import OPEN_STOP, ActionKind
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.selectors.filings import reviewers_of
from yunjian.instruments.services.filing_rows import end_on, official_of, own_files, require_in_use
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.records.problems import Problems, conflict_when

MAX_REASON = 200
AHEAD = timedelta(days=90)
# the event of an act, and what the reviewers are told it is
ANNOUNCED = {
    ActionKind.RETIRE: (events.INSTRUMENT_RETIRED, "仪器停用"),
    ActionKind.STOP: (events.INSTRUMENT_STOPPED, "仪器停运"),
    ActionKind.RESUME: (events.INSTRUMENT_RESUMED, "仪器恢复运行"),
}


class Deed(TypedDict):
    """What is said of an act on an instrument: from which day, why, with which files."""

    on: date
    reason: str
    attachments: NotRequired[list[Attachment] | None]


@transaction.atomic
def instrument_retire(*, actor: Actor, instrument: Instrument, **deed: Unpack[Deed]) -> Instrument:
    """Take a filed instrument out of use: `on` is the first day on which it no longer stands.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not in use, or a version of it is being reviewed.
        InvalidInput: the day or the reason cannot be right.
    """
    on, instrument = deed["on"], _locked(actor, instrument)
    if InstrumentRevision.unscoped().filter(instrument=instrument, state__in=OPEN_STATES).exists():
        raise InvalidState(_("该仪器有正在办理的备案，请先撤回并删除草稿，或等待审核完成"))
    problems = Problems()
    begin = instrument.period.lower
    problems.unless(
        on > begin, "on", _("停用日期应晚于启用日期 %(begin)s") % {"begin": begin}, "order"
    )
    problems.in_order("on", on, today(), _("停用日期不能晚于今天"))
    _check_reason(problems, deed["reason"], _("停用原因"))
    problems.refuse_if_any()
    end_on(instrument, on)
    _act(actor, instrument, ActionKind.RETIRE, **deed)
    return instrument


@transaction.atomic
def instrument_stop(
    *, actor: Actor, instrument: Instrument, **deed: Unpack[Deed]
) -> InstrumentAction:
    """停运: an instrument in use stands still from a day on, until it is resumed.

    A stop may be announced up to 90 days ahead.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not in use, or stands still already.
        InvalidInput: the day or the reason cannot be right.
    """
    on, instrument = deed["on"], _locked(actor, instrument)
    problems = Problems()
    begin = instrument.period.lower
    problems.unless(
        on >= begin, "on", _("停运日期不能早于启用日期 %(begin)s") % {"begin": begin}, "order"
    )
    problems.in_order("on", on, today() + AHEAD, _("停运日期不能晚于 90 天以后"))
    _check_reason(problems, deed["reason"], _("停运原因"))
    problems.refuse_if_any()
    with conflict_when("action_one_stop_at_a_time", _("该仪器这段时间已登记停运"), "on"):
        return _act(actor, instrument, ActionKind.STOP, **deed)


@transaction.atomic
def instrument_resume(
    *, actor: Actor, instrument: Instrument, **deed: Unpack[Deed]
) -> InstrumentAction:
    """恢复运行: `on` is the first day on which it runs again.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it does not stand still.
        InvalidInput: the day or the reason cannot be right.
    """
    on, instrument = deed["on"], _locked(actor, instrument)
    stops = InstrumentAction.unscoped().filter(OPEN_STOP, instrument=instrument)
    stop = stops.select_for_update().first()
    if stop is None or stop.stopped is None:
        raise InvalidState(_("该仪器没有停运，不需要恢复"))
    begin: date = stop.stopped.lower
    problems = Problems()
    problems.unless(
        on > begin, "on", _("恢复日期应晚于停运日期 %(begin)s") % {"begin": begin}, "order"
    )
    problems.in_order("on", on, today(), _("恢复日期不能晚于今天"))
    _check_reason(problems, deed["reason"], _("恢复说明"))
    problems.refuse_if_any()
    stop.stopped = DateRange(begin, on)
    stop.save(update_fields=["stopped"])
    return _act(actor, instrument, ActionKind.RESUME, **deed)


def _locked(actor: Actor, instrument: Instrument) -> Instrument:
    """Return an instrument in use that the actor files, locked until the commit."""
    rows = Instrument.unscoped().select_related("point").select_for_update(of=("self",))
    instrument = locked_or_refused(rows, instrument.pk)
    require(may_file_instruments(actor, instrument.organization_id))
    require_in_use(instrument)
    return instrument


def _check_reason(problems: Problems, reason: str, label: str) -> None:
    problems.filled("reason", reason, label)
    problems.unless(
        len(reason) <= MAX_REASON,
        "reason",
        _("%(label)s不能超过 %(max_note)s 字") % {"label": label, "max_note": MAX_REASON},
        "too_long",
    )


def _act(
    actor: Actor, instrument: Instrument, kind: ActionKind, **deed: Unpack[Deed]
) -> InstrumentAction:
    """Write what is done with an instrument and its event, and tell the reviewers."""
    on, reason = deed["on"], deed["reason"].strip()
    files = own_files(instrument, deed.get("attachments"))
    action = InstrumentAction(
        instrument=instrument,
        action=kind,
        on=on,
        stopped=DateRange(on, None) if kind == ActionKind.STOP else None,
        reason=reason,
        recorded_by_id=actor.account_id,
        recorded_at=now(),
    )
    action.save(force_insert=True)
    action.attachments.set(files)
    verb, title = ANNOUNCED[kind]
    point, official = instrument.point, official_of(instrument)
    if official is None:
        raise InvalidInput(_("该仪器还没有备案"))
    what = f"{title}：自 {on} 起：{reason}"
    notify(
        recipients=reviewers_of(point.district_id),
        kind=verb,
        title=title,
        body=f"{actor.organization_name}：{point.name} 的 {official} {what}",
        link=f"/supervision/filings/{official.pk}/",
        about=instrument,
    )
    record(
        actor=actor,
        verb=verb,
        obj=instrument,
        organization_id=instrument.organization_id,
        payload={"on": on.isoformat(), "reason": reason, "slot": instrument.slot},
    )
    return action
