"""One statement of a field: form, detail page, API, Excel and history follow from it."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.instruments.models import InstrumentRevision
from yunjian.records.fields import Field, specifications
from yunjian.records.versions import others
from yunjian.sources.fields import OUTLET, POINT, SOURCE
from yunjian.sources.forms import PointForm
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.services import outlet_update, point_update

pytestmark = pytest.mark.reads_all_rows

# a value of each field that nothing else in the city has
VALUES: dict[str, Any] = {
    "name": "测点甲",
    "mn_code": "31011500000999",
    "opened_on": date(2020, 1, 2),
    "networked_on": date(2020, 2, 3),
    "sampling_method": "dilution",
    "automatic_calibration": True,
    "parameters": ["SO2", "NOx"],
    "station_area": Decimal("23.5"),
    "station_temperature_control": True,
    "station_ups": False,
    "station_video": True,
    "location": "三号平台",
    "datum": "wgs84",
    "longitude": Decimal("121.612345"),
    "latitude": Decimal("31.212345"),
}
SHOWN = {
    "opened_on": "2020-01-02",
    "networked_on": "2020-02-03",
    "sampling_method": "稀释抽取",
    "automatic_calibration": "是",
    "parameters": "SO2、NOx",
    "station_area": "23.5",
    "station_temperature_control": "有",
    "station_ups": "无",
    "station_video": "有",
    "datum": "WGS84（GPS、天地图）",
    "longitude": "121.612345",
    "latitude": "31.212345",
}


@pytest.fixture
def point(world: World) -> MonitoringPoint:
    MonitoringPoint.unscoped().filter(pk=world.flue_gas_point.pk).update(**VALUES)
    return MonitoringPoint.unscoped().get(pk=world.flue_gas_point.pk)


def test_the_table_names_every_field_of_a_point() -> None:
    assert set(VALUES) == set(POINT.fields)


def test_the_form_asks_for_every_field_and_holds_its_value(point: MonitoringPoint) -> None:
    form = PointForm(row=point, kind="flue_gas")
    requested = {bound.name for _title, fields in form.sections() for bound, _width in fields}
    # the MN code of a networked point is fixed; reason and day are of the change
    assert requested == set(VALUES) - {"mn_code"} | {"reason", "effective_on"}
    for name in requested & set(VALUES):
        assert form[name].value() == VALUES[name], name
        assert form[name].label == (
            POINT.fields[name].title if name != "parameters" else "监测因子"
        )


def test_the_detail_page_shows_every_field_beside_its_label(
    world: World, point: MonitoringPoint
) -> None:
    page = world.client(world.discharger_owner).get(f"/source/points/{point.pk}/").content.decode()
    plain = " ".join(page.split())
    for path, field in POINT.fields.items():
        if field.on_detail:
            value = SHOWN.get(path, VALUES[path])
            assert f"{field.title}</dt>" in plain, path
            assert f'text-break">{value}</dd>' in plain.split(f"{field.title}</dt>")[1][:120], path


def test_the_api_answers_and_takes_every_field(world: World, point: MonitoringPoint) -> None:
    client = world.client(world.discharger_owner)
    answer = client.get(f"/api/v1/points/{point.pk}").json()
    assert set(POINT.fields) <= set(answer)
    assert answer["station_area"] == 23.5
    assert answer["networked_on"] == "2020-02-03"
    assert answer["location"] == "三号平台"
    body = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    taken = next(schema for name, schema in body.items() if name.startswith("PointChange"))
    assert set(POINT.fields) <= set(taken["properties"])


def test_the_excel_file_has_a_column_for_every_field(world: World, point: MonitoringPoint) -> None:
    client = world.client(world.discharger_owner)
    answer = client.get(f"/source/sources/{world.source.pk}/points/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    result = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    row = next(one for one in result if str(one["MN 号"]) == "31011500000999")
    assert row["排口编号"] == "DA001"
    for path, field in POINT.fields.items():
        assert str(row[field.title]) == str(SHOWN.get(path, VALUES[path])), path


def test_the_history_calls_every_changed_field_by_its_label(
    world: World, point: MonitoringPoint
) -> None:
    actor = world.actor(world.discharger_owner)
    with acting_as(actor):
        point_update(
            actor=actor,
            point=point,
            reason="核对",
            location="四号平台",
            station_area=Decimal(30),
            station_ups=True,
            sampling_method="full_extraction",
        )
        changed = {one.label: (one.before, one.after) for one in others(point, 1)}
    assert changed == {
        "安装位置": ("三号平台", "四号平台"),
        "站房面积": ("23.5", "30"),
        "不间断电源（UPS）": ("否", "是"),
        "采样方式": ("稀释抽取", "完全抽取"),
    }


def test_what_no_field_is_called_is_a_mistake_of_the_program(
    world: World, point: MonitoringPoint
) -> None:
    actor = world.actor(world.discharger_owner)
    with pytest.raises(TypeError, match="organization"):
        point_update(actor=actor, point=point, reason="x", organization=world.agency)
    with pytest.raises(TypeError, match="code"):
        outlet_update(actor=actor, outlet=world.flue_gas_outlet, reason="x", code="DA009")


def test_a_field_of_one_kind_is_not_asked_of_another() -> None:
    water = {name for _title, names in OUTLET.names("wastewater") for name in names}
    gas = {name for _title, names in OUTLET.names("flue_gas") for name in names}
    assert water - gas == {"channel"}
    assert gas - water == {"height", "inner_diameter"}


def test_every_specified_field_has_a_label_and_is_stated_once() -> None:
    for one in specifications():
        stated = [field.path for section in one.sections for field in section.fields]
        assert len(stated) == len(set(stated)), one.label
        assert all(str(field.label) for field in one.fields.values()), one.label
    assert len(SOURCE.fields) > 15


def test_a_value_in_a_column_of_json_is_read_and_shown_with_its_unit() -> None:
    revision = InstrumentRevision(settings={"slope": "1.50"}, unit="mg/L", range_upper=Decimal(500))
    slope = Field("settings.slope", "斜率", "number")
    assert slope.read(revision) == Decimal("1.50")
    assert slope.show(revision) == "1.5"
    assert Field("range_upper", "量程上限", "number", unit="*").show(revision) == "500 mg/L"
    assert Field("settings.intercept", "截距", "number", unit="m").show(revision) == ""
