"""Reads of 运维日常信息: documents, who has to read what, what is missing where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Greatest, StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit.domain.categories import Category, categories
from yunjian.credit.domain.searching import AROUND, GRAM, excerpt, grams, terms
from yunjian.credit.models import (
    Acknowledgement,
    Document,
    DocumentReminder,
    DocumentVersion,
)
from yunjian.credit.models.documents import VersionState
from yunjian.identity.models import Account
from yunjian.identity.models.accounts import Role
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import InstrumentKind, RevisionState
from yunjian.kernel.clock import today
from yunjian.records.filters import text_filter, value_filter
from yunjian.sources.models import MonitoringPoint, PointAccess

SOON = timedelta(days=30)
MOST_FOUND = 500
AT_ONCE = 500
STATES = {
    "in_force": _("施行中"),
    "expiring": _("即将到期"),
    "coming": _("尚未施行"),
    "expired": _("已过期"),
    "superseded": _("已被替代"),
    "draft": _("草稿"),
    "withdrawn": _("已撤回"),
    "none": _("未发布"),
    "missing": _("缺少"),
}


def in_force_on(day: date) -> Q:
    """Return the condition of versions that hold on a day."""
    return Q(state=VersionState.PUBLISHED, period__contains=day)


def documents(
    *, category: str = "", state: str = "", point: str = "", text: str = ""
) -> QuerySet[Document]:
    """Return documents with the number, last day and first day of the version in force today.

    `state` is "in_force", "expiring" (within 30 days), "coming" or "expired" (nothing in force, but
    something later or before), "none" (nothing published) or "draft" (one is being written). `text`
    is searched in what the versions in force say and in the names: the newest `MOST_FOUND` are
    found, and `said` is the version in force with what stands `around` its first term.
    """
    versions = DocumentVersion.objects.filter(document=OuterRef("pk"))
    published = versions.filter(state=VersionState.PUBLISHED)
    held = versions.filter(in_force_on(today()))
    rows: QuerySet[Document] = Document.objects.annotate(
        held_number=Subquery(held.values("number")[:1]),
        held_until=Subquery(held.values("expires_on")[:1]),
        held_from=Subquery(held.values("effective_from")[:1]),
        has_draft=Exists(versions.filter(state=VersionState.DRAFT)),
        has_coming=Exists(published.filter(effective_from__gt=today())),
        has_published=Exists(published),
    ).select_related("organization")
    nothing = Q(held_number__isnull=True)
    conditions = {
        "in_force": Q(held_number__isnull=False),
        "expiring": Q(held_number__isnull=False, held_until__lte=today() + SOON),
        "coming": nothing & Q(has_coming=True),
        "expired": nothing & Q(has_coming=False, has_published=True),
        "none": nothing & Q(has_published=False),
        "draft": Q(has_draft=True),
    }
    rows = rows.filter(
        value_filter(category=category),
        conditions.get(state, Q()),
        text_filter(point, "points__name", "points__mn_code"),
    )
    rows = rows.distinct() if point else rows
    wanted = terms(text)
    if not wanted:
        return rows
    first = wanted[0]
    begin = Greatest(StrIndex("search_text", Value(first)) - AROUND - 1, 1)
    around = Substr("search_text", begin, len(first) + 2 * AROUND + 2)
    found = _found(rows, wanted, beside=bool(category or state or point))
    # read for the rows of a page alone: taking a text out of its place costs as much as the rest
    saying = DocumentVersion.objects.filter(in_force_on(today())).annotate(around=around)
    said = Prefetch("versions", saying.only("document"), to_attr="said")
    found_rows = rows.filter(pk__in=found).annotate(sought=Value(" ".join(wanted)))
    return found_rows.prefetch_related(said)


def _found(rows: QuerySet[Document], wanted: list[str], *, beside: bool) -> list[UUID]:
    """Return the newest `MOST_FOUND` documents of which the version in force, or the name, has all
    of the terms; `beside`: only such as are among `rows`."""
    versions = DocumentVersion.objects.filter(in_force_on(today()))
    names = Document.objects.all()
    if beside:
        versions, names = versions.filter(document__in=rows.values("pk")), rows
    for number, term in enumerate(wanted):
        place = f"place_{number}"
        names = names.alias(**{place: StrIndex(Folded("title"), Value(term))})
        names = names.filter(**{f"{place}__gt": 0})
    named = names.order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND]
    found = {*_saying(versions, wanted), *named}
    return sorted(found, reverse=True)[:MOST_FOUND]


def _saying(versions: QuerySet[DocumentVersion], wanted: list[str]) -> list[UUID]:
    """Return the documents of the newest `MOST_FOUND` versions that have all of the terms."""
    numbers = [number for term in wanted for number in grams(term)]
    # the newest documents first, as they are listed
    rows = versions.filter(HasGrams(numbers)).order_by("-document_id")
    longer = [term for term in wanted if len(term) > GRAM]
    if not longer:
        return list(rows.values_list("document_id", flat=True)[:MOST_FOUND])
    found: list[UUID] = []
    # the texts are asked of some at a time: of a common term the first ones are enough
    candidates = list(rows.values_list("pk", flat=True))
    for begin in range(0, len(candidates), AT_ONCE):
        saying = DocumentVersion.objects.filter(pk__in=candidates[begin : begin + AT_ONCE])
        for number, term in enumerate(longer):
            place = f"place_{number}"
            saying = saying.alias(**{place: StrIndex("search_text", Value(term))})
            saying = saying.filter(**{f"{place}__gt": 0})
        found += saying.values_list("document_id", flat=True)
        if len(found) >= MOST_FOUND:
            break
    return found


class HasGrams(Func):
    """Whether a version has all of these grams; migration 0004 has the function."""

    template = "%(expressions)s))"
    arg_joiner = " IN (SELECT yunjian_versions_with("
    output_field = BooleanField()

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(F("pk"), Value(numbers, output_field=ArrayField(BigIntegerField())))


class Folded(Func):
    """A text as it is searched (`domain.searching`), as far as one name needs it."""

    template = "lower(normalize(%(expressions)s, NFKC))"
    output_field = TextField()


def versions_of(document: Document) -> list[DocumentVersion]:
    """Return the versions of a document that the acting actor may see, the newest first."""
    rows = DocumentVersion.objects.filter(document=document).select_related(
        "attachment", "written_by", "published_by", "document"
    )
    return list(rows.order_by("-number"))


def state_of(row: Document) -> str:
    """Return where a document of `documents` stands: in_force, expiring, coming, expired, none."""
    if row.held_number is None:  # type: ignore[attr-defined]
        if not row.has_published:  # type: ignore[attr-defined]
            return "none"
        return "coming" if row.has_coming else "expired"  # type: ignore[attr-defined]
    ends = row.held_until  # type: ignore[attr-defined]
    return "expiring" if ends is not None and ends <= today() + SOON else "in_force"


def pieces_of(row: Document) -> list[tuple[str, bool]]:
    """Return what stands around the term by which `documents` found a document: pieces of text,
    and whether each is a term; nothing when it was found by its name, or not searched for."""
    said = getattr(row, "said", [])
    return excerpt(said[0].around, terms(row.sought)) if said else []  # type: ignore[attr-defined]


def version_on(document: Document, day: date) -> DocumentVersion | None:
    """Return the version that held on a day."""
    rows: QuerySet[DocumentVersion] = DocumentVersion.objects.filter(document=document)
    return rows.filter(in_force_on(day)).first()


def asked_to_read(document: Document) -> QuerySet[Person]:
    """Return who is to read a document: by position and by name, without who has left."""
    rows: QuerySet[Person] = Person.objects.filter(organization_id=document.organization_id)
    named = document.readers.values("pk")
    return rows.filter(
        Q(position__in=document.read_by_positions) | Q(pk__in=named), _present()
    ).order_by("name", "id")


def accounts_asked(document: Document) -> list[UUID]:
    """Return the active accounts of who is to read a document: who is told of it."""
    people = asked_to_read(document).filter(account__is_active=True)
    return [one.account_id for one in people if one.account_id is not None]


def _present() -> Q:
    """Return the condition of people who have not left."""
    return Q(left_on__isnull=True) | Q(left_on__gt=today())


def _left_accounts() -> QuerySet[Person, UUID | None]:
    """Return the accounts of people who have left."""
    return (
        Person.unscoped()
        .filter(left_on__lte=today(), account__isnull=False)
        .values_list("account_id", flat=True)
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """That a person is to read a version: until when, and when it was read."""

    version: DocumentVersion
    person: Person
    due_on: date
    read_at: Any

    @property
    def state(self) -> str:
        """Return read, overdue or unread."""
        if self.read_at is not None:
            return "read"
        return "overdue" if self.due_on < today() else "unread"

    @property
    def state_title(self) -> str:
        """Return the state as people read it."""
        return str({"read": _("已阅读"), "overdue": _("已逾期"), "unread": _("待阅读")}[self.state])


def to_be_read(
    versions: Iterable[DocumentVersion] | None = None, *, person: Person | None = None
) -> list[Reading]:
    """Return who is to read which version in force (or these), whether done or not.

    A version that somebody joined after is due so many days after they came. Four queries.
    """
    rows = list(
        DocumentVersion.objects.filter(in_force_on(today()))
        .select_related("document__organization", "attachment")
        .prefetch_related("document__readers")
        .order_by("-effective_from", "-id")
        if versions is None
        else versions
    )
    organizations = {row.organization_id for row in rows}
    people = Person.objects.filter(organization_id__in=organizations).filter(_present())
    if person is not None:
        people = people.filter(pk=person.pk)
    known = list(people.order_by("name", "id"))
    read = {
        (row.version_id, row.person_id): row.read_at
        for row in Acknowledgement.objects.filter(version__in=rows)
    }
    return [
        Reading(row, one, _due(row, one), read.get((row.pk, one.pk)))
        for row in rows
        for one in known
        if _is_asked(row.document, one)
    ]


def _is_asked(document: Document, person: Person) -> bool:
    if document.organization_id != person.organization_id:
        return False
    return person.position in document.read_by_positions or any(
        reader.pk == person.pk for reader in document.readers.all()
    )


def _due(row: DocumentVersion, person: Person) -> date:
    since = row.effective_from or today()
    if person.joined_on is not None and person.joined_on > since:
        since = person.joined_on
    return since + timedelta(days=row.document.read_within)


def readings(*, state: str = "open", text: str = "") -> list[Reading]:
    """Return who is to read what: "open" (not read), "overdue" or "read"; the first due first."""
    rows = to_be_read()
    if state == "open":
        rows = [row for row in rows if row.read_at is None]
    elif state:
        rows = [row for row in rows if row.state == state]
    wanted = text.strip()
    if wanted:
        rows = [row for row in rows if wanted in row.person.name or wanted in row.version.name]
    return sorted(rows, key=lambda row: (row.due_on, row.person.name))


def readings_of(actor: Actor) -> list[Reading]:
    """Return what the acting person is to read, what is not read yet first."""
    if actor.account_id is None:
        return []
    person = Person.objects.filter(account_id=actor.account_id).first()
    if person is None:
        return []
    rows = to_be_read(person=person)
    return sorted(rows, key=lambda row: (row.read_at is not None, row.due_on))


def point_ids_served(actor: Actor) -> set[UUID]:
    """Return the points that an agency serves today."""
    return set(PointAccess.current(actor).values_list("point_id", flat=True))


def points_served(actor: Actor) -> QuerySet[MonitoringPoint]:
    """Return the points that an agency serves today, by discharger and name."""
    rows: QuerySet[MonitoringPoint] = MonitoringPoint.objects.filter(
        pk__in=PointAccess.current(actor).values("point_id")
    )
    return rows.select_related("organization", "outlet__source").order_by(
        "organization__name", "name", "id"
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a category needs at a place: `state` is in_force, expiring, expired or missing."""

    place: str
    category: Category
    about: str
    state: str
    document: Document | None

    @property
    def state_title(self) -> str:
        """Return the state as people read it."""
        return str(STATES[self.state])

    @property
    def category_title(self) -> str:
        """Return what the category is called."""
        return self.category.label


def coverage(organization_id: UUID, *, state: str = "", text: str = "") -> list[Coverage]:
    """Return for an agency, its sites and the instruments there what each required category has.

    `state` is "lacking" for what is expired or missing, else a state; `text` is part of the place.
    """
    rows = [*_of_agency(organization_id), *_of_sites(organization_id)]
    if state == "lacking":
        rows = [row for row in rows if row.state in {"expired", "missing"}]
    elif state:
        rows = [row for row in rows if row.state == state]
    wanted = text.strip()
    return [row for row in rows if wanted in f"{row.place}{row.about}"] if wanted else rows


def _required(scope: str) -> Iterator[Category]:
    return (one for one in categories().values() if one.required and one.scope == scope)


def _of_agency(organization_id: UUID) -> Iterator[Coverage]:
    known = _with_state(Document.objects.filter(organization_id=organization_id))
    for category in _required("agency"):
        rows = [one for one in known if one[0].category == category.code]
        yield _best(str(_("本机构")), category, "", rows)


def _of_sites(organization_id: UUID) -> Iterator[Coverage]:
    accesses = PointAccess.objects.filter(
        organization_id=organization_id, period__contains=today()
    ).values("point_id")
    points = list(
        MonitoringPoint.objects.filter(pk__in=accesses)
        .select_related("organization")
        .order_by("organization__name", "name", "id")
    )
    documents_here = _with_state(
        Document.objects.filter(organization_id=organization_id).prefetch_related("points")
    )
    instruments = _instruments_at([point.pk for point in points])
    for point in points:
        place = f"{point.organization.name} · {point.name}"
        for category in _required("site"):
            rows = [
                one
                for one in documents_here
                if one[0].category == category.code
                and any(item.pk == point.pk for item in one[0].points.all())
            ]
            yield _best(place, category, "", rows)
        for category in _required("model"):
            for maker, model in instruments.get(point.pk, []):
                rows = [
                    one
                    for one in documents_here
                    if one[0].category == category.code
                    and (one[0].maker, one[0].model) == (maker, model)
                ]
                yield _best(place, category, f"{maker} {model}", rows)


def _instruments_at(point_ids: list[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Return maker and model of the analysers on file today, by point (one query)."""
    rows = InstrumentRevision.objects.filter(
        state=RevisionState.OFFICIAL,
        instrument__in=Instrument.objects.filter(
            point_id__in=point_ids, kind=InstrumentKind.ANALYZER, period__contains=today()
        ),
    ).values_list("instrument__point_id", "maker", "model")
    found: dict[UUID, set[tuple[str, str]]] = {}
    for point_id, maker, model in rows:
        found.setdefault(point_id, set()).add((maker, model))
    return {point_id: sorted(pairs) for point_id, pairs in found.items()}


def _with_state(rows: QuerySet[Document]) -> list[tuple[Document, str]]:
    """Return documents with where their newest published version stands (one query each more)."""
    newest = DocumentVersion.objects.filter(
        document=OuterRef("pk"), state=VersionState.PUBLISHED, period__startswith__lte=today()
    ).order_by("-period")
    annotated = rows.annotate(
        ends=Subquery(newest.values("expires_on")[:1]),
        begun=Subquery(newest.values("effective_from")[:1]),
    ).filter(begun__isnull=False)
    return [(row, _state_by(row.ends)) for row in annotated]


def _state_by(ends: date | None) -> str:
    if ends is None or ends > today() + SOON:
        return "in_force"
    return "expiring" if ends >= today() else "expired"


def _best(place: str, category: Category, about: str, rows: list[tuple[Document, str]]) -> Coverage:
    order = ("in_force", "expiring", "expired")
    document, state = min(rows, key=lambda one: order.index(one[1]), default=(None, "missing"))
    return Coverage(place, category, about, state, document)


def coverage_counts(rows: Iterable[Coverage]) -> dict[str, int]:
    """Return how many places have what they need, by state."""
    counts = dict.fromkeys(("in_force", "expiring", "expired", "missing"), 0)
    for row in rows:
        counts[row.state] += 1
    return counts


def expiring_versions(within: int) -> QuerySet[DocumentVersion]:
    """Return published versions that end by themselves, with nothing behind them: those that end
    within so many days, and those that have ended without anybody having been told."""
    after = ExpressionWrapper(F("expires_on") + timedelta(days=1), output_field=DateField())
    rows: QuerySet[DocumentVersion] = DocumentVersion.unscoped().filter(
        state=VersionState.PUBLISHED,
        expires_on__lte=today() + timedelta(days=within),
        period__endswith=after,
    )
    # what begins at the latest on the day after the last one, or has begun since
    behind = DocumentVersion.unscoped().filter(
        document=OuterRef("document"),
        state=VersionState.PUBLISHED,
        effective_from__gt=OuterRef("effective_from"),
        effective_from__lte=Greatest(OuterRef("expires_on") + timedelta(days=1), Value(today())),
    )
    told = DocumentReminder.objects.filter(version=OuterRef("pk"), about="expiry", days=0)
    rows = rows.exclude(Exists(behind)).exclude(Q(expires_on__lt=today()) & Exists(told))
    return rows.select_related("document").order_by("id")


def keepers_of(organization_id: UUID) -> list[UUID]:
    """Return the active accounts of an agency's owners and managers, without who has left."""
    rows = Account.objects.filter(
        organization_id=organization_id,
        is_active=True,
        role_grants__role__in=[Role.OWNER, Role.MANAGER],
    ).exclude(pk__in=_left_accounts())
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def supervisors_of(organization_id: UUID) -> list[UUID]:
    """Return the active accounts of an agency's quality supervisors, without who has left."""
    rows = Person.unscoped().filter(
        _present(),
        organization_id=organization_id,
        position=Position.QUALITY_SUPERVISOR,
        account__is_active=True,
    )
    return [pk for pk in rows.order_by("pk").values_list("account_id", flat=True) if pk]
