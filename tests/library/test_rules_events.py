"""What the chain keeps of each change of rules: the verb, the object and the payload."""

import hashlib
import json
from typing import Any

import pytest

from tests.library.rules import GAS, PATROL, actor_of, confirm, correct, publish, tomorrow
from tests.library.test_rules_shown import CITY, source_of
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.services import rules

pytestmark = pytest.mark.reads_all_rows

FIVE_DAYS = {"interval": {"value": 5, "unit": "day"}}


def recorded() -> list[tuple[str, dict[str, Any]]]:
    """Return verb and payload of every event about rules, in order."""
    rows = Event.unscoped().filter(verb__startswith="rules.").order_by("id")
    return [(row.verb, json.loads(row.body)["payload"]) for row in rows]


def test_comparing_keeps_the_value_that_was_compared_and_where(world: World) -> None:
    confirm(world, page="第 18 页", remark="首次印刷")
    assert recorded() == [
        (
            "rules.confirmed",
            {
                "pack": "hj75-2017@1",
                "row": PATROL,
                "value": ["10.2", "至多每 7 天"],
                "page": "第 18 页",
                "remark": "首次印刷",
            },
        )
    ]


@pytest.mark.parametrize("sure", [True, False])
def test_correcting_keeps_before_and_after_and_whether_it_was_compared(
    world: World,
    sure: bool,  # noqa: FBT001 - a row of the table
) -> None:
    correct(world, PATROL, {**source_of(PATROL), **FIVE_DAYS}, sure=sure)
    assert recorded() == [
        (
            "rules.corrected",
            {
                "pack": "hj75-2017@1",
                "row": PATROL,
                "before": ["10.2", "至多每 7 天"],
                "after": ["10.2", "至多每 5 天"],
                "confirmed": sure,
                "page": "",
                "remark": "对照印刷本",
            },
        )
    ]


def test_taking_back_and_discarding_are_kept(world: World) -> None:
    confirm(world)
    confirm(world, row="hj75.cal-auto")
    actor = actor_of(world)
    with acting_as(actor):
        rules.row_restore(actor=actor, code=GAS, row_id=PATROL)
        rules.draft_discard(actor=actor, code=GAS)
    assert recorded()[2:] == [
        ("rules.restored", {"pack": "hj75-2017@1", "row": PATROL}),
        ("rules.discarded", {"pack": "hj75-2017@1", "rows": ["hj75.cal-auto"]}),
    ]


def test_uploading_keeps_what_was_uploaded_over_what(world: World) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        draft = rules.overlay_upload(actor=actor, text=CITY, filename="stricter.toml")
    assert recorded() == [
        (
            "rules.uploaded",
            {
                "code": "city-hj75",
                "overlays": "hj75-2017@1",
                "rows": [PATROL],
                "filename": "stricter.toml",
            },
        )
    ]
    mark = {"kind": "overlay", "by": "赵规", "on": today().isoformat(), "page": "", "remark": ""}
    assert draft.marks == {PATROL: mark}


def test_publishing_binds_the_whole_content_and_names_what_was_carried_over(world: World) -> None:
    actor = actor_of(world)
    with acting_as(actor):
        rules.overlay_upload(actor=actor, text=CITY, filename="city.toml")
    publish(world, code="city-hj75", since=tomorrow(5))
    correct(world, PATROL, {**source_of(PATROL), **FIVE_DAYS})
    publish(world, since=tomorrow(2))

    row = PublishedPack.unscoped().get(code=GAS)
    verb, payload = recorded()[-1]
    assert (verb, payload) == (
        "rules.published",
        {
            "pack": "hj75-2017@2",
            "based_on": "hj75-2017@1",
            "overlays": "",
            "effective_from": tomorrow(2).isoformat(),
            "note": "与印刷本核对",
            "rows": [PATROL],
            "carried": ["city-hj75@2"],
            "content": f"sha256:{sha256(row.content)}",
        },
    )
    assert (row.content["version"], row.content["effective"]) == (2, [tomorrow(2).isoformat()])
    carried = PublishedPack.unscoped().get(code="city-hj75", version=2)
    assert (carried.effective_from, carried.overlays) == (tomorrow(5), "hj75-2017@2")
    assert carried.note == "随 hj75-2017@2 沿用"


def sha256(content: Any) -> str:
    """The digest as anybody would compute it: keys sorted, no white space, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("key", "value"), [("clause", "10.3"), ("interval", {"value": 6, "unit": "day"})]
)
def test_another_value_is_another_digest(world: World, key: str, value: Any) -> None:
    data = {**source_of(PATROL), **FIVE_DAYS}
    correct(world, PATROL, data)
    content = RuleDraft.unscoped().get(code=GAS).content
    before = sha256(content)
    correct(world, PATROL, {**data, key: value})
    publish(world)
    payload = recorded()[-1][1]
    published = PublishedPack.unscoped().get(code=GAS).content
    assert payload["content"] == f"sha256:{sha256(published)}"
    assert sha256(published | {"version": 1, "effective": content["effective"]}) != before


def test_a_correction_stays_one_when_the_row_is_compared_afterwards(world: World) -> None:
    correct(world, PATROL, {**source_of(PATROL), **FIVE_DAYS}, sure=False)
    confirm(world, page="第 18 页")
    mark = RuleDraft.unscoped().get(code=GAS).marks[PATROL]
    assert (mark["kind"], mark["page"]) == ("corrected", "第 18 页")
