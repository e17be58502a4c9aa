"""Service contracts, and the sight of points that they grant."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies import events
from yunjian.agencies.models import ServiceContract
from yunjian.agencies.policies import may_enter_contract
from yunjian.evidence.services import record
from yunjian.identity.models import Organization
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import assign, record_change
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import check_version, save_changes
from yunjian.sources.models import MonitoringPoint, PointAccess


@transaction.atomic
def contract_create(
    *,
    actor: Actor,
    agency: Organization,
    discharger: Organization,
    number: str,
    points: Sequence[MonitoringPoint],
    starts_on: date,
    ends_on: date,
    amount: Decimal = Decimal(0),
) -> ServiceContract:
    """Enter a contract over points of one discharger and let the agency see them.

    The contract holds on [starts_on, ends_on): `ends_on` is the first day without it.
    `amount` in 万元.

    Raises:
        NotAllowed: the actor may not enter contracts of this agency.
        InvalidInput: values that cannot be right, points of somebody else.
        Conflict: the number is taken, or the agency already holds one of the points then.
    """
    require(may_enter_contract(actor, agency.pk))
    problems = Problems()
    problems.filled("number", number, _("合同编号"))
    problems.unless(agency.kind == "agency", "agency", _("乙方应为运维机构"))
    problems.unless(discharger.kind == "discharger", "discharger", _("甲方应为排污单位"))
    problems.unless(starts_on < ends_on, "ends_on", _("结束日期应晚于开始日期"), "order")
    problems.not_negative("amount", amount, _("合同金额"))
    problems.unless(bool(points), "points", _("请至少选择一个测点"), "required")
    foreign = "、".join(point.mn_code for point in points if point.organization_id != discharger.pk)
    message = _("以下测点不属于该排污单位：%(list)s") % {"list": foreign}
    problems.unless(not foreign, "points", message)
    problems.refuse_if_any()
    period = DateRange(starts_on, ends_on)
    contract = ServiceContract(
        agency=agency, discharger=discharger, number=number, period=period, amount=amount
    )
    with conflict_when("contract_number_once", _("本机构已有相同编号的合同"), "number"):
        contract.save(force_insert=True)
    covers = ServiceContract.points.through  # plain rows: the agency sees the points only later
    covers.objects.bulk_create(
        covers(servicecontract=contract, monitoringpoint=point) for point in points
    )
    with conflict_when("access_once_at_a_time", _("所选测点在该期限内已有本机构的合同"), "points"):
        PointAccess.unscoped().bulk_create(
            PointAccess(point=point, organization=agency, period=period, reason=_reason(contract))
            for point in points
        )
    payload = {
        "number": number,
        "agency": str(agency.pk),
        "discharger": str(discharger.pk),
        "period": [starts_on.isoformat(), ends_on.isoformat()],
        "points": sorted(point.mn_code for point in points),
    }
    # both parties find it in their own chain
    for party in sorted([agency.pk, discharger.pk]):
        record(
            actor=actor,
            verb=events.CONTRACT_CREATED,
            obj=contract,
            organization_id=party,
            payload=payload,
        )
    return contract


@transaction.atomic
def contract_end(
    *,
    actor: Actor,
    contract: ServiceContract,
    ends_on: date,
    reason: str,
    version: int | None = None,
) -> ServiceContract:
    """End a contract early; `ends_on` is the first day without it.

    Raises:
        NotAllowed: the actor may not change contracts of this agency.
        InvalidState: it has ended before that day already.
        InvalidInput: the day lies before its beginning, or no reason is given.
        StaleVersion: somebody else changed it in between.
    """
    contract = locked(contract)
    require(may_enter_contract(actor, contract.agency_id))
    starts_on, until = contract.period.lower, contract.period.upper
    if until is not None and ends_on >= until:
        raise InvalidState(_("合同在该日期之前已到期"), field="ends_on")
    check_version(contract, version)
    problems = Problems()
    problems.unless(ends_on > starts_on, "ends_on", _("终止日期应晚于合同开始日期"), "order")
    problems.filled("reason", reason, _("终止原因"))
    problems.refuse_if_any()
    changes = assign(contract, {"period": DateRange(starts_on, ends_on)})
    save_changes(contract, changes)
    covers = ServiceContract.points.through.objects.filter(servicecontract=contract)
    PointAccess.unscoped().filter(
        organization_id=contract.agency_id,
        point_id__in=covers.values("monitoringpoint_id"),
        reason=_reason(contract),
    ).update(period=contract.period)
    for party in sorted([contract.agency_id, contract.discharger_id]):
        record_change(
            actor=actor,
            verb=events.CONTRACT_ENDED,
            row=contract,
            organization_id=party,
            changes=changes,
            payload={
                "ends_on": ends_on.isoformat(),
                "reason": reason,
                "version": contract.version,
            },
        )
    return contract


def _reason(contract: ServiceContract) -> str:
    return f"合同 {contract.number}"
