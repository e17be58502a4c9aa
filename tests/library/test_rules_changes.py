"""Comparing, correcting and publishing rules: what holds from when, and what is refused."""

import json
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from tests.library.rules import (
    GAS,
    PATROL,
    actor_of,
    administrator,
    confirm,
    correct,
    patrol,
    publish,
    tomorrow,
)
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.evidence.services import verify_log
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed
from yunjian.library.domain.changes import changes_between
from yunjian.library.domain.rule_changes import entries
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.services import rules
from yunjian.records.versions import StaleVersion
from yunjian.standards.rules import (
    PointDescription,
    limits_as_data,
    obligations_for,
    pack,
    pack_on,
)

pytestmark = pytest.mark.reads_all_rows

BASE = f"/supervision/rules/{GAS}/"
STACK = PointDescription("flue_gas", "full_extraction", parameters=("SO2", "NOx"))


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


def days(on_date: date) -> list[int]:
    return [item.interval.value for item in obligations_for(STACK, on_date) if item.id == PATROL]


def events(verb: str) -> list[dict[str, Any]]:
    rows = Event.unscoped().filter(verb=verb).order_by("id")
    return [json.loads(row.body)["payload"] for row in rows]


def test_a_published_correction_holds_from_its_day_and_not_before(world: World) -> None:
    correct(world, PATROL, patrol(5))
    assert days(tomorrow()) == [7]  # a draft changes nothing
    row = publish(world)
    assert row.name == "hj75-2017@2"
    assert days(today()) == [7]
    assert days(tomorrow()) == [5]
    assert pack_on(GAS, today()).version == 1
    assert pack_on(GAS, tomorrow()).version == 2


def test_the_version_before_stays_as_it_was(world: World) -> None:
    before = limits_as_data("hj75-2017@1", "drift.zero.gas")
    data = pack("hj75-2017@1").source
    row = next(dict(item) for item in data["limits"] if item["id"] == "drift.zero.gas")
    correct(world, "drift.zero.gas", {**row, "limit": "2.0"})
    publish(world)
    assert limits_as_data("hj75-2017@1", "drift.zero.gas") == before
    assert limits_as_data("hj75-2017@2", "drift.zero.gas")["limit"] == 2.0


def test_what_is_published_cannot_be_altered(world: World) -> None:
    confirm(world)
    row = publish(world)
    for change in (
        lambda: PublishedPack.unscoped().filter(pk=row.pk).update(note="anders"),
        lambda: RuleDraft.unscoped().delete() and PublishedPack.unscoped().delete(),
    ):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            change()


def test_confirming_a_row_names_who_compared_it_when_and_where(world: World) -> None:
    confirm(world, page="第 18 页", remark="2018 年 3 月第一次印刷")
    row = publish(world)
    result = next(item for item in pack(row.name).obligations if item.id == PATROL)
    assert (result.confirmed_by, result.confirmed_on) == ("赵规", today())
    assert row.marks[PATROL]["page"] == "第 18 页"
    changed = changes_between(entries(pack("hj75-2017@1")), entries(pack(row.name)))
    assert [(item.key, [value.label for value in item.values]) for item in changed] == [
        (PATROL, ["核对"])
    ]


def test_marks_are_carried_into_later_versions(world: World) -> None:
    confirm(world, page="第 18 页")
    publish(world)
    confirm(world, row="hj75.cal-auto", page="第 20 页")
    second = publish(world, since=tomorrow(2))
    assert second.name == "hj75-2017@3"
    assert second.marks[PATROL]["page"] == "第 18 页"
    assert pack(second.name).obligations[0].confirmed_by == "赵规"


def test_a_correction_without_comparing_has_to_be_compared_again(world: World) -> None:
    confirm(world)
    publish(world)
    correct(world, PATROL, patrol(5), sure=False)
    row = publish(world, since=tomorrow(2))
    assert pack(row.name).obligations[0].confirmed_by is None


def test_a_value_that_nobody_established_cannot_be_confirmed(world: World) -> None:
    with pytest.raises(InvalidState, match="还没有数值"):
        confirm(world, row="hj1286.calibration", code="hj1286-2023")
    assert not RuleDraft.unscoped().exists()


def test_a_correction_may_establish_a_value(world: World) -> None:
    point = PointDescription("flue_gas", "full_extraction", parameters=("NMHC",))
    data = {
        "clause": "9.1",
        "activity": {"zh": "零点量程校准", "en": "Calibration"},
        "interval": {"value": 7, "unit": "day"},
        "parameters": ["NMHC"],
        "provenance": "text",
    }
    correct(world, "hj1286.calibration", data, code="hj1286-2023")
    publish(world, code="hj1286-2023")
    names = {item.id for item in obligations_for(point, tomorrow())}
    assert "hj1286.calibration" in names
    assert "hj1286.calibration" not in {item.id for item in obligations_for(point, today())}


def test_nothing_changed_is_no_correction(world: World) -> None:
    data = dict(pack("hj75-2017@1").source["obligations"][0])
    with pytest.raises(InvalidState, match="没有改动"):
        correct(world, PATROL, data, sure=False)
    assert not RuleDraft.unscoped().exists()


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        ({"interval": {"value": 0, "unit": "day"}}, "interval", "必须大于 0"),
        ({"provenance": "hearsay"}, "provenance", "只能是"),
        ({"count": {"times": 1, "period": "week"}}, "", "间隔和次数只能填一种"),
        ({"colour": "blue"}, "colour", "没有这个字段"),
    ],
)
def test_the_loader_refuses_at_the_value(
    world: World, data: dict[str, Any], path: str, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message) as refusal:
        correct(world, PATROL, {**patrol(5), **data})
    assert [item.path for item in refusal.value.errors] == [path]
    assert not RuleDraft.unscoped().exists()


@pytest.mark.parametrize("offset", [-1, -400])
def test_a_version_does_not_begin_in_the_past(world: World, offset: int) -> None:
    confirm(world)
    with pytest.raises(InvalidInput, match="不能早于今天"):
        publish(world, since=today() + timedelta(days=offset))
    assert RuleDraft.unscoped().exists()


def test_a_version_begins_after_the_one_before(world: World) -> None:
    confirm(world)
    publish(world, since=tomorrow(5))
    confirm(world, row="hj75.cal-auto")
    with pytest.raises(InvalidInput, match="必须晚于"):
        publish(world, since=tomorrow(5))


def test_nobody_publishes_what_another_changed_since_it_was_shown(world: World) -> None:
    shown = confirm(world).revision
    confirm(world, row="hj75.cal-auto")
    actor = actor_of(world)
    with acting_as(actor), pytest.raises(StaleVersion, match="刚被修改过"):
        rules.draft_publish(
            actor=actor, code=GAS, effective_from=tomorrow(), note="x", revision=shown
        )


def test_a_row_of_the_draft_can_be_taken_back(world: World) -> None:
    correct(world, PATROL, patrol(5))
    actor = actor_of(world)
    with acting_as(actor):
        draft = rules.row_restore(actor=actor, code=GAS, row_id=PATROL)
        assert draft.marks == {}
        with pytest.raises(InvalidState):
            rules.row_restore(actor=actor, code=GAS, row_id=PATROL)
        with pytest.raises(InvalidInput, match="没有改动"):
            rules.draft_publish(
                actor=actor,
                code=GAS,
                effective_from=tomorrow(),
                note="x",
                revision=draft.revision,
            )


def test_a_draft_can_be_discarded(world: World) -> None:
    confirm(world)
    actor = actor_of(world)
    with acting_as(actor):
        rules.draft_discard(actor=actor, code=GAS)
        with pytest.raises(InvalidState):
            rules.draft_discard(actor=actor, code=GAS)
    assert not RuleDraft.unscoped().exists()
    assert events("rules.discarded") == [{"pack": "hj75-2017@1", "rows": [PATROL]}]


@pytest.mark.parametrize("who", ["reviewer", "agency_manager", "discharger_owner"])
def test_only_rule_administrators_of_the_city_change_rules(world: World, who: str) -> None:
    actor = world.actor(getattr(world, who))
    with acting_as(actor), pytest.raises(NotAllowed):
        rules.row_confirm(actor=actor, code=GAS, row_id=PATROL)


def test_every_change_is_an_event_of_the_authority(world: World) -> None:
    confirm(world, page="18")
    correct(world, PATROL, patrol(5))
    row = publish(world)
    assert events("rules.confirmed")[0]["row"] == PATROL
    corrected = events("rules.corrected")[0]
    assert corrected["before"] == ["10.2", "至多每 7 天"]
    assert corrected["after"] == ["10.2", "至多每 5 天"]
    published = events("rules.published")[0]
    assert (published["pack"], published["rows"]) == (row.name, [PATROL])
    chains = set(Event.unscoped().filter(verb__startswith="rules.").values_list("chain"))
    assert chains == {(world.authority.pk,)}
    with acting_as(system_actor("test")):
        assert not verify_log().broken


# pages


def fields(page: str) -> dict[str, str]:
    """Return what a browser would post of the form that corrects a row."""
    results: dict[str, str] = {}
    form = page[page.index('id="correct-form"') :]
    for tag in re.findall(r"<input[^>]+>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        box = 'type="checkbox"' in tag
        if name and (not box or "checked" in tag):
            results[name[1]] = unescape(value[1]) if value else "on" if box else ""
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]* selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        results[name] = unescape((chosen or first)[1])  # type: ignore[index]
    for name, text in re.findall(
        r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        results[name] = unescape(text.strip())
    return results


def test_the_way_from_comparing_to_publishing(client: Client) -> None:
    dialog = client.get(f"{BASE}rows/{PATROL}/confirm/").content.decode()
    assert "至多每 7 天" in dialog
    answer = client.post(f"{BASE}rows/{PATROL}/confirm/", {"page": "18", "remark": ""})
    assert answer.status_code == 302
    assert "草稿：已核对" in client.get(BASE).content.decode()
    preview = client.get(f"{BASE}draft/").content.decode()
    assert f"赵规 {today()}" in preview
    values = {"effective_from": tomorrow().isoformat(), "note": "与印刷本核对", "revision": 1}
    answer = client.post(f"{BASE}draft/publish/", values)
    assert answer["Location"] == f"{BASE}versions/"
    history = client.get(f"{BASE}versions/").content.decode()
    assert "与印刷本核对" in history
    assert "将施行" in history
    difference = client.get(f"{BASE}difference/").content.decode()
    assert f'data-testid="change-{PATROL}"' in difference
    library = client.get("/supervision/rules/").content.decode()
    assert f"第 2 版，{tomorrow()}" in library


def test_the_form_of_a_row_holds_its_values_and_gives_them_back_unchanged(client: Client) -> None:
    names = [
        *("hj75.cal-gas-extractive", "drift.zero.velocity", "accuracy.PM", "correlation.r"),
        *("fault.on-site", "capture-rate", "substitution.invalid.720"),
    ]
    for name in names:
        address = f"{BASE}rows/{name}/correct/"
        posted = {**fields(client.get(address).content.decode()), "remark": "没有改什么"}
        if name == "hj75.cal-gas-extractive":
            posted |= {"methods": ["full_extraction", "dilution"]}  # type: ignore[dict-item]
        answer = client.post(address, posted)
        assert "没有改动" in answer.content.decode(), (name, answer.content.decode()[-6000:])
        assert answer.status_code == 409


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bands-1-lower": "150"}, "mg/m³ 分段在 143 处有空档"),
        ({"bands-1-upper": "800"}, "重叠"),
        ({"bands-1-limit": "0"}, "必须大于 0"),
        ({"bands-1-limit": "abc"}, "输入一个数字"),
        ({"mode": "one", "limit": ""}, "请填写此项"),
    ],
)
def test_a_wrong_band_is_refused_at_its_row_and_what_was_typed_stays(
    client: Client, change: dict[str, str], message: str
) -> None:
    address = f"{BASE}rows/accuracy.SO2/correct/"
    posted = fields(client.get(address).content.decode())
    # the bands of umol/mol come first; those of mg/m3 are the ones changed here
    shift = next(
        int(key.split("-")[1])
        for key, value in posted.items()
        if key.endswith("-measured_in") and value == "mg/m3"
    )
    moved = {key.replace("bands-1-", f"bands-{shift + 1}-"): value for key, value in change.items()}
    answer = client.post(address, {**posted, **moved, "remark": "我写的说明"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert "我写的说明" in page
    stored = fields(page)
    for key, value in moved.items():
        assert stored[key] == value
    assert not RuleDraft.unscoped().exists()


def test_an_overlap_is_said_at_the_bands_that_overlap(client: Client) -> None:
    address = f"{BASE}rows/accuracy.O2/correct/"
    posted = fields(client.get(address).content.decode())
    posted |= {"remark": "x", "bands-1-upper": "6"}
    page = client.post(address, posted).content.decode()
    assert page.count('data-testid="band-error"') >= 1
    assert "% 分段在" in page


def test_bands_can_be_corrected_added_and_removed(client: Client, world: World) -> None:
    address = f"{BASE}rows/accuracy.PM/correct/"
    posted = fields(client.get(address).content.decode())
    last = int(posted["bands-TOTAL_FORMS"]) - 1
    lowest = next(
        key.removesuffix("-to")
        for key in posted
        if key.endswith("-lower") and not posted[key] and key.startswith("bands-")
    ).removesuffix("-lower")
    posted |= {
        f"{lowest}-lower_sign": "above",
        f"{lowest}-lower": "5",
        f"bands-{last}-measured_in": "mg/m3",
        f"bands-{last}-upper_sign": "to",
        f"bands-{last}-upper": "5",
        f"bands-{last}-statistic": "AE",
        f"bands-{last}-limit": "4",
        f"bands-{last}-unit": "mg/m3",
        "remark": "地方要求",
        "confirm": "on",
    }
    assert client.post(address, posted).status_code == 302
    row = publish(world)
    bands = limits_as_data(row.name, "accuracy.PM")["criteria"]["mg/m3"]
    assert bands[0] == {"to": 5.0, "statistic": "AE", "limit": 4.0, "unit": "mg/m3"}
    assert len(bands) == 7


def test_publishing_wrongly_keeps_what_was_typed(client: Client, world: World) -> None:
    confirm(world)
    values = {"effective_from": "2020-01-01", "note": "我的说明", "revision": 1}
    answer = client.post(f"{BASE}draft/publish/", values)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不能早于今天" in page
    assert "我的说明" in page
    assert 'value="2020-01-01"' in page


def test_publishing_needs_a_day_and_a_reason(client: Client, world: World) -> None:
    confirm(world)
    answer = client.post(f"{BASE}draft/publish/", {"revision": 1})
    assert answer.status_code == 422
    assert not PublishedPack.unscoped().exists()


def test_taking_back_and_discarding_by_page(client: Client, world: World) -> None:
    confirm(world)
    confirm(world, row="hj75.cal-auto")
    assert client.post(f"{BASE}rows/{PATROL}/restore/").status_code == 302
    assert client.post(f"{BASE}rows/{PATROL}/restore/").status_code == 409
    assert "1 条改动" in client.get(f"{BASE}draft/discard/").content.decode()
    assert client.post(f"{BASE}draft/discard/").status_code == 302
    assert client.post(f"{BASE}draft/discard/").status_code == 409
    assert "没有草稿" in client.get(f"{BASE}draft/").content.decode()


def test_confirming_by_dialog_goes_where_htmx_is_told(client: Client) -> None:
    answer = client.post(
        f"{BASE}rows/{PATROL}/confirm/", {"page": "", "remark": ""}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"{BASE}?tab=obligations"


@pytest.mark.parametrize("row", ["nothing", "accuracy.XX"])
def test_a_row_that_is_not_there_is_not_found(client: Client, row: str) -> None:
    for way in ("confirm", "correct"):
        assert client.get(f"{BASE}rows/{row}/{way}/").status_code == 404
