"""Prepared submissions for the benchmark: agencies, engineers and visits that only wait for it."""

import base64
import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.bench.submission import Job
from tests.support.phone import honest_submission
from tests.support.wire import session_key
from tests.support.world import GAS_SHEET, World, build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.identity.models import Account, Organization, RoleGrant
from yunjian.kernel.clock import now, today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Task, Visit
from yunjian.sources.models import PointAccess

TOKEN = "0123456789abcdef0123456789abcdef"


@transaction.atomic
def prepared_jobs(secret_key: str, count: int, agencies: int) -> list[Job]:
    """Return as many submissions as asked, spread over agencies (each has its own chain)."""
    with acting_as(system_actor("bench")):
        world = build_world()
        people = [_engineer(world, index) for index in range(agencies)]
        accounts = [Account.objects.get(person=person) for person in people]
        sessions = [session_key(account, secret_key) for account in accounts]
        tasks = [_task(world, people[index % agencies], index) for index in range(count)]
        Task.objects.bulk_create(tasks, batch_size=1000)
        visits = [_visit(world, task) for task in tasks]
        Visit.objects.bulk_create(visits, batch_size=1000)
    return [
        _job(visit, task, sessions[index % agencies])
        for index, (visit, task) in enumerate(zip(visits, tasks, strict=True))
    ]


def _engineer(world: World, index: int) -> Person:
    organization = Organization.objects.create(
        kind="agency", name=f"基准运维机构{index}", uscc=f"91310115BENCH{index:05d}"
    )
    account = Account(
        username=f"bench{index}", display_name=f"基准{index}", organization=organization
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    RoleGrant.objects.create(account=account, role="engineer")
    PointAccess.unscoped().create(  # as the contract's: without it row policies hide the point
        point=world.flue_gas_point,
        organization=organization,
        period=DateRange(today() - timedelta(days=30), None),
        reason="基准",
    )
    return Person.unscoped().create(
        organization=organization,
        name=f"基准{index}",
        account=account,
        education="bachelor",
        job="运维工程师",
        position="engineer",
        state="filed",
    )


def _task(world: World, person: Person, index: int) -> Task:
    return Task(
        organization=person.organization,
        discharger=world.discharger,
        district=world.district,
        point=world.flue_gas_point,
        due_on=today() - timedelta(days=index % 5),
        assignee=person,
        contents=["日常巡检"],
        sheets=[GAS_SHEET],
        state="started",
    )


def _visit(world: World, task: Task) -> Visit:
    return Visit(
        id=new_id(),
        task=task,
        point=world.flue_gas_point,
        agency_id=task.organization_id,
        discharger=world.discharger,
        district=world.district,
        engineer=task.assignee.account,
        state="in_progress",
        signed_in_at=now() - timedelta(minutes=40),
        sign_in_longitude="121.6",
        sign_in_latitude="31.2",
        sign_in_accuracy=10,
        sign_in_distance=0,
        sign_in_digest="sha256:bench",
    )


def _job(visit: Visit, task: Task, session: str) -> Job:
    body = honest_submission(task)
    value = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return Job(
        path=f"/api/v1/visits/{visit.pk}",
        body=body,
        headers={
            "Cookie": f"yunjian_session={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/json",
            "Content-Digest": f"sha-256=:{value}:",
        },
    )
