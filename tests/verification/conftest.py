"""A report of the small city, at each step of its way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.world import World, account_with
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account
from yunjian.instruments.models import Instrument
from yunjian.kernel.clock import now
from yunjian.maintenance.models import Visit
from yunjian.sources.models import MonitoringPoint
from yunjian.verification.models import Report
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services import drafts, parts, readings, reviews, signing


@dataclass
class Desk:
    """Who writes, checks, signs and reviews, and a report at each step."""

    world: World
    preparer: Account
    supervisor: Account
    owner: Account
    begins: datetime

    def actor(self, account: Account) -> Actor:
        return self.world.actor(account)

    def file(self, kind: str = "pdf", account: Account | None = None, name: str = "") -> Attachment:
        """Store a row of a file (its bytes are none of these tests' business)."""
        holder = account or self.preparer
        with acting_as(system_actor("test")):
            number = Attachment.unscoped().count()
            return Attachment.unscoped().create(
                organization_id=holder.organization_id,
                kind=kind,
                purpose="report",
                filename=name or f"报告-{number}.{kind}",
                content_type="application/pdf" if kind == "pdf" else "image/png",
                size=10,
                digest=f"sha256:{number:064d}",
                source_digest=f"sha256:{number:064d}",
                storage_key=f"test/{number}",
                uploaded_by=holder,
            )

    def visit(self, point: MonitoringPoint, **changes: Any) -> Visit:
        """Let the engineer have signed in at a point an hour after the report begins."""
        task = self.world.task(point)
        with acting_as(system_actor("test")):
            visit: Visit = Visit.objects.create(
                **{
                    "task": task,
                    "point": point,
                    "agency": self.world.agency,
                    "discharger": self.world.discharger,
                    "district": self.world.district,
                    "engineer": self.world.engineer,
                    "state": "in_progress",
                    "signed_in_at": self.begins + timedelta(hours=1),
                    "sign_in_longitude": Decimal("121.6"),
                    "sign_in_latitude": Decimal("31.2"),
                    "sign_in_accuracy": 12.0,
                    "sign_in_distance": 20.0,
                    "sign_in_digest": "sha256:04",
                }
                | changes
            )
            return visit

    def values(self, **changes: Any) -> dict[str, Any]:
        """Return what a report about the flue-gas point says."""
        with acting_as(system_actor("test")):
            instrument = Instrument.objects.get(point=self.world.flue_gas_point, slot="SO2")
        return {
            "kind": "verification",
            "number": "QY〔2026〕第 001 号",
            "issuer": "清源试验环保技术有限公司",
            "executed_from": self.begins,
            "executed_to": self.begins + timedelta(hours=4),
            "instruments": [instrument],
            "people": [self.world.engineer_person],
            "devices": [self.world.equipment],
        } | changes

    def draft(self, **changes: Any) -> Report:
        actor = self.actor(self.preparer)
        with acting_as(actor):
            return drafts.report_draft(
                actor=actor, point=self.world.flue_gas_point, values=self.values(**changes)
            )

    def complete(self, **changes: Any) -> Report:
        """Return a draft with all that a signature asks for."""
        report = self.draft(**changes)
        actor = self.actor(self.preparer)
        with acting_as(actor):
            drafts.report_file_set(actor=actor, report=report, attachment=self.file())
            for kind, _title, required in original_kinds(report):
                if required:
                    parts.original_add(
                        actor=actor, report=report, kind=kind, attachment=self.file()
                    )
            parts.material_add(actor=actor, report=report, **self.gas())
            if report.kind in {"verification", "acceptance"}:
                self.read(report)
        return self.fresh(report)

    def gas(self) -> dict[str, Any]:
        return {
            "name": "SO2 标准气体",
            "certificate_number": "GBW-1",
            "nominal": "100",
            "unit": "mg/m³",
            "valid_until": (now() + timedelta(days=90)).date(),
        }

    def read(self, report: Report, *, pairs: int = 9, first: int = 100, **changes: Any) -> None:
        """Type the readings of SO2: the analyser shows 2 more than the reference."""
        rows = [{"reference": str(first + n), "measured": str(first + n + 2)} for n in range(pairs)]
        values = {
            "emission_limit": "200", "check_nominal": "100", "check_before": "100",
            "check_after": "101",
        }  # fmt: skip
        actor = self.actor(self.preparer)
        with acting_as(actor):
            readings.readings_save(
                actor=actor,
                report=report,
                **(
                    {
                        "test": "gas",
                        "parameter": "SO2",
                        "readings": rows,
                        "values": values,
                        "declared_verdict": "pass",
                        "unit": "mg/m³",
                    }
                    | changes
                ),
            )

    def checked(self, **changes: Any) -> Report:
        return self.check(self.complete(**changes))

    def check(self, report: Report) -> Report:
        actor = self.actor(self.supervisor)
        with acting_as(actor):
            return signing.report_check(actor=actor, report=report)

    def sign(self, report: Report) -> Report:
        actor = self.actor(self.owner)
        with acting_as(actor):
            return signing.report_sign(
                actor=actor,
                report=report,
                signature=self.file("image"),
                shown_digest=digest_of(with_parts(report)),
            )

    def submitted(self, **changes: Any) -> Report:
        return self.sign(self.checked(**changes))

    def accepted(self, **changes: Any) -> Report:
        return self.accept(self.complete(**changes))

    def accept(self, report: Report) -> Report:
        """Check, sign and accept a complete draft."""
        signed = self.sign(self.check(report))
        actor = self.actor(self.world.reviewer)
        with acting_as(actor):
            return reviews.report_accept(actor=actor, report=signed, note_text="已核对")

    def fresh(self, report: Report) -> Report:
        with acting_as(system_actor("test")):
            return Report.unscoped().get(pk=report.pk)


@pytest.fixture
def desk(world: World) -> Desk:
    """The agency's people; the engineer and the device are certified."""
    return report_desk(world)


def report_desk(world: World) -> Desk:
    """Return the people of a city's agency, with certificates."""
    with acting_as(system_actor("test")):
        for holder in ({"person": world.engineer_person}, {"equipment": world.equipment}):
            Certificate.objects.create(
                organization=world.agency,
                category="证书",
                number=f"Z-{next(iter(holder))}",
                issuer="协会",
                valid_until=(now() + timedelta(days=300)).date(),
                **holder,
            )
    return Desk(
        world=world,
        preparer=world.engineer,
        supervisor=account_with(world.agency, "supervisor", "quality_supervisor"),
        owner=account_with(world.agency, "boss", "owner"),
        begins=now().replace(microsecond=0) - timedelta(days=3),
    )
