"""The agencies: people, certificates, devices, vehicles, stores, contracts."""

from datetime import timedelta
from decimal import Decimal

from yunjian.access.actor import Actor, acting_as
from yunjian.agencies.models import Person
from yunjian.agencies.services.assets import equipment_create, spare_part_create, vehicle_create
from yunjian.agencies.services.contracts import contract_create
from yunjian.agencies.services.filing import filing_decide, filing_save, filing_submit
from yunjian.agencies.services.people import certificate_add, person_create
from yunjian.demo.builder import LOADER, Agency, CityBuilder
from yunjian.demo.catalogue import AGENCIES, DISTRICTS, EQUIPMENT, PARTS, ROADS
from yunjian.demo.codes import uscc
from yunjian.identity.models import Account
from yunjian.kernel.clock import at

LEADS = ("technical_lead", "quality_lead", "quality_supervisor")
JOBS = {
    "engineer": "运维工程师",
    "technical_lead": "技术负责人",
    "quality_lead": "质量负责人",
    "quality_supervisor": "质量监督员",
}
CATEGORIES = ("水污染源自动监测运维", "烟气自动监测运维")
ISSUER = "云间市环境监测协会"
LABORATORY = "云间市计量测试技术研究院"
EARLY = 800  # days before the history: in time for the two years that agencies look back on
PLATE_LETTERS = "ABCDEFGHJKLM"


def build_agencies(builder: CityBuilder) -> None:
    """Enter every agency and take it through its filing."""
    for index in range(builder.scaled(len(AGENCIES))):
        builder.agencies.append(_agency(builder, index))


def build_contracts(builder: CityBuilder) -> None:
    """Give every discharger an agency."""
    for index, discharger in enumerate(builder.dischargers):
        agency = builder.agencies[index % len(builder.agencies)]
        before = builder.rng.randint(20, 200)
        looks_back = builder.looks_back and agency is builder.agencies[0]
        starts_on = builder.day(-EARLY if looks_back else -before)
        # some run out soon, so that renewals come up
        lasts = builder.rng.randint(300, 700) if index % 9 else builder.rng.randint(12, 40)
        with builder.acting(agency.manager, builder.moment(-1, 9 + index % 50 / 6)) as actor:
            contract_create(
                actor=actor,
                agency=agency.organization,
                discharger=discharger.organization,
                number=f"YW-{starts_on.year}-{index + 1:04d}",
                points=discharger.points,
                starts_on=starts_on,
                ends_on=builder.today + timedelta(days=lasts),
                amount=Decimal(builder.rng.randint(60, 480)) / 10 * len(discharger.points),
            )


def _agency(builder: CityBuilder, index: int) -> Agency:
    rng = builder.rng
    district = builder.districts[rng.choice(DISTRICTS)[0]]
    generation = index // len(AGENCIES)
    name = AGENCIES[index % len(AGENCIES)]
    name = name.replace("有限公司", f"（{builder.brand()}）有限公司") if generation else name
    with at(builder.moment(-5, 10)), acting_as(LOADER):
        organization = builder.organization("agency", name, uscc(rng, district.pk), district)
        manager = builder.account(
            organization, f"yw{index + 1:02d}", builder.person_name(), "manager", "owner"
        )
        deputy = builder.account(
            organization, f"yw{index + 1:02d}-fz", builder.person_name(), "manager"
        )
    agency = Agency(organization, manager)
    agency.deputy = deputy
    size = rng.randint(8, 15)
    people = [_person_facts(builder, agency, index, number) for number in range(size)]
    with builder.acting(manager, builder.moment(-4, 9)) as actor:
        for position, person_name, account in people:
            person = _person(builder, actor, position, person_name, account)
            if position == "engineer":
                agency.engineers.append(person)
            elif position == "quality_supervisor":
                agency.supervisor = person
        _equipment(builder, agency, actor)
        _vehicles(builder, agency, actor)
        _parts(builder, actor)
        filing = filing_save(
            actor=actor,
            legal_representative=builder.person_name(),
            registered_capital=Decimal(rng.choice((500, 1000, 2000, 3000))),
            project_count=rng.randint(6, 40),
            project_amount=Decimal(rng.randint(80, 900)),
            address=f"{district.name}{rng.choice(ROADS)}路 {rng.randint(10, 900)} 号",
            contact_name=manager.display_name,
            contact_phone=manager.phone,
            scope="水污染源、固定污染源烟气自动监测设施运行维护",
        )
        filing_submit(actor=actor, filing=filing)
    with builder.acting(builder.reviewers[1], builder.moment(-3, 15)) as actor:
        filing_decide(actor=actor, filing=filing, approve=True, note="符合备案要求")
    return agency


def _person_facts(
    builder: CityBuilder, agency: Agency, index: int, number: int
) -> tuple[str, str, Account | None]:
    """Return position, name and account; two thirds work on site, the first three lead.

    Who works on site or supervises signs in.
    """
    position = LEADS[number] if number < len(LEADS) else "engineer"
    name = builder.person_name()
    if position not in {"engineer", "quality_supervisor"}:
        return position, name, None
    with at(builder.moment(-5, 11)), acting_as(LOADER):
        known_by = "zj" if position == "quality_supervisor" else f"{number - len(LEADS) + 1:02d}"
        username = f"yw{index + 1:02d}-{known_by}"
        return position, name, builder.account(agency.organization, username, name, position)


def _person(
    builder: CityBuilder, actor: Actor, position: str, name: str, account: Account | None
) -> Person:
    rng = builder.rng
    person = person_create(
        actor=actor,
        name=name,
        education=rng.choice(("college", "bachelor", "bachelor", "master")),
        job=JOBS[position],
        position=position,
        title=rng.choice(("", "助理工程师", "工程师", "高级工程师")),
        phone=account.phone if account else builder.phone(),
        joined_on=builder.day(-rng.randint(EARLY if builder.looks_back else 90, 2400)),
        account=account,
    )
    valid_from = builder.day(-rng.randint(200, 1000))
    certificate_add(
        actor=actor,
        holder=person,
        category=rng.choice(CATEGORIES),
        number=f"YWNL{rng.randrange(10**8):08d}",
        issuer=ISSUER,
        valid_from=valid_from,
        valid_until=valid_from + timedelta(days=3 * 365),
    )
    return person


def _equipment(builder: CityBuilder, agency: Agency, actor: Actor) -> None:
    for number, (name, maker, model, needs) in enumerate(EQUIPMENT, start=1):
        row = equipment_create(
            actor=actor,
            asset_number=f"SB-{number:03d}",
            serial_number=f"{builder.rng.randrange(10**7):07d}",
            name=name,
            maker=maker,
            model=model,
            needs_calibration=needs,
        )
        agency.equipment.append(row)
        if needs:
            certificate_add(
                actor=actor,
                holder=row,
                category="校准证书",
                number=f"JL{builder.rng.randrange(10**7):07d}",
                issuer=LABORATORY,
                valid_from=builder.day(-200),
                valid_until=builder.today + timedelta(days=builder.rng.randint(-10, 200)),
            )


def _vehicles(builder: CityBuilder, agency: Agency, actor: Actor) -> None:
    for _ in range(builder.rng.randint(2, 4)):
        leased = builder.rng.random() < 0.3  # noqa: PLR2004
        plate = f"沪{builder.rng.choice(PLATE_LETTERS)}{builder.rng.randrange(10**5):05d}"
        agency.vehicles.append(
            vehicle_create(
                actor=actor,
                plate=plate,
                ownership="leased" if leased else "owned",
                lease_until=builder.today + timedelta(days=150) if leased else None,
            )
        )


def _parts(builder: CityBuilder, actor: Actor) -> None:
    for name, model, unit, price, usual in PARTS:
        quantity = builder.rng.randint(0, usual)
        spare_part_create(
            actor=actor,
            name=name,
            model=model,
            unit=unit,
            quantity=quantity,
            amount=Decimal(price) * quantity,
            location=f"{builder.rng.choice('ABC')} 区 {builder.rng.randint(1, 6)} 架",
        )
