"""The demo city: believable, whole, and the same from the same seed."""

import json
import stat
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from tests.support.personal import leaks
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import (
    AnnualYear,
    Document,
    DocumentVersion,
    Supervision,
    SupervisionStep,
    TrainingParticipant,
    TrainingPlan,
    TrainingSession,
)
from yunjian.demo import pictures
from yunjian.demo.accounts import accounts, current_code, welcome
from yunjian.demo.city import is_loaded, load
from yunjian.evidence.services import verify_log
from yunjian.identity.domain.uscc import check_character, is_uscc
from yunjian.identity.models import Account, Organization, WechatBinding
from yunjian.instruments.models import InstrumentRevision
from yunjian.kernel.clock import business_day, now, today
from yunjian.maintenance.models import Confirmation, RecordSheet, Task, Visit
from yunjian.messaging.models import Delivery
from yunjian.sources.models import MonitoringPoint
from yunjian.verification.models import FindingException, Report, ReportCorrection

pytestmark = [pytest.mark.slow, pytest.mark.reads_all_rows]

PASSWORD = "kind-river-4417"
SCALE = 0.1


@pytest.fixture
def small_city(
    db: None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Path:
    settings.WECHAT_APP_ID = "wxdemotest"
    monkeypatch.setenv("YUNJIAN_DEMO_PASSWORD", PASSWORD)
    load(seed=7, scale=SCALE, var_dir=tmp_path)
    return tmp_path


def test_a_small_city_is_whole(small_city: Path) -> None:
    assert is_loaded()
    kinds = Counter(Organization.unscoped().values_list("kind", flat=True))
    assert kinds == {"authority": 2, "operator": 1, "discharger": 4, "agency": 1}
    assert MonitoringPoint.unscoped().count() == 13
    _its_codes_are_valid()
    _its_past_is_in_order()
    _its_evidence_holds()
    assert leaks() == []
    _there_is_something_to_do()
    _its_accounts_sign_in(small_city)


def _its_codes_are_valid() -> None:
    for code in Organization.unscoped().values_list("uscc", flat=True):
        assert len(code) == 18
        assert is_uscc(code)


def _its_past_is_in_order() -> None:
    visits = list(Visit.unscoped().filter(submitted_at__isnull=False))
    assert visits
    oldest = min(business_day(visit.signed_in_at) for visit in visits)
    assert today() - oldest > timedelta(days=50)
    for visit in visits:
        assert visit.signed_out_at is not None
        assert visit.submitted_at is not None
        assert visit.signed_in_at < visit.signed_out_at <= visit.submitted_at
    for decision in Confirmation.unscoped().select_related("visit"):
        assert decision.visit.submitted_at is not None
        assert decision.visit.confirm_by is not None
        assert decision.decided_at > decision.visit.submitted_at
        assert decision.is_late == (decision.decided_at >= decision.visit.confirm_by)
    # nobody's phone rings for the past
    assert not Delivery.objects.exists()


def _its_evidence_holds() -> None:
    with acting_as(system_actor("test")):
        report = verify_log(files=True)
    assert report.broken == []
    assert report.events > 100


def _there_is_something_to_do() -> None:
    assert Task.unscoped().filter(due_on=today(), state="open").exists()
    assert Task.unscoped().filter(due_on__gt=today() + timedelta(days=50)).exists()
    states = set(InstrumentRevision.unscoped().values_list("state", flat=True))
    assert {"official", "submitted"} <= states


def _its_accounts_sign_in(folder: Path) -> None:
    password, known = accounts(folder)
    assert password == PASSWORD
    roles = ["排污单位", "运维机构", "质量监督", "运维人员", "管理部门", "规则管理"]
    roles += ["部门负责人", "系统管理", "安全管理", "审计管理"]
    assert [one.role for one in known] == roles
    assert WechatBinding.objects.count() == 2
    for one in known:
        client = Client()
        answer = client.post("/signin/", {"username": one.username, "password": password})
        assert answer.status_code == 302, one.username
        if answer.headers["location"] == "/signin/code/":
            answer = client.post("/signin/code/", {"token": current_code(one.username)})
        assert client.get("/account/").status_code == 200, one.username
    text = welcome(base="http://127.0.0.1:8000", var_dir=folder)
    assert all(one.username in text for one in known)
    path = folder / "demo-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["password"] == PASSWORD
    assert Account.objects.filter(password__contains=PASSWORD).count() == 0


def test_a_city_that_looks_back_has_two_years_good_late_failed_and_wrong(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUNJIAN_DEMO_PASSWORD", PASSWORD)
    load(seed=7, scale=SCALE, var_dir=tmp_path, years=True)

    first = AnnualYear.unscoped().order_by("year").first()
    assert first is not None
    assert (first.state, bool(first.missing), bool(first.reopen_reason)) == ("closed", True, True)
    plans = Counter(TrainingPlan.unscoped().values_list("year", "edition", "state"))
    year = first.year
    assert set(plans) == {
        (year, 1, "approved"), (year + 1, 1, "superseded"), (year + 1, 2, "approved"),
    }  # fmt: skip
    sessions = Counter(TrainingSession.unscoped().values_list("year", "state"))
    assert sessions[year, "cancelled"] == 1
    assert sessions[year, "done"] == 3
    assert sessions[year + 1, "held"] == 1
    assert Person.unscoped().filter(left_on__year=year).count() == 1
    assert TrainingParticipant.unscoped().filter(makeup_result="pass").exists()
    ends = Counter(SupervisionStep.unscoped().values_list("act", flat=True))
    assert ends["appeal"] == ends["answer"] == 2
    assert Supervision.unscoped().filter(state="rectifying").exists()
    documents = Counter(row.validity for row in DocumentVersion.unscoped())
    assert {"withdrawn", "expired", "superseded", "in_force"} <= set(documents)
    with acting_as(system_actor("test")):
        forgotten = MonitoringPoint.objects.exclude(
            pk__in=Document.objects.get(category="requirements").points.values("pk")
        )
        assert forgotten.count() == 1
    states = Counter(Report.unscoped().values_list("state", flat=True))
    assert {"accepted", "returned", "withdrawn", "superseded"} <= set(states)
    earlier = Report.unscoped().filter(executed_from__lt=now() - timedelta(days=120))
    assert len({(row.executed_from.year, row.executed_from.month) for row in earlier}) >= 6
    kinds = {"verification", "comparison", "system_calibration", "acceptance", "water_sample"}
    assert {row.kind for row in earlier} == kinds
    assert {row.state for row in earlier} == {"accepted", "superseded", "withdrawn", "returned"}
    assert FindingException.unscoped().filter(state="granted").exists()
    assert ReportCorrection.unscoped().filter(done_by_report__isnull=False).exists()
    assert ReportCorrection.unscoped().filter(done_by_report__isnull=True).exists()
    _its_evidence_holds()
    assert leaks() == []


def test_the_same_seed_makes_the_same_city_and_another_seed_another_one(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUNJIAN_DEMO_PASSWORD", PASSWORD)
    first, again, other = (_what_a_city_is(seed, tmp_path) for seed in (7, 7, 8))
    assert first == again
    assert first["organizations"] != other["organizations"]
    assert len(first["visits"]) > 5


def _what_a_city_is(seed: int, folder: Path) -> dict[str, list[Any]]:
    """Build a city, note what a person would see of it, and take it back."""
    with transaction.atomic():
        load(seed=seed, scale=SCALE / 2, var_dir=folder, today=today() - timedelta(days=1))
        seen: dict[str, list[Any]] = {
            "organizations": list(
                Organization.unscoped().order_by("uscc").values_list("uscc", "name", "kind")
            ),
            "points": list(
                MonitoringPoint.unscoped()
                .order_by("mn_code")
                .values_list("mn_code", "name", "longitude", "latitude")
            ),
            "instruments": list(
                InstrumentRevision.unscoped()
                .order_by("instrument__point__mn_code", "serial_number", "number")
                .values_list("maker", "model", "serial_number", "state", "installed_on")
            ),
            "visits": list(
                Visit.unscoped()
                .order_by("point__mn_code", "signed_in_at")
                .values_list("point__mn_code", "signed_in_at", "state", "verdict", "warnings")
            ),
            "sheets": list(
                RecordSheet.unscoped()
                .order_by("visit__point__mn_code", "visit__signed_in_at", "position")
                .values_list("definition", "verdict", "answers")
            ),
        }
        transaction.set_rollback(True)
    return seen


def test_without_the_file_the_welcome_says_so(tmp_path: Path) -> None:
    assert "is gone" in welcome(base="http://127.0.0.1:8000", var_dir=tmp_path)


def test_the_published_example_of_a_credit_code_has_its_check_character() -> None:
    # the example in GB 32100-2015
    assert check_character("91350100M000100Y4") == "3"


def test_pictures_differ_and_repeat() -> None:
    assert pictures.panel(1) == pictures.panel(1)
    assert len({pictures.panel(number) for number in range(1, pictures.PANELS + 1)}) == 24
    assert pictures.signature("王海燕") != pictures.signature("李国栋")
