"""Where a limit of a report lies: the last that is taken, the first that is refused."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.verification.conftest import Desk
from tests.verification.test_exceptions import as_, held_up
from tests.verification.test_readings import save
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate, CompetenceConfirmation, Equipment, Person
from yunjian.instruments.models import Instrument
from yunjian.kernel.clock import SHANGHAI, at, today
from yunjian.kernel.errors import DomainError, InvalidInput, InvalidState
from yunjian.sources.models import PointAccess
from yunjian.verification.documents import tables
from yunjian.verification.domain.findings import competence
from yunjian.verification.models import Report, ReportOriginal
from yunjian.verification.selectors.contents import original_kinds
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.selectors.standing import (
    confirmed_on,
    device_snapshot,
    is_served_on,
    stood,
    valid_on,
)
from yunjian.verification.services import (
    drafts,
    exceptions,
    parts,
    patterns,
    readings,
    reviews,
    signing,
)

pytestmark = pytest.mark.reads_all_rows

DAY = date(2026, 3, 4)
Refusal = list[tuple[str, str, str]]


def refused(act: Callable[[], object]) -> Refusal:
    """Return path, code and sentence of each refusal; nothing where it was taken."""
    try:
        act()
    except DomainError as error:
        return [(one.path, one.code, one.message) for one in error.errors] or [
            ("", error.code, error.message)
        ]
    return []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"number": "字" * 60}, []),
        ({"number": "字" * 61}, [("number", "too_long", "报告编号不能超过 60 字")]),
        ({"number": "—"}, [("number", "invalid", "报告编号没有可识别的字符")]),
        ({"issuer": "字" * 80}, []),
        ({"issuer": "字" * 81}, [("issuer", "too_long", "出具单位不能超过 80 字")]),
    ],
    ids=["number", "long number", "dashes", "issuer", "long issuer"],
)
def test_texts_of_the_cover(desk: Desk, changes: dict[str, str], expected: Refusal) -> None:
    assert refused(lambda: desk.draft(**changes)) == expected


def midday(days: int = 0, hour: int = 12) -> datetime:
    return datetime.combine(today() - timedelta(days=3 - days), time(hour), SHANGHAI)


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (0, [("issued_on", "order", "签发日期不能早于实施结束日期")]),
        (1, []),
        (2, []),
        (None, []),
    ],
)
def test_a_report_is_issued_on_its_last_day_or_later(
    desk: Desk, issued: int | None, expected: Refusal
) -> None:
    said = {
        "executed_from": midday(0),
        "executed_to": midday(1),
        "issued_on": None if issued is None else midday(issued).date(),
    }
    assert refused(lambda: desk.draft(**said)) == expected


def test_an_end_is_after_the_beginning_and_not_to_come(desk: Desk) -> None:
    moment = midday(1)
    order = [("executed_to", "order", "实施结束时间应晚于开始时间")]
    future = [("executed_to", "future", "实施结束时间不能晚于现在")]
    second = timedelta(seconds=1)
    with at(moment):
        for begin, end, expected in (
            (moment - second, moment, []),
            (moment - second, moment + second, future),
            (moment - second, moment - second, order),
            (moment - second, moment - 2 * second, order),
        ):
            number = f"N-{begin.timestamp()}-{end.timestamp()}"
            said = {"executed_from": begin, "executed_to": end, "number": number}
            assert refused(partial(desk.draft, **said)) == expected


def test_who_serves_a_point_does_on_each_day_of_the_contract(desk: Desk) -> None:
    agency, point = desk.world.agency.pk, desk.world.flue_gas_point
    begin, end = DAY, DAY + timedelta(days=3)
    with acting_as(system_actor("test")):
        PointAccess.unscoped().filter(organization_id=agency).update(period=DateRange(begin, end))
        PointAccess.objects.create(
            point=point,
            organization=desk.world.other_agency,
            period=DateRange(end, end + timedelta(days=9)),
            reason="另一家",
        )
        PointAccess.unscoped().filter(point=desk.world.wastewater_point).update(
            period=DateRange(end, end + timedelta(days=9))
        )
        served = [is_served_on(agency, point, begin + timedelta(days=n)) for n in range(-1, 5)]
    assert served == [False, True, True, True, False, False]


def test_an_instrument_stands_from_its_first_day_to_the_one_before_it_was_taken_out() -> None:
    instrument = Instrument(period=DateRange(DAY, DAY + timedelta(days=2)))
    assert [stood(instrument, DAY + timedelta(days=n)) for n in range(-1, 3)] == [
        False,
        True,
        True,
        False,
    ]
    assert not stood(Instrument(period=None), DAY)


@pytest.mark.parametrize("begins", [DAY, None])
def test_a_certificate_holds_on_its_first_and_on_its_last_day(
    desk: Desk, begins: date | None
) -> None:
    with acting_as(system_actor("test")):
        Certificate.unscoped().filter(person=desk.world.engineer_person).update(
            valid_from=begins, valid_until=DAY + timedelta(days=2)
        )
        person = (
            Person.unscoped().prefetch_related("certificates").get(pk=desk.world.engineer_person.pk)
        )
        found = [valid_on(person, DAY + timedelta(days=n)) for n in (-1, 0, 2, 3)]
    assert [one is not None for one in found] == [begins is None, True, True, False]


def test_of_several_certificates_the_one_of_the_day_is_named(desk: Desk) -> None:
    with acting_as(system_actor("test")):
        Certificate.unscoped().filter(equipment=desk.world.equipment).update(
            valid_from=DAY, valid_until=DAY + timedelta(days=2)
        )
        Certificate.objects.create(
            organization=desk.world.agency,
            category="证书",
            number="Z-2",
            issuer="协会",
            valid_from=DAY + timedelta(days=3),
            valid_until=DAY + timedelta(days=5),
            equipment=desk.world.equipment,
        )
        device = (
            Equipment.unscoped().prefetch_related("certificates").get(pk=desk.world.equipment.pk)
        )
        named = [valid_on(device, DAY + timedelta(days=n)) for n in (2, 3)]
        proof = named[1]
        assert [one.number if one else "" for one in named] == ["Z-equipment", "Z-2"]
        assert device_snapshot(device, proof) == {
            "name": "便携式烟气分析仪",
            "model": "",
            "asset_number": "SB-001",
            "serial_number": "E-1001",
            "certificate": "Z-2",
            "valid_until": (DAY + timedelta(days=5)).isoformat(),
        }
        assert device_snapshot(device, None)["certificate"] == ""
        assert device_snapshot(device, None)["valid_until"] == ""


def test_a_confirmation_holds_from_its_day_to_its_last(desk: Desk) -> None:
    assert competence().accepts_confirmation
    with acting_as(system_actor("test")):
        row = CompetenceConfirmation.objects.create(
            organization=desk.world.agency,
            person=desk.world.engineer_person,
            scope="比对",
            confirmed_by="周质量",
            basis="考核",
            confirmed_on=DAY,
            valid_until=DAY + timedelta(days=2),
            attachment=desk.file(),
        )
        person = (
            Person.unscoped()
            .prefetch_related("confirmations")
            .get(pk=desk.world.engineer_person.pk)
        )
        found = [confirmed_on(person, DAY + timedelta(days=n)) for n in (-1, 0, 2, 3)]
    assert found == [None, row, row, None]


# --- readings


def rows(number: int) -> list[dict[str, str]]:
    return [{"reference": str(n + 1), "measured": str(n + 2)} for n in range(number)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"readings": rows(500)}, []),
        ({"readings": rows(501)}, [("readings", "too_many", "数据最多 500 行")]),
        ({"unit": "m" * 17}, [("unit", "too_long", "单位不能超过 16 字")]),
        ({"basis": "字" * 80}, []),
        ({"basis": "字" * 81}, [("basis", "too_long", "评价依据不能超过 80 字")]),
        ({"declared": {"difference": "9" * 30}}, []),
        (
            {"declared": {"difference": "9" * 31}},
            [("declared.difference", "too_long", "申报值不能超过 30 字")],
        ),
        ({"parameter": "PM"}, [("parameter", "unknown", "该测试项目不适用于这个监测因子")]),
        ({"test": "nothing"}, [("test", "unknown", "该报告的格式没有这个测试项目")]),
    ],
    ids=[
        "500 rows", "501 rows", "unit", "basis", "long basis", "declared", "long declared",
        "parameter", "test",
    ],
)  # fmt: skip
def test_readings_of_a_test(desk: Desk, changes: dict[str, Any], expected: Refusal) -> None:
    report = desk.draft()
    assert refused(lambda: save(desk, report, **changes)) == expected


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        ("反吹", ""),
        ("反", "请写明剔除的原因，如自动反吹"),
        ("--", "请写明剔除的原因，如自动反吹"),
        ("吹" * 200, ""),
        ("吹" * 201, "剔除原因不能超过 200 字"),
    ],
    ids=["two letters", "one letter", "dashes", "200", "201"],
)
def test_why_a_row_is_left_out(desk: Desk, reason: str, refusal: str) -> None:
    report = desk.draft()
    given = [*rows(1), {"reference": "", "measured": ""}, rows(1)[0] | {"excluded": reason}]
    said = refused(lambda: save(desk, report, readings=given))
    assert [(path, text) for path, _code, text in said] == (
        [("readings.3.excluded", refusal)] if refusal else []
    )


def test_a_table_of_two_megabytes_is_read_and_a_larger_one_is_not() -> None:
    row = "1,2\n"
    content = (row * (tables.MOST_BYTES // len(row))).encode()
    assert len(content) == tables.MOST_BYTES
    assert len(tables.table_of(ContentFile(content, "数据.CSV"))) == tables.MOST_BYTES // len(row)
    for file, code, text in (
        (ContentFile(content + b"3", "数据.csv"), "too_large", "文件不能超过 2 MB"),
        (ContentFile(b"\xff\xff\xff", "数据.csv"), "unreadable", "无法识别 CSV 文件的编码"),
        (
            ContentFile(b'"' + b"1" * 200_000 + b'"', "数据.csv"),
            "unreadable",
            "CSV 文件中有过长或不完整的单元格",
        ),
    ):
        assert refused(partial(tables.table_of, file)) == [("upload", code, text)]
    text = "参比,测量\n\n1,2\n"
    for encoding in ("utf-8-sig", "utf-8", "gb18030"):
        read = tables.table_of(ContentFile(text.encode(encoding), "数据.csv"))
        assert read == [["参比", "测量"], ["1", "2"]]


# --- reasons and opinions


def checked(desk: Desk, note: str) -> Refusal:
    report, actor = desk.complete(), desk.actor(desk.supervisor)
    with acting_as(actor):
        return refused(lambda: signing.report_check(actor=actor, report=report, note_text=note))


def sent_back(desk: Desk, reason: str) -> Refusal:
    report, actor = desk.checked(), desk.actor(desk.owner)
    with acting_as(actor):
        return refused(lambda: signing.report_send_back(actor=actor, report=report, reason=reason))


def returned(desk: Desk, reason: str) -> Refusal:
    report, actor = desk.submitted(), desk.actor(desk.world.reviewer)
    with acting_as(actor):
        return refused(lambda: reviews.report_return(actor=actor, report=report, reason=reason))


def remarked(desk: Desk, remark: str) -> Refusal:
    report, actor = desk.submitted(), desk.actor(desk.world.reviewer)
    said = {"number": remark}
    with acting_as(actor):
        return refused(
            lambda: reviews.report_return(actor=actor, report=report, reason="x", remarks=said)
        )


def accepted(desk: Desk, note: str) -> Refusal:
    report, actor = desk.submitted(), desk.actor(desk.world.reviewer)
    with acting_as(actor):
        return refused(lambda: reviews.report_accept(actor=actor, report=report, note_text=note))


def withdrawn(desk: Desk, reason: str) -> Refusal:
    report, actor = desk.draft(), desk.actor(desk.owner)
    with acting_as(actor):
        return refused(lambda: drafts.report_withdraw(actor=actor, report=report, reason=reason))


def asked(desk: Desk, reason: str) -> Refusal:
    report, named = held_up(desk)
    ask = exceptions.exception_ask
    return refused(lambda: as_(desk, "preparer", ask, report=report, reason=reason, **named))


def numbered(desk: Desk, pattern: str) -> Refusal:
    actor = desk.actor(desk.supervisor)
    with acting_as(actor):
        return refused(lambda: patterns.pattern_set(actor=actor, pattern=pattern))


@pytest.mark.parametrize(
    ("act", "most", "path", "text"),
    [
        (checked, 400, "note_text", "意见不能超过 400 字"),
        (sent_back, 400, "reason", "意见不能超过 400 字"),
        (returned, 400, "reason", "退回原因不能超过 400 字"),
        (remarked, 200, "remarks.number", "意见不能超过 200 字"),
        (accepted, 400, "note_text", "审核意见不能超过 400 字"),
        (withdrawn, 200, "reason", "撤回原因不能超过 200 字"),
        (asked, 200, "reason", "理由不能超过 200 字"),
        (numbered, 60, "pattern", "编号规则不能超过 60 字"),
    ],
)
def test_a_reason_is_as_long_as_it_may_be(
    desk: Desk, act: Callable[[Desk, str], Refusal], most: int, path: str, text: str
) -> None:
    said = act(desk, "长" * (most + 1))
    assert [(where, sentence) for where, _code, sentence in said] == [(path, text)]


@pytest.mark.parametrize(
    ("act", "most"),
    [(sent_back, 400), (returned, 400), (remarked, 200), (withdrawn, 200), (asked, 200)],
)
def test_the_longest_reason_is_taken(
    desk: Desk, act: Callable[[Desk, str], Refusal], most: int
) -> None:
    assert act(desk, "长" * most) == []


@pytest.mark.parametrize(
    ("act", "text"),
    [(sent_back, "请填写退回原因"), (withdrawn, "请填写撤回原因"), (asked, "请填写理由")],
)
def test_a_reason_of_blanks_is_none(
    desk: Desk, act: Callable[[Desk, str], Refusal], text: str
) -> None:
    assert act(desk, "  ") == [("reason", "required", text)]


# --- original records


def test_two_hundred_originals_and_no_more(desk: Desk) -> None:
    # given
    report, actor = desk.draft(), desk.actor(desk.preparer)
    other = desk.draft(number="O-1")
    file = desk.file("image")
    with acting_as(actor):
        parts.original_add(actor=actor, report=other, kind="photos", attachment=file)
    made = [desk.file("image") for _n in range(198)]
    ReportOriginal.unscoped().bulk_create(
        ReportOriginal(
            report=report, kind="photos", attachment=one, position=n, added_by=desk.preparer
        )
        for n, one in enumerate(made)
    )

    # when, then
    def add(attachment: Any) -> Refusal:
        with acting_as(actor):
            return refused(
                lambda: parts.original_add(
                    actor=actor, report=report, kind="photos", attachment=attachment
                )
            )

    assert add(file) == []
    assert add(file) == [("file", "taken", "该文件已上传")]
    assert add(desk.file("image")) == []
    assert add(desk.file("image")) == [("file", "too_many", "原始记录最多 200 个文件")]


def test_originals_are_bound_by_kind_then_as_they_came(desk: Desk) -> None:
    report, actor = desk.draft(), desk.actor(desk.preparer)
    first, second = [key for key, _title, _required in original_kinds(report)][:2]
    names = {}
    with acting_as(actor):
        for kind, name in ((second, "1"), (first, "2"), (second, "3"), (first, "4")):
            file = desk.file("image", name=f"{name}.png")
            names[name] = parts.original_add(actor=actor, report=report, kind=kind, attachment=file)
        held = [one.attachment.filename for one in with_parts(report).originals.all()]
    assert held == ["2.png", "4.png", "1.png", "3.png"]


# --- states


@pytest.mark.parametrize(
    ("act", "text"),
    [
        ("send_back", "只有已校核、尚未签字的报告可以退回修改"),
        ("check", None),
        ("revise", "只有被退回或已接受的报告可以修订"),
        ("withdraw", None),
    ],
)
def test_a_step_in_a_state_that_does_not_allow_it(desk: Desk, act: str, text: str | None) -> None:
    report = desk.submitted() if act != "withdraw" else desk.draft()
    owner, preparer = desk.actor(desk.owner), desk.actor(desk.preparer)
    supervisor = desk.actor(desk.supervisor)
    steps: dict[str, Callable[[], object]] = {
        "send_back": lambda: signing.report_send_back(actor=owner, report=report, reason="x"),
        "check": lambda: signing.report_check(actor=supervisor, report=report),
        "revise": lambda: drafts.report_revise(actor=preparer, report=report),
        "withdraw": lambda: drafts.report_withdraw(actor=owner, report=report, reason="x"),
    }
    with acting_as({"send_back": owner, "check": supervisor, "revise": preparer}.get(act, owner)):
        if act == "withdraw":
            steps[act]()
            text = "报告已被接受或已撤回，不能撤回；需要更正时请修订"
        with pytest.raises(InvalidState, match=text or "只有草稿可以校核"):
            steps[act]()


def test_an_exception_is_asked_for_until_the_signature(desk: Desk) -> None:
    report = desk.submitted()
    ask = exceptions.exception_ask
    named = {"code": "x", "path": "", "finding": "x", "reason": "x"}
    with pytest.raises(InvalidState, match="只有草稿和待签字的报告可以申请例外"):
        as_(desk, "preparer", ask, report=report, **named)
    draft = desk.draft(number="N-1")
    with pytest.raises(InvalidInput, match="没有这项问题，或已不影响签字"):
        as_(desk, "preparer", ask, report=draft, **named)
    with pytest.raises(InvalidInput, match="没有这项问题，或已是例外"):
        as_(desk, "reviewer", exceptions.exception_grant, report=report, **named)


def test_a_test_of_another_report_is_not_taken_out(desk: Desk) -> None:
    report, other = desk.draft(), desk.draft(number="O-1")
    mine, theirs = save(desk, report), save(desk, other)
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        readings.readings_remove(actor=actor, report=report, test=theirs)
        readings.readings_remove(actor=actor, report=report, test=mine)
        readings.readings_remove(actor=actor, report=report, test=mine)
    assert [one.number for one in Report.unscoped().filter(tests__isnull=False)] == ["O-1"]
