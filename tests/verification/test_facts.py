"""What a report is compared with, what is digested of it, and what is told of its history."""

from dataclasses import astuple
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.verification.conftest import Desk
from tests.verification.test_readings import save
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Equipment, Person
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import Instrument
from yunjian.kernel.clock import SHANGHAI, today
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import Visit
from yunjian.sources.models import MonitoringPoint
from yunjian.standards.reports import report_form
from yunjian.verification.models import Report, ReportInstrument, ReportOriginal, ReportTest
from yunjian.verification.selectors.content import content_of
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.selectors.facts import facts_of
from yunjian.verification.selectors.files import files_elsewhere, repeated_files
from yunjian.verification.selectors.forms import form_in_force, form_kept, form_named
from yunjian.verification.selectors.forms import tests_offered as offered_tests
from yunjian.verification.selectors.history import report_history
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.selectors.settled import (
    SettledReport,
    SettledTest,
    accepted_reports,
    accepted_reports_of,
)
from yunjian.verification.selectors.standing import instrument_label, period_text
from yunjian.verification.services import drafts, parts, reviews

pytestmark = pytest.mark.reads_all_rows


def moment(days: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(today() - timedelta(days=20 - days), time(hour, minute), SHANGHAI)


def facts(report: Report) -> Any:
    with acting_as(system_actor("test")):
        return facts_of(with_parts(report))


def stands(report: Report, state: str = "checked", **more: Any) -> Report:
    """Let somebody stand for a draft."""
    with acting_as(system_actor("test")):
        Report.unscoped().filter(pk=report.pk).update(state=state, **more)
    return report


def elsewhere(desk: Desk, number: str, point: MonitoringPoint, **changes: Any) -> Report:
    with acting_as(system_actor("test")):
        instrument = Instrument.objects.get(point=point)
    actor = desk.actor(desk.preparer)
    values = desk.values(number=number, instruments=[instrument], **changes)
    with acting_as(actor):
        return drafts.report_draft(actor=actor, point=point, values=values)


# --- what is digested


def test_all_that_a_report_says_is_digested_at_its_name(desk: Desk) -> None:
    # given
    report = desk.complete(
        issued_on=today(),
        issuer="出具检测公司",
        data_source="third_party",
        third_party="丙方检测公司",
        third_party_report="BF-3",
        laboratory="丁实验室",
        laboratory_cma="CMA-4",
        laboratory_report="SY-5",
        note="说明六",
    )

    # when
    with acting_as(system_actor("test")):
        held = with_parts(report)
        content = content_of(held)

    # then
    row = ReportTest.unscoped().get()
    [person], [device] = held.people.all(), held.devices.all()
    [gas] = held.materials.all()
    instrument = ReportInstrument.unscoped().get()
    assert content == {
        "kind": "verification",
        "number": report.number,
        "issuer": "出具检测公司",
        "issued_on": today().isoformat(),
        "form": "hj75-verification@1",
        "standard": "HJ 75-2017",
        "data_source": "third_party",
        "third_party": "丙方检测公司",
        "third_party_report": "BF-3",
        "laboratory": "丁实验室",
        "laboratory_cma": "CMA-4",
        "laboratory_report": "SY-5",
        "note": "说明六",
        "executed": [held.executed_from.isoformat(), held.executed_to.isoformat()],
        "agency": str(desk.world.agency.pk),
        "discharger": str(desk.world.discharger.pk),
        "point": str(desk.world.flue_gas_point.pk),
        "series": str(report.series),
        "edition": 1,
        "file": held.file.digest if held.file else "",
        "instruments": [
            {"instrument": str(instrument.instrument_id), "snapshot": instrument.snapshot}
        ],
        "people": [[str(desk.world.engineer_person.pk), str(person.certificate_id)]],
        "devices": [{"device": str(desk.world.equipment.pk), "snapshot": device.snapshot}],
        "materials": [
            [
                "SO2 标准气体",
                "GBW-1",
                "100",
                gas.unit,
                gas.uncertainty,
                gas.maker,
                gas.valid_until.isoformat(),
            ]
        ],
        "tests": [
            {
                "test": "gas",
                "parameter": "SO2",
                "instrument": str(instrument.instrument_id),
                "unit": row.unit,
                "basis": row.basis,
                "readings": row.readings,
                "values": row.values,
                "declared": row.declared,
                "declared_verdict": "pass",
                "results": row.results,
            }
        ],
        "originals": [[one.kind, one.attachment.digest] for one in held.originals.all()],
    }
    assert instrument.snapshot == {
        "name": "SO2 分析仪",
        "parameter": "SO2",
        "method": "",
        "maker": "试验仪器厂",
        "model": "YJ-100",
        "serial_number": "SN-SO2",
        "unit": "mg/m³",
        "components": instrument.snapshot["components"],
        "range_lower": "0",
        "range_upper": "200",
        "detection_limit": "",
        "more_ranges": instrument.snapshot["more_ranges"],
        "number": 1,
        "settings": {},
    }


# --- who and what was elsewhere


@pytest.mark.parametrize(
    ("begin", "end", "found"),
    [
        ((0, 8), (0, 10), False),
        ((0, 8), (0, 10, 1), True),
        ((0, 11), (0, 12), True),
        ((0, 13, 59), (0, 18), True),
        ((0, 14), (0, 18), False),
    ],
)
def test_nobody_and_no_device_is_at_two_points_at_once(
    desk: Desk, begin: tuple[int, ...], end: tuple[int, ...], *, found: bool
) -> None:
    # given: a report of the other point; a draft of it, and one of the same point
    report = desk.draft(executed_from=moment(0, 10), executed_to=moment(0, 14))
    said = {"executed_from": moment(*begin), "executed_to": moment(*end)}
    other = elsewhere(desk, "O-1", desk.world.wastewater_point, **said)
    elsewhere(desk, "O-2", desk.world.wastewater_point, **said)
    stands(desk.draft(number="O-3", **said))
    stands(other)

    # when
    overlaps = overlaps_of(report)

    # then
    assert overlaps == (
        [
            ("people", "李建国", "废水总排口在线监测站", "O-1"),
            ("devices", str(desk.world.equipment), "废水总排口在线监测站", "O-1"),
        ]
        if found
        else []
    )


def overlaps_of(report: Report) -> list[tuple[str, ...]]:
    return [astuple(one) for one in facts(report).overlaps]


@pytest.mark.parametrize(
    ("signed_in", "signed_out", "found"),
    [
        ((0, 8), (0, 10), False),
        ((0, 8), (0, 10, 1), True),
        ((0, 13, 59), (0, 18), True),
        ((0, 14), (0, 18), False),
        ((-1, 10), (0, 11), False),
        ((-1, 10, 1), (0, 11), True),
    ],
)
def test_nobody_is_signed_in_at_another_point_meanwhile(
    desk: Desk, signed_in: tuple[int, ...], signed_out: tuple[int, ...], *, found: bool
) -> None:
    report = desk.draft(executed_from=moment(0, 10), executed_to=moment(0, 14))
    stayed = {"signed_in_at": moment(*signed_in), "signed_out_at": moment(*signed_out)}
    for point in (desk.world.wastewater_point, desk.world.flue_gas_point):
        desk.visit(point, state="done", **stayed)
    told = ("people", "李建国", "废水总排口在线监测站", "现场签到")
    assert overlaps_of(report) == ([told] if found else [])


@pytest.mark.parametrize(
    ("signed_in", "found"),
    [((-1, 23, 59), None), ((0, 0), True), ((0, 23, 59), True), ((1, 0), None)],
)
def test_a_visit_of_the_first_day_shows_who_was_there(
    desk: Desk, signed_in: tuple[int, ...], *, found: bool | None
) -> None:
    report = desk.draft(executed_from=moment(0, 10), executed_to=moment(0, 14))
    desk.visit(desk.world.flue_gas_point, signed_in_at=moment(*signed_in))
    [person] = facts(report).people
    assert person.signed_in is found
    assert len(facts(report).sign_ins) == (1 if found else 0)
    if found:
        Visit.unscoped().update(engineer=desk.owner, participants=[])
        assert facts(report).people[0].signed_in is False
        Visit.unscoped().update(participants=["李建国"])
        assert facts(report).people[0].signed_in is True


def test_a_number_that_another_report_has_is_told_by_whose_it_is(desk: Desk) -> None:
    report = desk.draft(number="N-1")
    mine = desk.draft(number="N-1", issuer="别家检测有限公司")
    assert facts(report).number_elsewhere == []
    stands(mine)
    assert facts(report).number_elsewhere == ["N-1"]
    Report.unscoped().filter(pk=mine.pk).update(latest=False)
    assert facts(report).number_elsewhere == []
    Report.unscoped().filter(pk=mine.pk).update(state="accepted")
    assert facts(report).number_elsewhere == ["N-1"]
    Report.unscoped().filter(pk=mine.pk).update(state="withdrawn")
    assert facts(report).number_elsewhere == []


@pytest.mark.parametrize(
    ("changes", "named", "complete"),
    [
        ({"data_source": "own"}, True, True),
        ({"data_source": "third_party"}, False, True),
        ({"data_source": "third_party", "third_party": "丙"}, False, True),
        ({"data_source": "third_party", "third_party_report": "B"}, False, True),
        (
            {"data_source": "third_party", "third_party": "丙", "third_party_report": "B"},
            True,
            True,
        ),
        ({"laboratory": "丁"}, True, False),
        ({"laboratory": "丁", "laboratory_cma": "C"}, True, False),
        ({"laboratory": "丁", "laboratory_report": "S"}, True, False),
        ({"laboratory": "丁", "laboratory_cma": "C", "laboratory_report": "S"}, True, True),
        ({"laboratory_cma": "C"}, True, True),
    ],
)
def test_who_measured_is_named_in_full(
    desk: Desk, changes: dict[str, str], *, named: bool, complete: bool
) -> None:
    held = facts(desk.draft(**changes))
    assert (held.third_party_named, held.laboratory_complete) == (named, complete)
    assert held.third_party is (changes.get("data_source") == "third_party")


def test_devices_and_people_as_they_are_filed(desk: Desk) -> None:
    report = desk.draft()
    for state, expected in (("filed", (False, True)), ("withdrawn", (True, False))):
        Equipment.unscoped().update(state=state)
        [device] = facts(report).devices
        assert (device.retired, device.filed) == expected
        assert (device.label, device.calibrated) == (str(desk.world.equipment), True)
    Person.unscoped().filter(pk=desk.world.engineer_person.pk).update(left_on=today())
    [person] = facts(report).people
    assert (person.label, person.left_on, person.certified) == ("李建国", today(), True)


# --- files that stand for something else


def test_a_file_of_two_kinds_and_of_other_reports_is_told(desk: Desk) -> None:
    # given
    report = desk.draft(executed_from=moment(0, 10), executed_to=moment(0, 14))
    kinds = original_kinds(report)
    first, second = [(key, title) for key, title, required in kinds if required][:2]
    optional = next(key for key, _title, required in kinds if not required)
    actor = desk.actor(desk.preparer)
    mine, shared, loose = desk.file("image"), desk.file("image"), desk.file("image")
    with acting_as(system_actor("test")):  # the same file once more, uploaded under another name
        twin = Attachment.unscoped().get(pk=mine.pk)
        twin.pk, twin.filename, twin.storage_key = new_id(), "另名.png", "test/twin"
        twin.save(force_insert=True)
    with acting_as(actor):
        for kind, file in (
            (first[0], mine), (second[0], twin), (first[0], shared), (optional, loose),
        ):  # fmt: skip
            parts.original_add(actor=actor, report=report, kind=kind, attachment=file)
    held = {"executed_from": moment(0, 16), "executed_to": moment(0, 18)}
    later = {"executed_from": moment(1, 16), "executed_to": moment(1, 18)}
    others = {
        "same day": desk.draft(number="same day", **held),
        "later": desk.draft(number="later", **later),
        "draft": desk.draft(number="draft", **later),
        "taken back": desk.draft(number="taken back", **later),
    }
    for other in others.values():
        for file in (shared, loose):
            ReportOriginal.unscoped().create(
                report=other, kind="photos", attachment=file, position=0, added_by=desk.preparer
            )
    for number in ("same day", "later"):
        stands(others[number])
    stands(others["taken back"], "withdrawn")

    # when
    with acting_as(system_actor("test")):
        read = with_parts(report)
        twice, told = repeated_files(read), files_elsewhere(read)

    # then
    assert [astuple(one) for one in twice] == [("originals", mine.filename, [first[1], second[1]])]
    assert [astuple(one) for one in told] == [(f"originals.{first[0]}", shared.filename, ["later"])]


# --- forms


def test_the_form_is_the_one_whose_tests_are_about_the_parameters() -> None:
    day = date(2026, 3, 4)
    for parameters, code in ((["SO2", "NOx"], "hj75-verification"), (["NMHC"], "hj1286")):
        form = form_in_force("verification", "flue_gas", day, parameters)
        assert form is not None
        assert form.name.startswith(code)
    assert form_in_force("water_sample", "flue_gas", day, ["SO2"]) is None
    assert form_in_force("verification", "flue_gas", date(1990, 1, 1), ["SO2"]) is None
    held = "hj75-verification@1"
    assert form_kept(held, "verification", "flue_gas", day, ["SO2"]) == report_form(held)
    moved = form_kept(held, "acceptance", "flue_gas", day, ["SO2"])
    assert moved is not None
    assert moved.name == "hj75-acceptance@1"
    assert form_kept("", "verification", "flue_gas", day, ["SO2"]) == report_form(held)
    assert form_named("") is None
    assert form_named("nothing@1") is None
    assert form_named(held) == report_form(held)


def test_tests_are_offered_for_what_the_instruments_measure() -> None:
    form = report_form("hj75-verification@1")

    def offered(*slots: str) -> set[tuple[str, str]]:
        return {(spec.key, parameter) for spec, parameter in offered_tests(form, slots)}

    flue = {"velocity", "temperature", "humidity", "flow", "pressure"}
    every = {(spec.key, name) for spec in form.tests for name in spec.parameters or ("",)}
    assert offered() == offered("nothing") == every
    assert offered("SO2") == {one for one in every if one[1] in {"SO2", *flue}}
    assert ("gas", "NOx") not in offered("SO2", "PM")


# --- what is settled


def test_of_several_tests_the_gravest_outcome_counts() -> None:
    moments = {"executed_from": moment(0, 1), "executed_at": moment(0, 2)}
    order = ("fail", "unconfirmed", "not_judged", "", "pass")
    for number, grave in enumerate(order):
        for mild in order[number:]:
            for first, second in ((grave, mild), (mild, grave)):
                report = SettledReport(
                    report_id=uuid4(),
                    number="1",
                    kind="校验",
                    form="",
                    agency="",
                    tests=(
                        SettledTest("a", "SO2", ("x",), first),
                        SettledTest("b", "SO2", ("y", "x"), second),
                        SettledTest("a", "NOx", ("z",), "pass"),
                    ),
                    **moments,
                )
                assert report.outcomes == {"SO2": grave, "NOx": "pass"}
                assert report.obligations == {"x", "y", "z"}


def test_accepted_reports_of_a_point_the_latest_executed_first(desk: Desk) -> None:
    # given
    point = desk.world.flue_gas_point
    early = desk.draft(number="1", executed_from=moment(0, 8), executed_to=moment(0, 9))
    late = desk.draft(number="2", executed_from=moment(2, 8), executed_to=moment(2, 9))
    desk.read(early)
    stands(early, "accepted")
    stands(late, "accepted")
    stands(desk.draft(number="3", executed_from=moment(3, 8), executed_to=moment(3, 9)), "returned")
    said = {"executed_from": moment(1, 8), "executed_to": moment(1, 9)}
    stands(elsewhere(desk, "4", desk.world.wastewater_point, **said), "accepted")

    # when, then
    with acting_as(system_actor("test")):
        found = accepted_reports(point.pk)
        assert [one.number for one in found] == ["2", "1"]
        for at, numbers in ((moment(0, 9), ["2", "1"]), (moment(0, 9, 1), ["2"])):
            assert [one.number for one in accepted_reports(point.pk, since=at)] == numbers
        both = accepted_reports_of([point.pk, desk.world.wastewater_point.pk])
        assert accepted_reports(uuid4()) == []
    assert {key: [one.number for one in rows] for key, rows in both.items()} == {
        point.pk: ["2", "1"],
        desk.world.wastewater_point.pk: ["4"],
    }
    one = found[1]
    assert (one.report_id, one.kind, one.form, one.agency) == (
        early.pk,
        "校验",
        "hj75-verification@1",
        "清源试验环保技术有限公司",
    )
    assert (one.executed_from, one.executed_at) == (moment(0, 8), moment(0, 9))
    settles = tuple(report_form("hj75-verification@1").test("gas").settles)
    assert one.tests == (SettledTest("gas", "SO2", settles, "pass"),)


def test_an_instrument_is_called_by_what_is_known_of_it(desk: Desk) -> None:
    assert period_text(Instrument(period=None)) == "—"
    assert instrument_label(Instrument(slot="SO2"), None) == "SO2"
    with acting_as(system_actor("test")):
        instrument = Instrument.objects.get(point=desk.world.flue_gas_point)
        assert instrument_label(instrument, instrument.revisions.get()) == "SO2 YJ-100 SN-SO2"
        assert period_text(instrument) == f"{today() - timedelta(days=400)}～"


# --- history


def test_the_history_tells_each_party_its_own_part(desk: Desk) -> None:
    # given
    report = desk.submitted()
    other = desk.draft(number="O-1")
    reviewer, owner = desk.actor(desk.world.reviewer), desk.actor(desk.owner)
    with acting_as(reviewer):
        reviews.report_receive(actor=reviewer, report=report)
        reviews.report_return(
            actor=reviewer, report=report, reason="请改", remarks={"number": "编号有误"}
        )
    with acting_as(owner):
        drafts.report_withdraw(actor=owner, report=report, reason="数据有误")

    def told(account: Any) -> list[str]:
        with acting_as(desk.actor(account)):
            return [line.what for line in report_history(desk.fresh(report))]

    # then: the newest first; what came before the signature is the agency's alone
    handed_in = ["撤回报告", "退回报告", "受理报告", "签字并提交报告"]
    mine = told(desk.preparer)
    assert mine[:5] == [*handed_in, "校核报告"]
    assert set(mine[5:-1]) == {"修改报告"}
    assert mine[-1] == "填写报告"
    assert told(desk.world.reviewer) == handed_in
    assert told(desk.world.discharger_owner) == ["签字并提交报告"]
    with acting_as(desk.actor(desk.preparer)):
        lines = report_history(desk.fresh(report))
        assert [line.what for line in report_history(other)] == ["填写报告"]
    assert lines[0].details == ["第 1 版", f"报告编号：{report.number}", "原因：数据有误"]
    assert lines[1].details[2:] == ["原因：请改", "报告编号：编号有误"]
    assert f"内容摘要：{report.content_digest}" in lines[3].details
    assert [line.who.split("（")[0] for line in lines[:5]] == [
        "boss", "王审", "王审", "boss", "supervisor",
    ]  # fmt: skip


# --- tables that are pasted


def test_what_cannot_be_read_of_a_pasted_table_is_said_at_its_cell(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    typed = {
        "then": "read",
        "unit": "ppm",
        "basis": "依据甲",
        "declared_verdict": "fail",
        "values.emission_limit": "7",
        "readings.1.reference": "1",
        "readings.1.measured": "2",
    }
    answer = client.post(address, typed | {"pasted": "参比\tCEMS\n1O0\t102\n101\t1O3"})
    page = answer.content.decode()
    assert answer.status_code == 422
    wrong = answer.context["wrong"]
    assert set(wrong) == {"readings.2.reference", "readings.3.measured"}
    for name in wrong:
        assert f'id="id_{name}_error">{wrong[name]}</div>' in page
    assert 'id="unit" name="unit" value="ppm"' in page
    assert 'name="basis" value="依据甲"' in page
    assert '<option value="fail" selected>' in page
    assert 'id="id_values.emission_limit" value="7"' in page
    assert "已在原有 1 行之后读入 2 行，请核对后保存。" in page
    nothing = client.post(address, typed | {"pasted": " "})
    assert nothing.status_code == 422
    assert "请粘贴表格，或选择 Excel、CSV 文件" in nothing.content.decode()
    file = SimpleUploadedFile("数据.csv", "参比,CEMS\n5,6\n".encode())
    read = client.post(address, {"then": "read", "upload": file, "pasted": "参比\tCEMS\n7\t8"})
    assert "已读入 1 行，请核对后保存。" in read.content.decode()
    assert 'name="readings.1.reference" id="id_readings.1.reference" value="5"' in (
        read.content.decode()
    )
    assert not ReportTest.unscoped().exists()


def test_the_unit_of_a_new_test_is_the_one_that_its_instrument_is_filed_with(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    for parameter, unit in (("SO2", "mg/m³"), ("NOx", "")):
        answer = client.get(f"/agency/reports/{report.pk}/tests/gas/?parameter={parameter}")
        assert answer.context["held"]["unit"] == unit
        assert answer.context["held"]["readings"] == []
    save(desk, report, unit="ppm")
    answer = client.get(f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2")
    assert answer.context["held"]["unit"] == "ppm"
