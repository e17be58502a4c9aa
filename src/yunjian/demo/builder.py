"""What the parts of the loading share: the dice, the days, who acts when."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.agencies.models import Equipment, Person, Vehicle
from yunjian.credit.models import DocumentVersion
from yunjian.demo.catalogue import FIRST, GIVEN, SECOND, SURNAMES, Industry
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store
from yunjian.identity.models import Account, District, Organization
from yunjian.identity.policies import needs_second_factor
from yunjian.identity.selectors import actor_for
from yunjian.identity.services.accounts import account_create
from yunjian.identity.services.organizations import organization_create
from yunjian.identity.services.second_factor import (
    code_now,
    second_factor_enroll,
    second_factor_offer,
)
from yunjian.kernel.clock import SHANGHAI, at
from yunjian.kernel.ids import new_id
from yunjian.sources.models import MonitoringPoint, PollutionSource

HISTORY_DAYS = 60
LOADER = system_actor("示范数据")


@dataclass
class Discharger:
    """A company with its site, points and the person who signs for it."""

    organization: Organization
    district: District
    industry: Industry
    owner: Account
    sources: list[PollutionSource] = field(default_factory=list)
    points: list[MonitoringPoint] = field(default_factory=list)


@dataclass
class Agency:
    """A maintenance company with what it works with."""

    organization: Organization
    manager: Account
    deputy: Account = field(init=False)
    supervisor: Person = field(init=False)
    published: list[DocumentVersion] = field(default_factory=list)
    engineers: list[Person] = field(default_factory=list)
    equipment: list[Equipment] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)


class CityBuilder:
    """The invented city while it is being built."""

    def __init__(
        self, *, seed: int, scale: float, today: date, password: str, looks_back: bool
    ) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.scale = scale
        self.today = today
        self.looks_back = looks_back  # the first agency, on two years: more would take minutes
        self.begin = today - timedelta(days=HISTORY_DAYS)
        self.password = password
        self.districts: dict[str, District] = {}
        self.authority: Organization
        self.reviewers: list[Account] = []
        self.dischargers: list[Discharger] = []
        self.agencies: list[Agency] = []
        self._actors: dict[str, Actor] = {}
        self._names: set[str] = set()

    def scaled(self, number: int) -> int:
        """Return how many of something a city of this scale has."""
        return max(1, round(number * self.scale))

    def day(self, offset: int) -> date:
        """Return the day so many days after the history begins."""
        return self.begin + timedelta(days=offset)

    def moment(self, day: date | int, hour: float) -> datetime:
        """Return a moment of a Shanghai day, or of the one so many days after `begin`."""
        on = self.day(day) if isinstance(day, int) else day
        return datetime.combine(on, time(0), tzinfo=SHANGHAI) + timedelta(hours=hour)

    @contextmanager
    def acting(self, account: Account, moment: datetime) -> Iterator[Actor]:
        """Let an account act at a moment of the past."""
        with at(moment), acting_as(self.actor(account)) as actor:
            yield actor

    def actor(self, account: Account) -> Actor:
        """Return the actor an account is (asked for once)."""
        if account.username not in self._actors:
            self._actors[account.username] = actor_for(account)
        return self._actors[account.username]

    def organization(
        self, kind: str, name: str, uscc: str, district: District | None
    ) -> Organization:
        """Enter an organisation."""
        return organization_create(actor=LOADER, kind=kind, name=name, uscc=uscc, district=district)

    def account(self, organization: Organization, username: str, name: str, *roles: str) -> Account:
        """Make an account with the city's password, and an authenticator where one must be."""
        account = account_create(
            actor=LOADER,
            organization=organization,
            username=username,
            display_name=name,
            password=self.password,
            roles=list(roles),
            phone=self.phone(),
        )
        if needs_second_factor(account):
            secret = second_factor_offer(account=account).secret
            second_factor_enroll(
                actor=actor_for(account), account=account, secret=secret, token=code_now(secret)
            )
        return account

    def picture(
        self, actor: Actor, purpose: str, content: bytes, filename: str, district: str = ""
    ) -> Attachment:
        """Store a drawn picture."""
        row, _new = attachment_store(
            id=new_id(),
            actor=actor,
            content=content,
            filename=filename,
            purpose=purpose,
            district_code=district,
        )
        return row

    def person_name(self) -> str:
        """Return a name that nobody in this city has yet."""
        return self._once(lambda: self.rng.choice(SURNAMES) + self.rng.choice(GIVEN))

    def brand(self) -> str:
        """Return an invented two-character name of a company."""
        return self._once(lambda: self.rng.choice(FIRST) + self.rng.choice(SECOND))

    def phone(self) -> str:
        """Return a number of the shape of a mobile one."""
        return f"1380000{self.rng.randrange(10000):04d}"

    def near(
        self, longitude: Decimal | float, latitude: Decimal | float, spread: float
    ) -> tuple[Decimal, Decimal]:
        """Return a position within `spread` degrees."""
        x = float(longitude) + self.rng.uniform(-spread, spread)
        y = float(latitude) + self.rng.uniform(-spread, spread)
        return Decimal(f"{x:.6f}"), Decimal(f"{y:.6f}")

    def _once(self, make: Callable[[], str]) -> str:
        for attempt in range(2000):
            name = make() if attempt < 1000 else f"{make()}{attempt - 999}"  # noqa: PLR2004
            if name not in self._names:
                self._names.add(name)
                return name
        raise RuntimeError("the city is too large for its names")
