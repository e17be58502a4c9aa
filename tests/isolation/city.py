"""One row of everything, of the first discharger and the first agency of the small city."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from PIL import Image

from tests.support.chain import STATED
from tests.support.world import GAS_SHEET, World, build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import (
    AgencyFiling,
    Certificate,
    CompetenceConfirmation,
    SparePart,
)
from yunjian.certificates.models import AgencyRegistration, OrganizationCertificate
from yunjian.credit.domain.searching import grams
from yunjian.credit.models import (
    Acknowledgement,
    AnnualYear,
    Document,
    DocumentReminder,
    DocumentVersion,
    SearchIndex,
    Supervision,
    SupervisionStep,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.evidence.models import Attachment, ChainCheck, Upload
from yunjian.evidence.services import record
from yunjian.identity.models import (
    AccountSession,
    PastPassword,
    RecoveryCode,
    ResetRequest,
    SecondFactor,
    SignInAttempt,
    WechatBinding,
)
from yunjian.identity.models.security import Means, Outcome
from yunjian.instruments.models import (
    CertificateReminder,
    FilingImport,
    FollowUp,
    Instrument,
    InstrumentAction,
    InstrumentRevision,
    ParameterChange,
)
from yunjian.kernel.clock import now, today
from yunjian.library.models import (
    PublishedPack,
    PublishedReportForm,
    PublishedSheet,
    ReportFormDraft,
    ReportFormWithdrawal,
    RuleDraft,
    SheetDesign,
)
from yunjian.maintenance.models import (
    Confirmation,
    Plan,
    PlanItem,
    RecordSheet,
    RejectedSubmission,
    SheetDraft,
    Visit,
)
from yunjian.messaging.models import Delivery, Notice, Notification
from yunjian.records.models import DictionaryEntry
from yunjian.sources.models import EmissionLimit, PointRevision
from yunjian.standards import reports, sheets
from yunjian.verification.models import (
    FindingException,
    NumberPattern,
    Report,
    ReportCorrection,
    ReportDevice,
    ReportInstrument,
    ReportMaterial,
    ReportOriginal,
    ReportPerson,
    ReportReading,
    ReportSignature,
    ReportTest,
)
from yunjian.web.models import ListView

SECRET_TEXT = "只有本单位可见"  # stands in texts that no foreign page may show


class City(World):
    """The small city with one row of everything; `rows` by model."""

    rows: dict[str, models.Model]

    def __init__(self, world: World) -> None:
        self.__dict__.update(world.__dict__)
        self.rows = {}

    def keep(self, row: models.Model) -> Any:
        """Keep a row under the name of its model."""
        self.rows[row._meta.label_lower] = row
        return row

    def key(self, label: str) -> Any:
        """Return the key of the row of a model."""
        return self.rows[label].pk


def build_city() -> City:
    """Write it into the database."""
    city = City(build_world())
    with acting_as(system_actor("test")), transaction.atomic():
        _people(city)
        _files(city)
        _places(city)
        _filings(city)
        _certificates(city)
        _work(city)
        _documents(city)
        _rules(city)
        _years(city)
        _words(city)
        _reports(city)
    return city


def _people(city: City) -> None:
    account = city.engineer
    city.keep(
        WechatBinding.objects.create(
            app_id=settings.WECHAT_APP_ID, openid="openid-of-li", account=account
        )
    )
    SecondFactor.objects.get_or_create(account=account, defaults={"secret": "sealed"})
    RecoveryCode.objects.create(account=account, digest="sha256:00")
    PastPassword.objects.create(account=account, password="!")
    city.keep(account)
    city.keep(
        AccountSession.objects.create(
            account=account,
            key_digest="sha256:01",
            means=Means.PASSWORD,
            idle_until=now() + timedelta(hours=1),
            lasts_until=now() + timedelta(hours=1),
        )
    )
    city.keep(
        ResetRequest.objects.create(
            account=account,
            reason="手机丢失",
            requested_by=city.engineer,
            expires_at=now() + timedelta(hours=1),
        )
    )
    SignInAttempt.objects.create(
        username=account.username,
        account=account,
        organization=city.agency,
        means=Means.PASSWORD,
        outcome=Outcome.WRONG,
    )


def _files(city: City) -> None:
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "JPEG")
    key = f"test/{city.agency.pk}.jpg"
    picture.seek(0)
    default_storage.save(key, picture)
    city.keep(
        Upload.unscoped().create(
            organization_id=city.agency.pk,
            account=city.engineer,
            length=9,
            filename="a.pdf",
            purpose="report",
            expires_at=now() + timedelta(hours=9),
        )
    )
    city.keep(
        Attachment.unscoped().create(
            organization_id=city.agency.pk,
            shared_with=city.discharger.pk,
            district_code=city.district.pk,
            kind="image",
            purpose="sheet",
            filename="a.jpg",
            content_type="image/jpeg",
            size=picture.getbuffer().nbytes,
            width=64,
            height=48,
            digest=f"sha256:{'0' * 64}",
            source_digest=f"sha256:{'1' * 64}",
            storage_key=key,
            uploaded_by=city.engineer,
        )
    )


def _places(city: City) -> None:
    city.keep(city.source)
    city.keep(city.wastewater_outlet)
    city.keep(city.wastewater_point)
    city.keep(Instrument.objects.filter(point=city.wastewater_point).get())
    city.keep(InstrumentRevision.objects.filter(instrument__point=city.wastewater_point).get())
    limit = EmissionLimit.objects.create(
        outlet=city.wastewater_outlet,
        parameter="CODCr",
        upper=Decimal(50),
        unit="mg/L",
        standard="DB31/199",
        period=DateRange(today() - timedelta(days=9), None),
    )
    city.keep(limit)
    PointRevision.objects.get_or_create(
        point=city.wastewater_point,
        number=1,
        defaults={
            "period": DateRange(today() - timedelta(days=9), None),
            "parameters": ["CODCr"],
            "reason": SECRET_TEXT,
        },
    )


def _filings(city: City) -> None:
    instrument: Any = city.rows["instruments.instrument"]
    revision: Any = city.rows["instruments.instrumentrevision"]
    city.keep(
        FilingImport.objects.create(
            organization=city.discharger, source=city.source, filename="a.xlsx", digest="sha256:07"
        )
    )
    CertificateReminder.objects.create(revision=revision, valid_until=today(), days=7)
    InstrumentAction.objects.create(
        instrument=instrument,
        action="stop",
        on=today(),
        stopped=DateRange(today(), None),
        reason=SECRET_TEXT,
    )
    ParameterChange.objects.create(
        instrument=instrument, changes={}, reason=SECRET_TEXT, changed_at=now()
    )
    city.keep(
        FollowUp.objects.create(
            instrument=instrument,
            revision=revision,
            code="check",
            title="比对",
            opened_on=today(),
            due_on=today(),
        )
    )


def _certificates(city: City) -> None:
    certificate = OrganizationCertificate.objects.create(
        organization=city.agency,
        account=city.agency_manager,
        fingerprint="0" * 64,
        serial="01",
        issuer="CN=Test",
        algorithm="sm2",
        valid_from=now() - timedelta(days=1),
        valid_until=now() + timedelta(days=1),
    )
    AgencyRegistration.objects.create(
        organization=city.agency,
        account=city.agency_manager,
        certificate=certificate,
        legal_representative="王某",
        address=SECRET_TEXT,
        contact_name="王某",
        contact_phone="13800000000",
        commitment="2026-1",
    )


def _work(city: City) -> None:
    city.keep(city.contract)
    city.keep(city.plan)
    for row in (city.engineer_person, city.equipment, city.vehicle):
        city.keep(row)
    city.keep(
        AgencyFiling.objects.create(
            organization=city.agency,
            legal_representative="王某",
            registered_capital=Decimal(500),
            address="某路",
            contact_name="王某",
            contact_phone="13800000000",
            scope=SECRET_TEXT,
            state="submitted",
            submitted_at=now(),
        )
    )
    city.keep(
        Certificate.objects.create(
            organization=city.agency,
            person=city.engineer_person,
            category="运维能力评定证书",
            number="Z-1",
            issuer="协会",
            valid_until=today() + timedelta(days=300),
        )
    )
    CompetenceConfirmation.objects.create(
        organization=city.agency,
        person=city.engineer_person,
        scope=SECRET_TEXT,
        confirmed_by=SECRET_TEXT,
        basis=SECRET_TEXT,
        confirmed_on=today(),
        valid_until=today(),
        attachment=city.rows["evidence.attachment"],
    )
    city.keep(SparePart.objects.create(organization=city.agency, name=SECRET_TEXT, location="仓库"))
    task = city.keep(city.task(city.wastewater_point))
    visit = city.keep(_visit(city, task, "submitted"))
    RecordSheet.objects.create(
        visit=visit,
        position=0,
        definition=task.sheets[0],
        context={},
        answers={},
        results={},
        verdict="pass",
    )
    begun = _visit(city, city.task(city.flue_gas_point), "in_progress")
    SheetDraft.objects.create(visit=begun, agency=city.agency, saved_by=city.engineer)
    city.rows["maintenance.visit:begun"] = begun
    Confirmation.objects.create(
        visit=_visit(
            city, city.task(city.wastewater_point, today() - timedelta(days=3)), "objected"
        ),
        decision="object",
        reason=SECRET_TEXT,
        signature=city.rows["evidence.attachment"],
        shown_digest="sha256:02",
        signer=city.discharger_owner,
        signer_name="周敏",
    )
    RejectedSubmission.objects.create(
        visit_id=visit.pk, agency=city.agency, body="{}", digest="sha256:03"
    )


def _visit(city: City, task: Any, state: str) -> Visit:
    handed_in = state != "in_progress"
    visit: Visit = Visit.objects.create(
        task=task,
        point=task.point,
        agency=city.agency,
        discharger=city.discharger,
        district=city.district,
        engineer=city.engineer,
        state=state,
        verdict="pass" if handed_in else "",
        signed_in_at=now() - timedelta(hours=2),
        sign_in_longitude=Decimal("121.6"),
        sign_in_latitude=Decimal("31.2"),
        sign_in_accuracy=12.0,
        sign_in_distance=20.0,
        sign_in_digest="sha256:04",
        signed_out_at=now() - timedelta(hours=1) if handed_in else None,
        submitted_at=now() - timedelta(hours=1) if handed_in else None,
        confirm_by=now() + timedelta(hours=4) if handed_in else None,
        submission_digest="sha256:05" if handed_in else "",
        content_digest="sha256:06" if handed_in else "",
    )
    return visit


def _documents(city: City) -> None:
    document = city.keep(
        Document.objects.create(
            organization=city.agency,
            category="procedures",
            title="巡检操作规程",
            read_by_positions=["engineer"],
            published=True,
        )
    )
    document.points.add(city.flue_gas_point)
    document.readers.add(city.engineer_person)
    version = city.keep(
        DocumentVersion.objects.create(
            document=document,
            organization=city.agency,
            number=1,
            title="巡检操作规程",
            state="published",
            effective_from=today(),
            period=DateRange(today(), None),
            body="先看后动",
            search_text="巡检操作规程\n先看后动",
            digest="sha256:07",
            published_at=now(),
        )
    )
    SearchIndex.objects.create(version=version, grams=grams("巡检操作规程\n先看后动"))
    Acknowledgement.objects.create(
        version=version,
        organization=city.agency,
        person=city.engineer_person,
        account=city.engineer,
        shown_digest="sha256:07",
    )
    DocumentReminder.objects.create(version=version, about="expiry", days=60)
    city.rows["identity.organization:agency"] = city.agency


def _rules(city: City) -> None:
    definition = {**sheets.definition(GAS_SHEET).source, "code": "city-test", "version": 1}
    city.keep(
        SheetDesign.objects.create(
            organization=city.authority,
            code="city-test",
            version=1,
            content=definition,
            created_by=city.reviewer,
            changed_by=city.reviewer,
        )
    )
    report_form = reports.report_form("hj75-verification@1").model_dump(mode="json")
    city.keep(
        ReportFormDraft.objects.create(
            organization=city.authority,
            code="hj75-verification",
            base="hj75-verification@1",
            content=report_form,
            created_by=city.reviewer,
            changed_by=city.reviewer,
        )
    )
    ChainCheck.objects.create(asked_by="test", finished_at=now())


def add_published(city: City) -> None:
    """Add rows of the rule library, which hold nothing that could be read as rules."""
    published = {
        "organization": city.authority,
        "published_by": city.reviewer,
        "code": "city-test",
        "version": 1,
        "effective_from": today() + timedelta(days=9999),
    }
    PublishedSheet.objects.create(content={}, **published)
    form = PublishedReportForm.objects.create(content={}, **published)
    ReportFormWithdrawal.objects.create(
        form=form, organization=city.authority, ends_on=today(), reason="x"
    )
    PublishedPack.objects.create(content={}, note="x", **published)
    RuleDraft.objects.create(
        organization=city.authority, created_by=city.reviewer, code="city-test", content={}
    )


def add_unfinished(city: City) -> None:
    """Add a row of each kind that is a draft yet, or that nobody but its owner is shown."""
    instrument = Instrument.objects.create(
        point=city.flue_gas_point, organization=city.discharger, kind="analyzer", slot="NOx"
    )
    InstrumentRevision.objects.create(
        instrument=instrument, number=1, state="draft", name="草稿", parameter="NOx"
    )
    AgencyFiling.objects.create(
        organization=city.other_agency,
        legal_representative="王某",
        registered_capital=Decimal(500),
        address="某路",
        contact_name="王某",
        contact_phone="13800000000",
        scope=SECRET_TEXT,
    )
    document = Document.objects.create(
        organization=city.agency, category="training", title="培训制度（草稿）"
    )
    DocumentVersion.objects.create(
        document=document, organization=city.agency, number=1, body=SECRET_TEXT
    )
    plan = Plan.objects.create(
        organization=city.agency, name="草稿", starts_on=today(), ends_on=today()
    )
    PlanItem.objects.create(
        plan=plan,
        point=city.flue_gas_point,
        contract=city.contract,
        activity="日常巡检",
        interval_value=7,
        interval_unit="day",
        sheet_code="hj75-g1",
    )
    plan = TrainingPlan.unscoped().create(
        organization=city.other_agency,
        year=today().year,
        title=SECRET_TEXT,
        prepared_by=city.other_agency_manager,
    )
    TrainingPlanItem.unscoped().create(
        plan=plan,
        aim="x",
        content=SECRET_TEXT,
        form="lecture",
        department="x",
        place="x",
        teacher="x",
        planned_on=today(),
        hours=1,
        examination="x",
    )
    for state, audience in (("draft", "agency"), ("published", "agency"), ("withdrawn", "agency")):
        Notice.unscoped().create(
            title="通知",
            body="正文",
            audience=[audience],
            state=state,
            published_at=None if state == "draft" else now(),
            author="某人",
            author_organization="某局",
            organization_id=city.authority.pk,
        )


def _years(city: City) -> None:
    """Add a year of the agency with a plan, a session and a supervision."""
    agency, day, person = city.agency, today(), city.engineer_person
    year = day.year
    city.keep(AnnualYear.unscoped().create(organization=agency, year=year, last_number=1))
    plan = city.keep(
        TrainingPlan.unscoped().create(
            organization=agency,
            year=year,
            title="安全教育",
            state="approved",
            prepared_by=city.agency_manager,
        )
    )
    words = dict.fromkeys(
        ("aim", "content", "department", "place", "teacher", "examination"), "安全教育"
    )
    item = city.keep(
        TrainingPlanItem.unscoped().create(
            plan=plan, form="lecture", positions=["engineer"], planned_on=day, hours=2, **words
        )
    )
    item.people.add(person)
    session = city.keep(
        TrainingSession.unscoped().create(
            organization=agency,
            year=year,
            plan_item=item,
            topic="安全教育",
            content="安全教育",
            starts_at=now() - timedelta(hours=3),
            ends_at=now() - timedelta(hours=1),
            hours=2,
            place="安全教育",
            teacher="安全教育",
            state="done",
            conclusion="effective",
            created_by=city.agency_manager,
        )
    )
    city.keep(TrainingParticipant.unscoped().create(session=session, person=person))
    supervision = city.keep(
        Supervision.unscoped().create(
            organization=agency,
            year=year,
            form_code="RYJD",
            number=1,
            supervised_on=day,
            purpose=SECRET_TEXT,
            template="RYJD@1",
            person=person,
            place=SECRET_TEXT,
            facts=SECRET_TEXT,
            opinion=SECRET_TEXT,
            severity="general",
            state="issued",
            issued_at=now(),
            supervisor=city.agency_manager,
        )
    )
    city.keep(
        SupervisionStep.unscoped().create(
            supervision=supervision, act="issue", by=city.agency_manager, by_name="某人"
        )
    )
    if "agencies.person" not in city.rows:
        city.keep(person)


def _words(city: City) -> None:
    message = city.keep(
        Notification.unscoped().create(
            recipient=city.engineer, kind="test", title=SECRET_TEXT, body=SECRET_TEXT
        )
    )
    city.keep(
        Notice.unscoped().create(
            title="通知",
            body="正文",
            audience=["authority"],
            author="某人",
            author_organization="某局",
            organization_id=city.authority.pk,
        )
    )
    city.keep(
        ListView.unscoped().create(account=city.engineer, page="agencies.people", name=SECRET_TEXT)
    )
    city.keep(city.discharger)
    city.keep(DictionaryEntry.objects.all()[0])
    Delivery.objects.create(notification=message, channel="wechat", state="sent")
    city.keep(
        record(
            actor=city.actor(city.engineer),
            verb="visit.submitted",
            obj=city.rows["maintenance.visit"],
            payload=dict.fromkeys(STATED["visit.submitted"].keys, ""),
        )
    )


def _reports(city: City) -> None:
    """A report that was signed: its parts are written while it is a draft."""
    NumberPattern.objects.create(organization=city.agency, pattern=SECRET_TEXT)
    report = city.keep(
        Report.objects.create(
            agency=city.agency,
            discharger=city.discharger,
            district=city.district,
            point=city.flue_gas_point,
            kind="verification",
            number=SECRET_TEXT,
            number_key="R-1",
            issuer="清源",
            issuer_key="清源",
            executed_from=now() - timedelta(days=2, hours=2),
            executed_to=now() - timedelta(days=2),
            form="hj75-verification@1",
            prepared_by=city.agency_manager,
        )
    )
    instrument = Instrument.objects.get(point=city.flue_gas_point, slot="SO2")
    revision = InstrumentRevision.objects.get(instrument=instrument)
    attachment = city.rows["evidence.attachment"]
    ReportInstrument.objects.create(report=report, instrument=instrument, revision=revision)
    ReportPerson.objects.create(report=report, person=city.engineer_person)
    ReportDevice.objects.create(report=report, equipment=city.equipment)
    city.keep(
        ReportMaterial.objects.create(
            report=report,
            name="标气",
            certificate_number="G-1",
            nominal="100",
            unit="mg/m³",
            valid_until=today(),
        )
    )
    ReportTest.objects.create(report=report, test="gas", parameter="SO2", instrument=instrument)
    city.keep(
        ReportOriginal.objects.create(
            report=report, kind="field", attachment=attachment, added_by=city.engineer
        )
    )
    ReportReading.objects.create(
        report=report,
        attachment=attachment,
        content={"pages": 1, "silent": [1], "found": [], "problem": "no_text"},
    )
    Report.unscoped().filter(pk=report.pk).update(state="checked")
    ReportSignature.objects.create(
        report=report,
        holder=SECRET_TEXT,
        uscc="91310115MA1TEST003",
        subject=SECRET_TEXT,
        issuer="CN=Test",
        serial="01",
        fingerprint="0" * 64,
        algorithm="sm2",
        valid_from=now() - timedelta(days=1),
        valid_until=now() + timedelta(days=1),
        signed_text=SECRET_TEXT,
        certificate="",
        signature="",
    )
    Report.unscoped().filter(pk=report.pk).update(
        state="submitted",
        checked_by=city.engineer,
        signed_by=city.agency_manager,
        content_digest="sha256:08",
        submitted_at=now(),
    )
    ReportCorrection.objects.create(
        report=report,
        point=city.flue_gas_point,
        parameters=["SO2"],
        title=SECRET_TEXT,
        standard="HJ 75-2017",
        clause="x",
        provenance="assumed",
        opened_on=today(),
        due_on=today(),
    )
    city.keep(
        FindingException.objects.create(
            series=report.series,
            report_number=SECRET_TEXT,
            agency=city.agency,
            district=city.district,
            code="no_device",
            finding=SECRET_TEXT,
            state="asked",
        )
    )
