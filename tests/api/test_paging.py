"""Every paged list of the API: no row is lost, none comes twice, whatever is added meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.api import examples as city
from tests.api.test_openapi import operations
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.models import Document, Supervision, TrainingPlan, TrainingSession
from yunjian.instruments.models import FollowUp, Instrument, InstrumentRevision
from yunjian.kernel.clock import now, today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Task, Visit
from yunjian.messaging.models import Notification
from yunjian.sources.models import PollutionSource
from yunjian.verification.models import Report, ReportCorrection

pytestmark = pytest.mark.reads_all_rows

JSON = "application/json"


@dataclass(frozen=True)
class Paged:
    """A list: where it is, how long a page is, how a row is made, and who asks."""

    path: str
    size: int
    make: Callable[[World, int], Any]
    who: str = "discharger_owner"


def make_source(world: World, number: int) -> Any:
    return PollutionSource.objects.create(
        organization=world.discharger,
        code=f"3101150{number:05d}",
        name=f"{number} 厂",
        district=world.district,
        industry_code="2222",
        industry_name="手工纸制造",
        address="路",
        longitude=121,
        latitude=31,
    )


def make_filing(world: World, number: int) -> Any:
    instrument = Instrument.objects.create(
        point=world.wastewater_point, organization=world.discharger, kind="analyzer"
    )
    return InstrumentRevision.objects.create(instrument=instrument, number=1, model=f"M{number}")


def make_follow_up(world: World, number: int) -> Any:
    revision = InstrumentRevision.objects.filter(instrument__point=world.wastewater_point).first()
    assert revision is not None
    return FollowUp.objects.create(
        instrument=revision.instrument,
        revision=revision,
        code=f"c{number}",
        title="事项",
        opened_on=today(),
        due_on=today() + timedelta(days=number % 7),
    )


def make_visit(world: World, number: int) -> Any:
    task = Task.unscoped().get(pk=city.key(6))
    like = Visit.unscoped().get(pk=city.key(7))
    like.pk, like.task, like.note = None, task, str(number)
    like.id = new_id()
    like.save(force_insert=True)
    return like


def make_message(world: World, number: int) -> Any:
    return Notification.unscoped().create(
        recipient=world.engineer, kind="test", title=str(number), body="正文"
    )


def make_plan(world: World, number: int) -> Any:
    return TrainingPlan.unscoped().create(
        organization=world.agency,
        year=2030,
        edition=number + 1,
        title=f"{number}",
        state="superseded",
        prepared_by=world.agency_manager,
    )


def make_session(world: World, number: int) -> Any:
    begins = now() + timedelta(hours=number)
    return TrainingSession.unscoped().create(
        organization=world.agency,
        year=2030,
        unplanned_reason="加开",
        topic=f"{number}",
        content="内容",
        starts_at=begins,
        ends_at=begins + timedelta(minutes=30),
        hours=Decimal("0.5"),
        place="会议室",
        teacher="王工",
        created_by=world.agency_manager,
    )


def make_supervision(world: World, number: int) -> Any:
    return Supervision.unscoped().create(
        organization=world.agency,
        year=2030,
        form_code="RYJD",
        number=number + 1,
        supervised_on=today(),
        purpose="监督",
        template="RYJD@1",
        person=world.engineer_person,
        place=f"{number}",
        facts="事实",
        opinion="意见",
        severity="general",
        state="issued",
        supervisor=world.agency_manager,
    )


def make_document(world: World, number: int) -> Any:
    return Document.objects.create(
        organization=world.agency, category="training", title=f"制度 {number}"
    )


def make_report(world: World, number: int) -> Any:
    report = Report(
        agency=world.agency,
        discharger=world.discharger,
        district=world.district,
        point=world.flue_gas_point,
        kind="verification",
        number=f"QY-{number}",
        number_key=f"QY-{number}",
        issuer="甲",
        issuer_key="甲",
        executed_from=now() - timedelta(hours=2),
        executed_to=now() - timedelta(hours=1),
        prepared_by=world.engineer,
    )
    report.save(force_insert=True)
    return report


def make_correction(world: World, number: int) -> Any:
    correction = ReportCorrection(
        report=make_report(world, number),
        point=world.flue_gas_point,
        parameters=["SO2"],
        title="重新比对",
        standard="HJ 75-2017",
        clause="失控后应重新校验",
        provenance="assumed",
        opened_on=today(),
        due_on=today() + timedelta(days=number % 7),
    )
    correction.save(force_insert=True)
    return correction


LISTS = {
    "report_list": Paged("reports", 20, make_report, who="engineer"),
    "correction_list": Paged("report-corrections", 20, make_correction, who="engineer"),
    "training_plans": Paged("training-plans?year=2030", 20, make_plan, who="engineer"),
    "trainings": Paged("trainings?year=2030", 20, make_session, who="engineer"),
    "supervisions": Paged("supervisions?bucket=mine", 20, make_supervision, who="engineer"),
    "documents": Paged("documents?category=training", 20, make_document, who="agency_manager"),
    "sources": Paged("sources", 50, make_source),
    "filings": Paged("filings?state=draft", 20, make_filing),
    "follow_ups": Paged("follow-ups", 20, make_follow_up),
    "visits": Paged("visits?bucket=to_confirm", 20, make_visit),
    "notifications": Paged("notifications", 20, make_message, who="engineer"),
}


@pytest.fixture
def world(db: None) -> World:
    return city.build()


def test_every_paged_operation_is_tried() -> None:
    paged = {
        operation["operationId"]
        for operation in operations().values()
        if any(one["name"] == "cursor" for one in operation["parameters"])
    }
    assert paged == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_each_row_once_newest_first(world: World, name: str) -> None:
    paged = LISTS[name]
    client = world.client(getattr(world, paged.who))
    mark = "&" if "?" in paged.path else "?"
    with acting_as(system_actor("test")):
        made = [str(paged.make(world, number).pk) for number in range(2 * paged.size + 1)]
    first = client.get(f"/api/v1/{paged.path}").json()
    assert len(first["items"]) == paged.size
    assert first["next"] == first["items"][-1]["id"]
    with acting_as(system_actor("test")):
        paged.make(world, 999)  # it comes before the cursor, and moves nothing
    pages = [first]
    while pages[-1]["next"] is not None:
        pages.append(client.get(f"/api/v1/{paged.path}{mark}cursor={pages[-1]['next']}").json())
    seen = [row["id"] for page in pages for row in page["items"]]
    assert seen == sorted(set(seen), reverse=True)
    assert set(made) <= set(seen)
    assert [len(page["items"]) for page in pages[:2]] == [paged.size, paged.size]
    assert 1 <= len(pages[-1]["items"]) <= paged.size


@pytest.mark.parametrize("name", LISTS)
def test_a_full_page_without_a_following_one_is_the_last(world: World, name: str) -> None:
    paged = LISTS[name]
    client = world.client(getattr(world, paged.who))
    before = len(client.get(f"/api/v1/{paged.path}").json()["items"])
    with acting_as(system_actor("test")):
        for number in range(paged.size - before):
            paged.make(world, number)
    page = client.get(f"/api/v1/{paged.path}").json()
    assert (len(page["items"]), page["next"]) == (paged.size, None)


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_that_is_none_is_refused(world: World, name: str) -> None:
    paged = LISTS[name]
    client = world.client(getattr(world, paged.who))
    mark = "&" if "?" in paged.path else "?"
    answer = client.get(f"/api/v1/{paged.path}{mark}cursor=somewhere")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
