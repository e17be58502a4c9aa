"""What rooms below ask of instruments."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from yunjian.instruments.models import Instrument
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.services.points import before_parameters_change, before_point_closes


@before_point_closes
def refuse_closing_with_instruments(point: MonitoringPoint, on: date) -> None:
    """Refuse to close a point at which instruments are in use beyond the day.

    Raises:
        InvalidState: it names the first five.
    """
    still = _slots(_in_use_after(point, on))
    if still:
        raise InvalidState(_("请先停用该测点的仪器：%(slots)s") % {"slots": "、".join(still)})


@before_parameters_change
def refuse_dropping_measured_parameters(point: MonitoringPoint) -> None:
    """Refuse to drop a parameter that an analyser still measures.

    Raises:
        InvalidState: at the field of the parameters.
    """
    analyzers = _in_use_after(point, today()).filter(kind=InstrumentKind.ANALYZER)
    still = _slots(analyzers.exclude(slot__in=point.parameters))
    if still:
        raise InvalidState(
            _("监测因子 %(slots)s 还有在用的分析仪器，请先停用仪器") % {"slots": "、".join(still)},
            field="parameters",
        )


def _in_use_after(point: MonitoringPoint, day: date) -> models.QuerySet[Instrument]:
    return Instrument.unscoped().filter(
        Q(period__upper_inf=True) | Q(period__endswith__gt=day), point=point
    )


def _slots(rows: models.QuerySet[Instrument]) -> list[str]:
    return list(rows.order_by("slot").values_list("slot", flat=True)[:5])
