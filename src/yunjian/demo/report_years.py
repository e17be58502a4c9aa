"""Reports of the two years before the history, of an agency that looks back: a few points, each
quarter, good, late, failed and put right, sent back, withdrawn, excepted, corrected."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from yunjian.agencies.models import Person
from yunjian.agencies.services.people import certificate_add
from yunjian.demo.builder import Agency, CityBuilder
from yunjian.demo.companies import CATEGORIES, ISSUER, LABORATORY
from yunjian.demo.reports import ReportWriter, Work
from yunjian.instruments.models import Instrument
from yunjian.sources.models import MonitoringPoint

POINTS = 3
YEARS, YEAR, QUARTER = 2, timedelta(days=365), timedelta(days=91)
LATE, APART = timedelta(days=40), timedelta(days=3)
# one after the other, over all points
ENDS = ("accepted", "accepted", "accepted", "corrected", "accepted", "resubmitted", "late")
MORE_ENDS = ("accepted", "withdrawn", "accepted", "excepted", "accepted", "superseded", "accepted")
# what a point's reports are about, one after the other; the first is of its acceptance
KINDS_IN_TURN = {
    "flue_gas": ("verification", "system_calibration", "comparison"),
    "wastewater": ("water_sample", "water_sample", "comparison"),
}
NOTE = "系统启用以前的报告，当日没有签到记录，已与纸质原始记录核对"


def build_report_years(builder: CityBuilder, agency: Agency) -> None:
    """Let an agency have written reports each quarter, in the order of time."""
    engineers = [one for one in agency.engineers if one.account is not None][:POINTS]
    _certify(builder, agency, engineers)
    for number, (work, end) in enumerate(_apart(_ended(_works(builder, agency, engineers)))):
        ReportWriter(builder, agency, work, f"01-H{number + 1:02d}").write(end)


def _ended(works: Iterator[Work]) -> list[tuple[Work, str]]:
    """Return what becomes of each work, in the order of time; late ones are moved."""
    ends = (ENDS + MORE_ENDS) * YEARS
    results = []
    for work, end in zip(sorted(works, key=lambda one: one.begins), ends, strict=False):
        late = end == "late"
        moved = replace(work, begins=work.begins + LATE) if late else work
        results.append((moved, "accepted" if late else end))
    return sorted(results, key=lambda one: one[0].begins)


def _apart(works: list[tuple[Work, str]]) -> Iterator[tuple[Work, str]]:
    """Yield the works some days apart: nobody, and no device, is at two places at one time."""
    last: datetime | None = None
    for work, end in works:
        last = work.begins if last is None else max(work.begins, last + APART)
        yield replace(work, begins=last), end


def _works(builder: CityBuilder, agency: Agency, engineers: list[Person]) -> Iterator[Work]:
    for place, (point, since) in enumerate(_points(agency)):
        account = engineers[place % len(engineers)].account
        assert account is not None  # noqa: S101 - chosen so
        first = max(since + timedelta(days=30), builder.begin - YEARS * YEAR)
        # one point was accepted in these years, the others before
        accepted_on = first if place == 0 and point.kind == "flue_gas" else None
        day, turn = first, 0
        while day < builder.begin - LATE - 5 * APART:
            turns = KINDS_IN_TURN[point.kind]
            kind = "acceptance" if day == accepted_on else turns[turn % len(turns)]
            yield Work(account, point, builder.moment(day, 9), kind, NOTE)
            day, turn = day + QUARTER, turn + 1


def _points(agency: Agency) -> list[tuple[MonitoringPoint, date]]:
    """Return the points of an agency whose analysers have stood longest, and since when."""
    rows = (
        Instrument.unscoped()
        .filter(
            point__contracts__agency=agency.organization,
            kind="analyzer",
            period__endswith__isnull=True,
            period__isnull=False,
        )
        .exclude(slot__in=["flow", "velocity"])
        .select_related("point__outlet__source")
        .order_by("id")
    )
    since: dict[MonitoringPoint, date] = {}
    for row in rows:
        since[row.point] = max(row.period.lower, since.get(row.point, row.period.lower))
    oldest = sorted(since.items(), key=lambda one: (one[1], one[0].mn_code))
    gas = [one for one in oldest if one[0].kind == "flue_gas"]
    water = [one for one in oldest if one[0].kind == "wastewater"]
    return [*gas[: POINTS - 1], *water[: POINTS - len(gas[: POINTS - 1])]]


def _certify(builder: CityBuilder, agency: Agency, engineers: list[Person]) -> None:
    """Give people and the reference device the certificates that they had then."""
    device = agency.equipment[0]
    begins = builder.begin - YEARS * YEAR - timedelta(days=60)
    with builder.acting(agency.manager, builder.moment(-4, 16)) as actor:
        for number, person in enumerate(engineers):
            certificate_add(
                actor=actor,
                holder=person,
                category=CATEGORIES[number % len(CATEGORIES)],
                number=f"YWNL-{begins.year}-{number + 1:04d}",
                issuer=ISSUER,
                valid_from=begins,
                valid_until=begins + 3 * YEAR,
            )
        for year in range(YEARS + 1):
            certificate_add(
                actor=actor,
                holder=device,
                category="校准证书",
                number=f"JL-{begins.year + year}-0001",
                issuer=LABORATORY,
                valid_from=begins + year * YEAR,
                valid_until=begins + (year + 1) * YEAR,
            )
