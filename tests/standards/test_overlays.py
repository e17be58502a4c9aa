"""A city's own rules: every row of the standard stays, and none becomes looser."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yunjian.standards.rules import InvalidPack, Pack, PointDescription, obligations_for, pack
from yunjian.standards.rules.overlays import overlaid, read_pack, with_overlays
from yunjian.standards.rules.packs import parsed, shipped
from yunjian.standards.statistics.checks import drift_state
from yunjian.standards.statistics.judging import compared

FLUE, WATER, NMHC = "hj75-2017@1", "hj355-2019@1", "hj1286-2023@1"
HEAD: dict[str, Any] = {
    "code": "city",
    "version": 1,
    "overlays": FLUE,
    "effective": ["2026-01-01"],
    "authority": "试验市",
}
SAID = {"clause": "市 1", "provenance": "text"}


def row(row_id: str, **more: Any) -> dict[str, Any]:
    return {"id": row_id, **SAID, **more}


def over(base: str = FLUE, **tables: Any) -> Pack:
    return overlaid(HEAD | {"overlays": base} | tables, "city.toml", shipped())


def sentence(error: InvalidPack) -> str:
    """What the command line says after the row."""
    return str(error).removeprefix(f"{error.file}: {error.row}: ")


def refusal(base: str = FLUE, **tables: Any) -> tuple[str, str]:
    with pytest.raises(InvalidPack) as error:
        over(base, **tables)
    assert error.value.file == "city.toml"
    return error.value.row, sentence(error.value)


def base_row(base: str, table: str, row_id: str) -> dict[str, Any]:
    rows = pack(base).source[table]
    return deepcopy(next(item for item in rows if item["id"] == row_id))


def interval(value: int, unit: str) -> dict[str, Any]:
    return {"interval": {"value": value, "unit": unit}}


def times(count: int, period: str) -> dict[str, Any]:
    return {"count": {"times": count, "period": period}}


def test_an_obligation_may_name_another_clause_and_be_as_often_as_before() -> None:
    city = over(obligations=[row("hj75.patrol")])

    assert city.obligations[0].clause == "市 1"
    assert city.obligations[0].interval == pack(FLUE).obligations[0].interval


# --- what an overlay is -----------------------------------------------------------------------


def test_an_overlay_holds_every_row_of_its_base() -> None:
    city = over(obligations=[row("hj75.patrol", **interval(3, "day"))])
    base = pack(FLUE)
    assert [item.id for item in city.rows] == [item.id for item in base.rows]
    assert (city.name, city.overlays, city.authority) == ("city@1", FLUE, "试验市")
    assert (city.standard, city.title, city.kind) == (base.standard, base.title, base.kind)
    patrol = city.obligations[0]
    assert patrol.interval is not None
    assert (patrol.interval.value, patrol.clause, patrol.authority) == (3, "市 1", "试验市")
    # what the overlay does not say stays
    assert (patrol.activity.zh, patrol.sheets) == ("日常巡检", base.obligations[0].sheets)
    assert city.obligations[1:] == base.obligations[1:]
    assert city.limits == base.limits


def test_an_overlay_may_change_nothing_and_may_name_its_own_standard() -> None:
    assert over().rows == pack(FLUE).rows
    assert over(standard="DB 1", title={"zh": "市", "en": "City"}).standard == "DB 1"


def test_an_overlay_takes_the_place_of_its_base_among_the_packs() -> None:
    city = over()
    names = [item.name for item in with_overlays(shipped(), [city])]
    assert names == [NMHC, WATER, "city@1"]
    assert with_overlays(shipped(), []) == shipped()


def test_an_overlay_may_add_what_is_to_be_done() -> None:
    extra = {
        "id": "city.cover",
        **SAID,
        "activity": {"zh": "检查防雨罩", "en": "Check the cover"},
        **interval(1, "month"),
    }
    city = over(obligations=[extra])
    owed = obligations_for(PointDescription("flue_gas"), date(2026, 5, 1), [city])
    assert (owed[-1].id, owed[-1].standard, owed[-1].clause) == ("city.cover", "试验市", "市 1")


def test_a_text_is_read_as_pack_or_overlay() -> None:
    text = (
        'code = "city"\nversion = 1\noverlays = "hj75-2017@1"\neffective = ["2026-01-01"]\n'
        'authority = "试验市"\n[[limits]]\nid = "response.gas"\nclause = "1"\n'
        'provenance = "text"\nlimit = 120.5\n'
    )
    city = read_pack(text, "city.toml", shipped())
    assert city.limit("response.gas").limit == Decimal("120.5")
    plain = (
        'code = "p"\nversion = 1\nstandard = "P"\ntitle = { zh = "样", en = "p" }\n'
        'kind = "wastewater"\neffective = ["2026-01-01"]\n'
    )
    assert read_pack(plain, "p.toml", shipped()).overlays is None
    with pytest.raises(InvalidPack):
        read_pack("overlays = ", "p.toml", shipped())


def test_a_stricter_limit_judges() -> None:
    criteria = base_row(FLUE, "limits", "accuracy.PM")["criteria"]
    criteria["mg/m3"][-1]["limit"] = 3
    city = over(limits=[row("accuracy.PM", criteria=criteria)])
    result = compared(city, "PM", [5] * 5, [9] * 5)
    assert (result.passed, result.standard, result.clause) == (False, "试验市", "市 1")
    assert compared(pack(FLUE), "PM", [5] * 5, [9] * 5).passed is True


# --- the head ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        ({"overlays": "nothing@1"}, "overlays", "there is no pack nothing@1"),
        ({"surprise": 1}, "surprise", "unknown key"),
        ({"code": "hj75-2017"}, "code", "an overlay needs a code of its own"),
        ({"kind": "wastewater"}, "kind", "the base is for flue_gas"),
        ({"effective": ["2018-02-28"]}, "effective", "the base is in force from 2018-03-01 on"),
        (
            {"effective": ["2026-01-01", "2027-01-01"]},
            "effective",
            "an overlay ends with its base",
        ),
        ({"version": 0}, "version", "has to be greater than 0"),
        ({"limits": 7}, "limits", "has to be a list of tables"),
        ({"limits": [7]}, "limits", "has to be a list of tables"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(
    change: dict[str, Any], place: str, reason: str
) -> None:
    with pytest.raises(InvalidPack) as error:
        overlaid(HEAD | change, "city.toml", shipped())
    assert (error.value.row, sentence(error.value)) == (place, reason)


@pytest.mark.parametrize("key", ["code", "version", "effective", "authority"])
def test_a_head_that_lacks_something_is_refused(key: str) -> None:
    data = {name: value for name, value in HEAD.items() if name != key}
    with pytest.raises(InvalidPack) as error:
        overlaid(data, "city.toml", shipped())
    assert (error.value.row, sentence(error.value)) == (key, "missing")


def test_an_overlay_begins_and_ends_with_its_base_at_the_outermost() -> None:
    source = pack(FLUE).source
    base = parsed({**source, "effective": ["2018-03-01", "2030-01-01"]})
    dates = ["2018-03-01", "2030-01-01"]
    assert overlaid(HEAD | {"effective": dates}, "x", [base]).until == date(2030, 1, 1)
    assert overlaid(HEAD | {"effective": ["2018-03-01"]}, "x", [base]).until is None
    with pytest.raises(InvalidPack):
        overlaid(HEAD | {"effective": ["2018-03-01", "2029-01-01"]}, "x", [base])


# --- rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "given", "place", "reason"),
    [
        ("limits", row("nothing", limit=1), "nothing", "the base has no such row"),
        ("limits", {"limit": 1}, "None", "the base has no such row"),
        ("deadlines", row("nothing", value=1), "nothing", "the base has no such row"),
        ("limits", {"id": "response.gas", "limit": 1, "provenance": "text"}, "response.gas",
         "clause: missing"),
        ("limits", {"id": "response.gas", "limit": 1, "clause": "1"}, "response.gas",
         "provenance: missing"),
        ("limits", row("response.gas", unit="h", limit=1), "response.gas",
         "unit: cannot be changed"),
        ("limits", row("response.gas", bound="min"), "response.gas", "bound: cannot be changed"),
        ("limits", row("response.gas", title={"zh": "a", "en": "a"}), "response.gas",
         "title: cannot be changed"),
        ("deadlines", row("fault.on-site", limit=1), "fault.on-site", "limit: cannot be changed"),
        ("obligations", row("hj75.patrol", methods=[]), "hj75.patrol",
         "methods: cannot be changed"),
        ("substitutions", row("substitution.invalid.180", window=1), "substitution.invalid.180",
         "window: cannot be changed"),
        ("limits", row("response.gas", limit=0), "response.gas",
         "limit: has to be greater than 0"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_refused(
    table: str, given: dict[str, Any], place: str, reason: str
) -> None:
    assert refusal(FLUE, **{table: [given]}) == (place, reason)


def test_a_row_is_said_once() -> None:
    twice = [row("response.gas", limit=100)] * 2
    assert refusal(limits=twice) == ("response.gas", "the id occurs twice")


def test_a_confirmation_of_the_base_is_not_one_of_the_city() -> None:
    source = deepcopy(pack(FLUE).source)
    for item in source["deadlines"]:
        item |= {"confirmed_by": "甲", "confirmed_on": "2026-01-01"}
    base = parsed(source)
    given = row("fault.on-site", value=3)
    city = overlaid(HEAD | {"deadlines": [given]}, "x", [base])
    assert city.value("fault.on-site").confirmed_by is None
    assert city.value("fault.simple").confirmed_by == "甲"
    confirmed = given | {"confirmed_by": "乙", "confirmed_on": "2026-02-02"}
    city = overlaid(HEAD | {"deadlines": [confirmed]}, "x", [base])
    assert city.value("fault.on-site").confirmed_by == "乙"


# --- only stricter ----------------------------------------------------------------------------


def looser(reason: str, base: str = FLUE) -> str:
    return f"looser than {base}: {reason}"


@pytest.mark.parametrize(
    ("row_id", "given", "allowed"),
    [
        ("hj75.patrol", interval(7, "day"), True),
        ("hj75.patrol", interval(168, "hour"), True),
        ("hj75.patrol", interval(169, "hour"), False),
        ("hj75.patrol", interval(8, "day"), False),
        ("hj75.patrol", interval(1, "month"), False),
        ("hj75.patrol", times(1, "day"), True),  # two days at most
        ("hj75.patrol", times(1, "week"), False),  # Monday, then the Sunday of the next week
        ("hj75.cal-auto", interval(24, "hour"), True),
        ("hj75.cal-auto", interval(1, "day"), True),
        ("hj75.cal-auto", interval(25, "hour"), False),
        ("hj75.cal-full-system", interval(3, "month"), True),
        ("hj75.cal-full-system", interval(2, "month"), True),
        ("hj75.cal-full-system", interval(89, "day"), True),
        ("hj75.cal-full-system", interval(90, "day"), False),  # December to February have fewer
        ("hj75.cal-full-system", interval(4, "month"), False),
        ("hj75.cal-full-system", times(1, "month"), True),
        ("hj75.cal-full-system", times(9, "quarter"), False),
        ("hj75.verify-auto", interval(181, "day"), True),
        ("hj75.verify-auto", interval(182, "day"), False),
        ("hj75.verify-auto", times(1, "quarter"), False),  # 184 and 184 days
        ("hj75.cal-flow-manual", interval(28, "day"), True),
        ("hj75.cal-flow-manual", interval(1, "month"), False),
    ],
)
def test_an_interval_may_only_become_shorter(
    row_id: str,
    given: dict[str, Any],
    allowed: bool,  # noqa: FBT001 - a row of the table
) -> None:
    rows = [row(row_id, **given)]
    if allowed:
        assert over(obligations=rows).obligations
    else:
        assert refusal(obligations=rows) == (row_id, looser("interval"))


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        (times(1, "month"), True),
        (times(2, "month"), True),
        (times(1, "week"), False),  # a calendar month could be left out
        (times(3, "quarter"), False),
        (interval(1, "day"), False),
    ],
)
def test_so_many_times_a_period_may_only_become_more(
    given: dict[str, Any],
    allowed: bool,  # noqa: FBT001 - a row of the table
) -> None:
    rows = [row("hj355.water-comparison", **given)]
    if allowed:
        assert over(WATER, obligations=rows, effective=["2026-01-01"]).obligations
    else:
        assert refusal(WATER, obligations=rows) == (
            "hj355.water-comparison",
            looser("count", WATER),
        )


def test_fewer_times_a_period_are_looser() -> None:
    source = deepcopy(pack(WATER).source)
    for item in source["obligations"]:
        if item["id"] == "hj355.water-comparison":
            item["count"]["times"] = 3
    base = parsed(source)
    for count, allowed in ((3, True), (4, True), (2, False)):
        data = HEAD | {
            "overlays": WATER,
            "obligations": [row("hj355.water-comparison", **times(count, "month"))],
        }
        if allowed:
            assert overlaid(data, "x", [base])
        else:
            with pytest.raises(InvalidPack, match="looser than hj355-2019@1: count"):
                overlaid(data, "x", [base])


@pytest.mark.parametrize(
    ("row_id", "given", "reason"),
    [
        ("drift.zero.gas", {"limit": Decimal("2.5")}, None),
        ("drift.zero.gas", {"limit": Decimal("2.4")}, None),
        ("drift.zero.gas", {"limit": Decimal("2.6")}, "limit"),
        ("drift.zero.gas", {"out_of_control": Decimal("4.9")}, None),
        ("drift.zero.gas", {"out_of_control": Decimal("5.1")}, "out_of_control"),
        ("drift.zero.velocity", {"absolute_limit": Decimal("0.8")}, None),
        ("drift.zero.velocity", {"absolute_limit": 1}, "absolute_limit"),
        ("drift.zero.velocity", {"absolute_out_of_control": Decimal("1.7")}, None),
        ("drift.zero.velocity", {"absolute_out_of_control": 2}, "absolute_out_of_control"),
        ("accuracy.SO2", {"pairs_min": 12}, None),
        ("accuracy.SO2", {"pairs_min": 8}, "pairs_min"),
        ("response.gas", {"limit": 200}, None),
        ("response.gas", {"limit": 201}, "limit"),
        ("response.gas", {"pairs_min": 3}, None),
        ("response.gas", {"effective": ["2026-06-01"]},
         "the row of the base would be missing at other times"),
    ],
)  # fmt: skip
def test_a_limit_may_only_become_narrower(
    row_id: str, given: dict[str, Any], reason: str | None
) -> None:
    rows = [row(row_id, **given)]
    if reason is None:
        assert over(limits=rows).limit(row_id).authority == "试验市"
    else:
        assert refusal(limits=rows) == (row_id, looser(reason))


@pytest.mark.parametrize(
    ("steps", "allowed"),
    [
        ([(3, 2), (4, 3), (5, 4)], True),
        ([(3, 3), (4, 4), (5, 5)], True),
        ([(1, 1), (3, 2), (4, 3), (5, 4), (6, 6)], True),
        ([(3, 3), (5, 4)], True),  # four pairs still need three
        ([(3, 2), (5, 4)], False),
        ([(3, 2), (4, 3), (6, 5)], False),
        ([(4, 3), (5, 4)], False),
        ([], False),
    ],
)
def test_as_many_pairs_have_to_pass(
    steps: list[tuple[int, int]],
    allowed: bool,  # noqa: FBT001 - a row of the table
) -> None:
    counts = [{"from": start, "pass": needed} for start, needed in steps]
    rows = [row("comparison.TP", pass_counts=counts)]
    if allowed:
        assert over(WATER, limits=rows).limit("comparison.TP").pass_counts
    else:
        assert refusal(WATER, limits=rows) == ("comparison.TP", looser("pass_counts", WATER))


def changed(criteria: dict[str, Any], place: int, **values: Any) -> dict[str, Any]:
    result = deepcopy(criteria)
    unit = next(iter(result))
    result[unit][place] |= values
    return result


HUMID = base_row(FLUE, "limits", "accuracy.humidity")["criteria"]


@pytest.mark.parametrize(
    ("criteria", "reason"),
    [
        (HUMID, None),
        (changed(HUMID, 0, limit=20), None),
        (changed(HUMID, 0, limit=26), "criteria: %"),
        (changed(HUMID, 1, limit=2), "criteria: %"),
        (changed(HUMID, 1, limit=1), None),
        ({"%": HUMID["%"][::-1]}, None),
        # another statistic or unit of the limit cannot be compared
        (changed(HUMID, 0, statistic="RA", limit=20), "criteria: %"),
        (changed(HUMID, 0, unit="%F.S.", limit=20), "criteria: %"),
        # nor can other bands
        ({"%": [{"statistic": "RE", "limit": 1, "unit": "%"}]}, "criteria: the bands of % differ"),
        (
            {"%": [HUMID["%"][0] | {"above": 4}, HUMID["%"][1] | {"to": 4}]},
            "criteria: the bands of % differ",
        ),
        (HUMID | {"mg/m3": [{"statistic": "RE", "limit": 1, "unit": "%"}]},
         "criteria: the units differ"),
        # a value that was established cannot be forgotten
        ({"%": [HUMID["%"][0], {"to": 5, "unconfirmed": True}]}, "criteria: %"),
        (changed(HUMID, 0, emission_limit_below=50), "criteria: %"),
    ],
)  # fmt: skip
def test_criteria_may_only_become_narrower(criteria: dict[str, Any], reason: str | None) -> None:
    rows = [row("accuracy.humidity", criteria=criteria)]
    if reason is None:
        assert over(limits=rows)
    else:
        assert refusal(limits=rows) == ("accuracy.humidity", looser(reason))


def test_a_limit_that_is_to_be_reached_may_only_rise() -> None:
    criteria = base_row(FLUE, "limits", "correlation.r")["criteria"]
    higher = changed(criteria, 0, limit=Decimal("0.9"))
    assert over(limits=[row("correlation.r", criteria=higher)])
    lower = changed(criteria, 0, limit=Decimal("0.84"))
    assert refusal(limits=[row("correlation.r", criteria=lower)]) == (
        "correlation.r",
        looser("criteria: mg/m3"),
    )


def test_a_single_limit_that_is_to_be_reached_may_only_rise() -> None:
    source = deepcopy(pack(FLUE).source)
    for item in source["limits"]:
        if item["id"] == "response.gas":
            item["bound"] = "min"
    base = parsed(source)
    assert overlaid(HEAD | {"limits": [row("response.gas", limit=201)]}, "x", [base])
    with pytest.raises(InvalidPack, match="looser"):
        overlaid(HEAD | {"limits": [row("response.gas", limit=199)]}, "x", [base])


@pytest.mark.parametrize(
    ("base", "table", "row_id", "value", "allowed"),
    [
        (FLUE, "deadlines", "fault.on-site", 4, True),
        (FLUE, "deadlines", "fault.on-site", 3, True),
        (FLUE, "deadlines", "fault.on-site", 5, False),
        (FLUE, "validity", "capture-rate", 75, True),
        (FLUE, "validity", "capture-rate", 80, True),
        (FLUE, "validity", "capture-rate", 74, False),
        (WATER, "validity", "manual-results.count", 5, True),
        (WATER, "validity", "manual-results.count", 3, False),
    ],
)
def test_a_deadline_may_only_be_shorter_and_a_rate_only_higher(
    base: str, table: str, row_id: str, value: int, allowed: bool  # noqa: FBT001
) -> None:  # fmt: skip
    rows = {table: [row(row_id, value=value)]}
    if allowed:
        assert over(base, **rows).value(row_id).value == value
    else:
        assert refusal(base, **rows) == (row_id, looser("value", base))


# --- what nobody has established --------------------------------------------------------------


def test_a_city_may_establish_what_the_standard_leaves_open() -> None:
    city = over(
        NMHC,
        obligations=[row("hj1286.calibration", **interval(7, "day"))],
        limits=[
            row("drift.zero.NMHC", limit=Decimal("2.5"), unit="%F.S.", statistic="FS"),
        ],
        validity=[row("capture-rate", value=75)],
    )
    assert drift_state(city.limit("drift.zero.NMHC"), 2) == "within_limits"
    assert city.value("capture-rate").value == 75
    point = PointDescription("flue_gas", "full_extraction", parameters=("NMHC",))
    owed = obligations_for(point, date(2026, 5, 1), [city])
    assert "hj1286.calibration" in [item.id for item in owed]
    assert [item.id for item in city.obligations if item.unconfirmed] == ["hj1286.verification"]


def test_a_city_may_establish_a_band_that_the_standard_leaves_open() -> None:
    criteria = base_row(NMHC, "limits", "accuracy.NMHC")["criteria"]
    known = {"from": 50, "statistic": "RA", "limit": 15, "unit": "%"}
    city = over(
        NMHC, limits=[row("accuracy.NMHC", criteria={"mg/m3": [known, criteria["mg/m3"][1]]})]
    )
    assert compared(city, "NMHC", [60] * 9, [60] * 9).passed is True
    assert compared(pack(NMHC), "NMHC", [60] * 9, [60] * 9).passed is None


def test_a_city_may_judge_whatever_the_emission_limit() -> None:
    bands = deepcopy(base_row(NMHC, "limits", "accuracy.NMHC")["criteria"]["mg/m3"])
    same = over(NMHC, limits=[row("accuracy.NMHC", criteria={"mg/m3": bands})])
    assert compared(same, "NMHC", [20] * 9, [20] * 9).passed is None
    del bands[1]["emission_limit_below"]
    always = over(NMHC, limits=[row("accuracy.NMHC", criteria={"mg/m3": bands})])
    assert compared(always, "NMHC", [20] * 9, [20] * 9).passed is True
    bands[1]["emission_limit_below"] = 40
    assert refusal(NMHC, limits=[row("accuracy.NMHC", criteria={"mg/m3": bands})]) == (
        "accuracy.NMHC",
        looser("criteria: mg/m3", NMHC),
    )


def test_what_is_open_stays_open_when_no_value_is_given() -> None:
    city = over(
        NMHC,
        limits=[row("drift.zero.NMHC")],
        validity=[row("capture-rate")],
        obligations=[row("hj1286.calibration")],
    )
    assert city.limit("drift.zero.NMHC").unconfirmed
    assert city.value("capture-rate").unconfirmed
    assert drift_state(city.limit("drift.zero.NMHC"), 0) == "unconfirmed"


def test_an_established_value_cannot_be_forgotten() -> None:
    given = row("hj75.patrol", unconfirmed=True)
    assert refusal(obligations=[given]) == ("hj75.patrol", "unconfirmed: cannot be changed")


def test_a_substitution_may_name_another_clause() -> None:
    city = over(substitutions=[row("substitution.invalid.180")])
    assert city.substitutions[3].clause == "市 1"
    assert city.substitutions[3].window == 180
