"""The library's limits: the day before, on and after; a byte less and more; what is left out."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.library.rules import (
    GAS,
    PATROL,
    actor_of,
    administrator,
    confirm,
    correct,
    publish,
    tomorrow,
)
from tests.library.test_rules_changes import fields
from tests.library.test_rules_shown import CITY, source_of
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput
from yunjian.library.domain.changes import Change, ValueChange, changes_between
from yunjian.library.domain.content import plain
from yunjian.library.domain.rule_changes import entries
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.selectors.rules import pack_shown, version_lines
from yunjian.library.services import rules
from yunjian.library.services.rules import LONGEST_UPLOAD, overlay_upload
from yunjian.standards.rules import Pack, pack, register_source, unregister_source
from yunjian.standards.rules.packs import TABLES, parsed

pytestmark = pytest.mark.reads_all_rows

LIBRARY = "/supervision/rules/"
UPLOAD = f"{LIBRARY}overlays/upload/"


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


def test_a_version_is_shown_from_its_first_day_on(world: World) -> None:
    confirm(world)
    publish(world, since=tomorrow(5))
    results = {days: pack_shown(GAS, None, tomorrow(days)).version for days in (4, 5, 6)}
    assert results == {4: 1, 5: 2, 6: 2}


def test_the_state_of_a_version_changes_on_its_first_day(world: World) -> None:
    confirm(world)
    publish(world, since=tomorrow(5))
    with acting_as(actor_of(world)):
        states = {
            days: [(line.pack.version, line.state) for line in version_lines(GAS, tomorrow(days))]
            for days in (4, 5, 6)
        }
    assert states == {
        4: [(2, "coming"), (1, "current")],
        5: [(2, "current"), (1, "ended")],
        6: [(2, "current"), (1, "ended")],
    }


@pytest.mark.parametrize(
    ("offset", "message"),
    [
        (-1, "不能早于今天"),
        (0, None),
        (3, None),
        (4, "必须早于废止日期"),
        (5, "必须早于废止日期"),
    ],
)
def test_a_version_begins_today_or_later_and_before_the_end_of_the_one_before(
    world: World, ending: Pack, offset: int, message: str | None
) -> None:
    confirm(world, row="p.a", code="ending")
    since = today() + timedelta(days=offset)
    if message is None:
        assert publish(world, code="ending", since=since).effective_from == since
        return
    with pytest.raises(InvalidInput, match=message) as refusal:
        publish(world, code="ending", since=since)
    assert [item.path for item in refusal.value.errors] == ["effective_from"]
    assert not PublishedPack.unscoped().exists()


@pytest.fixture
def ending(world: World) -> Iterator[Pack]:
    """A pack that ends in four days."""
    source = {
        "code": "ending",
        "version": 1,
        "standard": "P",
        "title": {"zh": "样", "en": "probe"},
        "kind": "wastewater",
        "effective": ["2020-01-01", tomorrow(4).isoformat()],
        "obligations": [
            {
                "id": "p.a",
                "clause": "1",
                "activity": {"zh": "甲", "en": "a"},
                "interval": {"value": 7, "unit": "day"},
                "provenance": "practice",
            }
        ],
    }
    result = (parsed(source),)

    def supply() -> tuple[Pack, ...]:
        return result

    register_source(supply)
    yield result[0]
    unregister_source(supply)


@pytest.mark.parametrize(("offset", "allowed"), [(2, False), (3, False), (4, True)])
def test_a_version_begins_after_the_first_day_of_the_one_before(
    world: World,
    offset: int,
    allowed: bool,  # noqa: FBT001 - a row of the table
) -> None:
    confirm(world)
    publish(world, since=tomorrow(3))
    confirm(world, row="hj75.cal-auto")
    if allowed:
        assert publish(world, since=tomorrow(offset)).version == 3
        return
    with pytest.raises(InvalidInput, match="必须晚于"):
        publish(world, since=tomorrow(offset))


@pytest.mark.parametrize(("offset", "since"), [(2, 5), (5, 5), (6, 6)])
def test_an_overlay_that_is_carried_over_begins_with_the_later_of_both(
    world: World, offset: int, since: int
) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        overlay_upload(actor=actor, text=CITY, filename="city.toml")
    publish(world, code="city-hj75", since=tomorrow(5))
    confirm(world)
    publish(world, since=tomorrow(offset))
    carried = PublishedPack.unscoped().get(code="city-hj75", version=2)
    assert carried.effective_from == tomorrow(since)


def test_every_version_of_an_overlay_that_still_holds_is_carried_over(world: World) -> None:
    actor = actor_of(world)
    for days, text in ((1, CITY), (5, CITY.replace("value = 3", "value = 2"))):
        with acting_as(actor):
            overlay_upload(actor=actor, text=text, filename="city.toml")
        publish(world, code="city-hj75", since=tomorrow(days))
    confirm(world)
    publish(world, since=tomorrow(3))
    carried = PublishedPack.unscoped().filter(overlays="hj75-2017@2").order_by("version")
    assert [(row.version, row.effective_from) for row in carried] == [
        (3, tomorrow(3)),
        (4, tomorrow(5)),
    ]


def test_a_version_that_never_holds_is_replaced(world: World) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        overlay_upload(actor=actor, text=CITY, filename="city.toml")
    publish(world, code="city-hj75", since=tomorrow(5))
    confirm(world)
    publish(world, since=tomorrow(2))
    with acting_as(actor):
        lines = version_lines("city-hj75", today())
    assert [(line.pack.version, line.state) for line in lines] == [(2, "coming"), (1, "replaced")]


# --- sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_the_longest_file_is_taken_and_a_byte_more_is_not(
    client: Client,
    more: int,
    refused: bool,  # noqa: FBT001 - a row of the table
) -> None:
    content = CITY.encode()
    content += b"#" * (LONGEST_UPLOAD + more - len(content))
    answer = client.post(UPLOAD, {"file": SimpleUploadedFile("a.toml", content), "text": ""})
    assert answer.status_code == (422 if refused else 302)
    assert ("文件太大" in answer.content.decode()) is refused


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_the_size_of_a_text_is_that_of_its_bytes(
    world: World,
    more: int,
    refused: bool,  # noqa: FBT001 - a row of the table
) -> None:
    free = LONGEST_UPLOAD - len(CITY.encode()) - 1
    text = f"{CITY}#{'规' * (free // 3)}{'#' * (free % 3 + more)}"
    assert len(text.encode()) == LONGEST_UPLOAD + more
    actor = actor_of(world)
    with acting_as(actor):
        if not refused:
            assert overlay_upload(actor=actor, text=text, filename="a.toml").code == "city-hj75"
            return
        with pytest.raises(InvalidInput, match="文件太大") as refusal:
            overlay_upload(actor=actor, text=text, filename="a.toml")
    assert [item.path for item in refusal.value.errors] == ["file"]


# --- forms --------------------------------------------------------------------------------------

ROWS = [
    ("hj75-2017", "hj75.verify-auto"),
    ("hj75-2017", "hj75.cal-pm-manual"),
    ("hj1286-2023", "accuracy.NMHC"),
    ("hj355-2019", "comparison.TP"),
    ("hj355-2019", "hj355.water-comparison"),
    ("hj355-2019", "manual-results.count"),
]


@pytest.mark.parametrize(("code", "row"), ROWS)
def test_a_form_gives_back_what_it_was_given(client: Client, code: str, row: str) -> None:
    address = f"{LIBRARY}{code}/rows/{row}/correct/"
    posted = {**fields(client.get(address).content.decode()), "remark": "没有改什么"}
    answer = client.post(address, posted)
    assert (answer.status_code, "没有改动" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("row", "change", "expected", "gone"),
    [
        ("fault.on-site", {"value": ""}, {"unconfirmed": True}, {"value"}),
        ("fault.on-site", {"value": "3.50"}, {"value": "3.50"}, set()),
        (
            "hj75.cal-auto",
            {"automatic": "no", "mode": "count", "times": "2", "period": "week"},
            {"automatic_calibration": False, "count": {"times": 2, "period": "week"}},
            {"interval"},
        ),
        ("hj75.cal-auto", {"automatic": ""}, {}, {"automatic_calibration"}),
        ("hj75.cal-auto", {"parameters": "SO2， NOx,"}, {"parameters": ["SO2", "NOx"]}, set()),
        ("hj75.patrol", {"mode": "unconfirmed"}, {"unconfirmed": True}, {"interval"}),
        (
            "drift.zero.pm",
            {"limit": "1.5", "pairs_min": "7"},
            {"limit": "1.5", "pairs_min": 7},
            set(),
        ),
        (
            "drift.zero.pm",
            {"out_of_control": "", "out_of_control_provenance": ""},
            {},
            {"out_of_control", "out_of_control_provenance"},
        ),
        (
            "substitution.invalid.720",
            {"longer_than": "36", "window": "100", "before": "last_calibration"},
            {"longer_than": "36", "window": 100, "before": "last_calibration"},
            set(),
        ),
    ],
)
def test_what_was_typed_is_what_the_draft_holds(
    client: Client, row: str, change: dict[str, Any], expected: dict[str, Any], gone: set[str]
) -> None:
    before = plain(source_of(row))
    address = f"{LIBRARY}{GAS}/rows/{row}/correct/"
    posted = {**fields(client.get(address).content.decode()), "remark": "更正", **change}

    answer = client.post(address, posted)

    assert answer.status_code == 302, answer.content.decode()[-3000:]
    content = RuleDraft.unscoped().get(code=GAS).content
    stored = next(item for table in TABLES for item in content[table] if item["id"] == row)
    numbers = {key: str(value) for key, value in before.items() if key == "capture_from"}
    remaining = {key: value for key, value in before.items() if key not in gone}
    assert stored == remaining | numbers | expected


@pytest.mark.parametrize(
    ("row", "tab"),
    [
        ("substitution.invalid.720", "validity"),
        ("capture-rate", "validity"),
        ("fault.on-site", "deadlines"),
        ("accuracy.SO2", "limits"),
        (PATROL, "obligations"),
    ],
)
def test_after_comparing_one_is_back_at_the_tab_of_the_row(
    client: Client, row: str, tab: str
) -> None:
    answer = client.post(f"{LIBRARY}{GAS}/rows/{row}/confirm/", {"page": "", "remark": ""})
    assert answer["Location"] == f"{LIBRARY}{GAS}/?tab={tab}"


# --- what differs, and how it is stored -----------------------------------------------------------


def test_what_was_added_removed_and_limited_in_time_is_named() -> None:
    source = pack("hj75-2017@1").source
    rows = source["deadlines"]
    old = parsed({**source, "deadlines": rows[:1]})
    timed = {**rows[0], "effective": ["2026-01-01", "2027-01-01"]}
    new = parsed({**source, "deadlines": [timed, rows[1]]})
    added = {"名称": "简单故障修复", "条款": "11.5", "数值来源": "回忆待核", "规定": "≤8 小时"}

    assert shown(changes_between(entries(old), entries(new))) == [
        ("changed", "fault.on-site", [("条目期限", "", "2026-01-01 ~ 2027-01-01")]),
        ("added", "fault.simple", [(label, "", text) for label, text in added.items()]),
    ]
    assert shown(changes_between(entries(new), entries(old))) == [
        ("changed", "fault.on-site", [("条目期限", "2026-01-01 ~ 2027-01-01", "")]),
        ("removed", "fault.simple", [(label, text, "") for label, text in added.items()]),
    ]


def test_every_value_of_a_limit_that_differs_is_named() -> None:
    source = pack("hj75-2017@1").source
    row = next(item for item in source["limits"] if item["id"] == "drift.zero.velocity")
    changed = {
        **row,
        "limit": 2,
        "out_of_control": 7,
        "out_of_control_provenance": "text",
        "pairs_min": 3,
    }
    old, new = (parsed({**source, "limits": [item]}) for item in (row, changed))

    (change,) = shown(changes_between(entries(old), entries(new)))

    assert change == (
        "changed",
        "drift.zero.velocity",
        [
            ("限值", "|误差| ≤3 %F.S. 或绝对误差 ≤0.9 m/s", "|误差| ≤2 %F.S. 或绝对误差 ≤0.9 m/s"),
            (
                "失控",
                "|误差| >8 %F.S. 且绝对误差 >1.8 m/s",
                "|误差| >7 %F.S. 且绝对误差 >1.8 m/s",
            ),
            ("失控数值来源", "回忆待核", "原文"),
            ("数据对数", "", "至少 3 对"),
        ],
    )


def shown(changes: list[Change]) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    return [
        (change.kind, change.key, [_texts(value) for value in change.values]) for change in changes
    ]


def _texts(value: ValueChange) -> tuple[str, str, str]:
    return value.label, value.before, value.after


def test_what_is_stored_as_json_loses_nothing() -> None:
    given = {
        "no": False,
        "zero": 0,
        "none": [],
        "fraction": Decimal("0.10"),
        "day": [date(2026, 1, 1)],
        "inner": ({"limit": Decimal(5)},),
    }
    assert plain(given) == {
        "no": False,
        "zero": 0,
        "none": [],
        "fraction": "0.10",
        "day": ["2026-01-01"],
        "inner": [{"limit": "5"}],
    }


def test_correcting_without_comparing_takes_back_who_compared(world: World) -> None:
    confirm(world)
    correct(world, PATROL, {**source_of(PATROL), "clause": "10.3"}, sure=False)
    stored = RuleDraft.unscoped().get(code=GAS).content["obligations"][0]
    assert (stored["clause"], stored.get("confirmed_by")) == ("10.3", None)


def test_a_row_that_is_taken_back_is_what_it_was(world: World) -> None:
    confirm(world, row="hj75.cal-auto")
    correct(world, PATROL, {**source_of(PATROL), "clause": "10.3"})
    actor = actor_of(world)
    with acting_as(actor):
        draft = rules.row_restore(actor=actor, code=GAS, row_id=PATROL)
    stored = next(item for item in draft.content["obligations"] if item["id"] == PATROL)
    assert stored == plain(source_of(PATROL))
    assert list(draft.marks) == ["hj75.cal-auto"]
