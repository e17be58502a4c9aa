"""A small believable city for tests, written straight into the tables (services have own tests)."""

import pickle
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from psycopg import ClientCursor

from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.access.row_policies import bypass_rls
from yunjian.agencies.models import Equipment, Person, ServiceContract, Vehicle
from yunjian.identity.models import Account, District, Organization, RoleGrant, SecondFactor
from yunjian.identity.selectors import actor_for
from yunjian.identity.services.second_factor import code_now, second_factor_offer, secret_of
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.kernel.clock import business_day, now, today
from yunjian.kernel.encryption import encrypt
from yunjian.maintenance.models import Plan, PlanItem, Task
from yunjian.sources.models import MonitoringPoint, Outlet, PointAccess, PollutionSource

PASSWORD = "a-long-test-password"
GAS_SHEET = "hj75-g1@1"
WATER_SHEET = "hj355-b@1"


@dataclass
class World:
    """What stands in the city; every name here may be used by tests."""

    password: str = PASSWORD
    district: District = field(init=False)
    other_district: District = field(init=False)
    discharger: Organization = field(init=False)
    other_discharger: Organization = field(init=False)
    agency: Organization = field(init=False)
    other_agency: Organization = field(init=False)
    authority: Organization = field(init=False)
    discharger_owner: Account = field(init=False)
    other_discharger_owner: Account = field(init=False)
    agency_manager: Account = field(init=False)
    engineer: Account = field(init=False)
    other_agency_manager: Account = field(init=False)
    reviewer: Account = field(init=False)
    engineer_person: Person = field(init=False)
    equipment: Equipment = field(init=False)
    vehicle: Vehicle = field(init=False)
    source: PollutionSource = field(init=False)
    wastewater_outlet: Outlet = field(init=False)
    flue_gas_outlet: Outlet = field(init=False)
    wastewater_point: MonitoringPoint = field(init=False)
    flue_gas_point: MonitoringPoint = field(init=False)
    contract: ServiceContract = field(init=False)
    plan: Plan = field(init=False)

    def actor(self, account: Account) -> Actor:
        """Return the actor that an account is."""
        with bypass_rls("test"):
            return actor_for(account)

    def client(self, account: Account) -> Client:
        """Return a Django test client signed in as the account."""
        client = Client()
        with bypass_rls("test"):
            client.force_login(account, backend="yunjian.identity.backends.AccountBackend")
        return client

    def supervisor(self) -> Person:
        """Return a colleague of the engineer, who takes part in nothing; made when asked for."""
        with acting_as(system_actor("test")):
            return Person.unscoped().get_or_create(
                organization=self.agency,
                name="钱立",
                defaults={"education": "bachelor", "job": "质量主管", "state": "filed"},
            )[0]

    def task(self, point: MonitoringPoint, due_on: date | None = None) -> Task:
        """Make an open task of the engineer at the point, due today unless told otherwise."""
        gas = point.kind == "flue_gas"
        with acting_as(system_actor("test")):
            return Task.unscoped().create(
                organization=self.agency,
                discharger=self.discharger,
                district=self.district,
                plan=self.plan,
                point=point,
                due_on=due_on or today(),
                assignee=self.engineer_person,
                contents=["日常巡检"],
                sheets=[GAS_SHEET if gas else WATER_SHEET],
            )


@dataclass(frozen=True)
class _Built:
    """What the first city of this process wrote, to write it again in one round trip."""

    at: datetime
    statements: str
    world: bytes

    def holds_now(self) -> bool:
        return self.at <= now() and business_day(self.at) == today()


_built: _Built | None = None


def build_world() -> World:
    """Write the small city into the database: the same rows each time, as long as the day lasts."""
    global _built  # noqa: PLW0603 - made once by each process
    with acting_as(system_actor("test")):
        if _built is None or not _built.holds_now():
            world, statements = _written()
            _built = _Built(now(), statements, pickle.dumps(world))
            return world
        with connection.cursor() as cursor:
            cursor.execute(_built.statements)
        again: World = pickle.loads(_built.world)  # noqa: S301 - made above
        return again


def _written() -> tuple[World, str]:
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if sql.startswith(("INSERT", "UPDATE")):
            statements.append(ClientCursor(connection.connection).mogrify(sql, params))
        return execute(sql, params, many, context)

    world = World()
    with connection.execute_wrapper(note):
        _people(world)
        _places(world)
        _work(world)
    return world, "; ".join(statements)


def account_with(organization: Organization, username: str, *roles: str) -> Account:
    """Write an account of an organisation, with these roles, straight into the table."""
    return _account(organization, username, username, *roles)


def _account(organization: Organization, username: str, name: str, *roles: str) -> Account:
    account = Account(
        username=username,
        display_name=name,
        phone="13800000000",
        organization=organization,
        password=make_password(PASSWORD),
    )
    account.save(force_insert=True)
    RoleGrant.objects.bulk_create([RoleGrant(account=account, role=role) for role in roles])
    return account


def give_authenticator(account: Account) -> None:
    """Give an account an authenticator whose secret the tests can read."""
    secret = second_factor_offer(account=account).secret
    SecondFactor.objects.create(account=account, secret=encrypt(secret.encode()))


def current_code(account: Account) -> str:
    """Return a code that the account's authenticator shows now and that is good once more."""
    SecondFactor.objects.filter(account=account).update(last_step=0)  # as if 30 s had passed
    return code_now(secret_of(account))


def _organization(kind: str, name: str, uscc: str, district: District | None) -> Organization:
    return Organization.unscoped().create(kind=kind, name=name, uscc=uscc, district=district)


def _people(world: World) -> None:
    world.district = District.objects.create(
        code="310115", name="浦东新区", longitude=Decimal("121.544"), latitude=Decimal("31.221")
    )
    world.other_district = District.objects.create(
        code="310112", name="闵行区", longitude=Decimal("121.382"), latitude=Decimal("31.113")
    )
    world.discharger = _organization(
        "discharger", "浦江试验纸业有限公司", "91310115MA1TEST001", world.district
    )
    world.other_discharger = _organization(
        "discharger", "春申试验化工有限公司", "91310112MA1TEST002", world.other_district
    )
    world.agency = _organization(
        "agency", "清源试验环保技术有限公司", "91310115MA1TEST003", world.district
    )
    world.other_agency = _organization(
        "agency", "碧空试验监测有限公司", "91310112MA1TEST004", world.other_district
    )
    world.authority = _organization("authority", "试验市生态环境局", "11310000MB1TEST005", None)
    world.discharger_owner = _account(world.discharger, "factory", "周敏", "owner")
    world.other_discharger_owner = _account(world.other_discharger, "factory2", "郑洁", "owner")
    world.agency_manager = _account(world.agency, "agency", "吴强", "manager")
    world.engineer = _account(world.agency, "engineer", "李建国", "engineer")
    world.other_agency_manager = _account(world.other_agency, "agency2", "孙丽", "manager")
    world.reviewer = _account(world.authority, "bureau", "王审", "reviewer", "inspector")
    give_authenticator(world.reviewer)
    world.engineer_person = Person.objects.create(
        organization=world.agency,
        name="李建国",
        account=world.engineer,
        education="bachelor",
        job="运维工程师",
        position="engineer",
        state="filed",
    )
    world.equipment = Equipment.objects.create(
        organization=world.agency,
        asset_number="SB-001",
        serial_number="E-1001",
        name="便携式烟气分析仪",
        state="filed",
    )
    world.vehicle = Vehicle.objects.create(
        organization=world.agency, plate="沪A12345", state="filed"
    )


def _places(world: World) -> None:
    world.source = PollutionSource.objects.create(
        organization=world.discharger,
        code="310115000001",
        name="浦江试验纸业有限公司",
        district=world.district,
        street="张江镇",
        industry_code="2221",
        industry_name="机制纸及纸板制造",
        address="浦东新区试验路 1 号",
        longitude=Decimal("121.600000"),
        latitude=Decimal("31.200000"),
    )
    world.wastewater_outlet = _outlet(world, "DW001", "废水总排口", "wastewater")
    world.flue_gas_outlet = _outlet(world, "DA001", "锅炉烟囱", "flue_gas")
    world.wastewater_point = _point(
        world, world.wastewater_outlet, "废水总排口在线监测站", "31011500000101", ["CODCr", "NH3-N"]
    )
    world.flue_gas_point = _point(
        world, world.flue_gas_outlet, "锅炉烟气 CEMS", "31011500000102", ["SO2", "NOx"]
    )


def _outlet(world: World, code: str, name: str, kind: str) -> Outlet:
    return Outlet.unscoped().create(source=world.source, code=code, name=name, kind=kind)


def _point(
    world: World, outlet: Outlet, name: str, mn_code: str, parameters: list[str]
) -> MonitoringPoint:
    gas = outlet.kind == "flue_gas"
    point = MonitoringPoint.unscoped().create(
        outlet=outlet,
        organization=world.discharger,
        district=world.district,
        kind=outlet.kind,
        name=name,
        mn_code=mn_code,
        parameters=parameters,
        sampling_method="full_extraction" if gas else "",
        longitude=Decimal("121.600000"),
        latitude=Decimal("31.200000"),
    )
    # one instrument stands there; the other parameter is still to be filed
    _instrument(world, point, parameters[0], gas=gas)
    return point


def _instrument(world: World, point: MonitoringPoint, parameter: str, *, gas: bool) -> None:
    begin = today() - timedelta(days=400)
    instrument = Instrument.objects.create(
        point=point,
        organization=world.discharger,
        kind="analyzer",
        slot=parameter,
        period=DateRange(begin, None),
    )
    InstrumentRevision.objects.create(
        instrument=instrument,
        number=1,
        state="official",
        name=f"{parameter} 分析仪",
        parameter=parameter,
        maker="试验仪器厂",
        model="YJ-100",
        serial_number=f"SN-{parameter}",
        installed_on=begin,
        range_lower=Decimal(0),
        range_upper=Decimal(200),
        unit="mg/m³" if gas else "mg/L",
        decided_at=now(),
    )


def _work(world: World) -> None:
    period = DateRange(today() - timedelta(days=365), today() + timedelta(days=365))
    points = [world.wastewater_point, world.flue_gas_point]
    world.contract = ServiceContract.objects.create(
        agency=world.agency, discharger=world.discharger, number="HT-2026-001", period=period
    )
    world.contract.points.set(points)
    for point in points:
        PointAccess.objects.create(
            point=point, organization=world.agency, period=period, reason="合同 HT-2026-001"
        )
    world.plan = Plan.objects.create(
        organization=world.agency,
        name="试验纸业日常运维",
        starts_on=today() - timedelta(days=30),
        ends_on=today() + timedelta(days=60),
        state="active",
    )
    world.plan.people.add(world.engineer_person)
    for point in points:
        PlanItem.objects.create(
            plan=world.plan,
            point=point,
            contract=world.contract,
            activity="日常巡检",
            interval_value=7,
            interval_unit="day",
            sheet_code="hj75-g1" if point.kind == "flue_gas" else "hj355-b",
        )
