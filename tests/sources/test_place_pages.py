"""污染源基本信息 and 企业排口 as people use them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from python_calamine import CalamineWorkbook

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.identity.models import Organization
from yunjian.kernel.clock import today
from yunjian.kernel.coordinates import Datum, from_wgs84
from yunjian.kernel.ids import new_id
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource

pytestmark = pytest.mark.reads_all_rows

# session, account, actor; rows, count, districts of the query; notices, unread messages
LIST_QUERIES = 8
PANEL_QUERIES = (
    11  # as above without list and notices; source, point; two for its state, two for the table
)
HTMX = {"HX-Request": "true"}
GCJ02 = from_wgs84(Decimal("121.6"), Decimal("31.2"), Datum.GCJ02)


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.discharger_owner)


@pytest.fixture
def authority(world: World) -> Client:
    return world.client(world.reviewer)


@pytest.fixture
def as_system() -> Iterator[None]:
    with acting_as(system_actor("test")):
        yield


def source_values(world: World, **changes: str) -> dict[str, str]:
    return {
        "name": "浦江试验纸业（新厂区）",
        "address": "试验路 9 号",
        "street": "张江镇",
        "industry_code": "2221",
        "industry_name": "机制纸及纸板制造",
        "management_level": "key",
        "reason": "按排污许可证更正",
        "effective_on": today().isoformat(),
        "version": "1",
    } | changes


def new_source_values(world: World, **changes: str) -> dict[str, str]:
    values = source_values(world) | {
        "district": world.district.pk,
        "datum": "gcj02",
        "longitude": str(GCJ02[0]),
        "latitude": str(GCJ02[1]),
    }
    return values | changes


def point_values(**changes: Any) -> dict[str, Any]:
    return {
        "name": "2# 锅炉 CEMS",
        "mn_code": "3101150000010A",
        "parameters": ["SO2", "NOx", "PM"],
        "sampling_method": "dilution",
        "datum": "wgs84",
        "longitude": "",
        "latitude": "",
    } | changes


def source_path(world: World, page: str = "") -> str:
    return f"/source/sources/{world.source.pk}/{page}"


def reread(world: World) -> PollutionSource:
    return PollutionSource.unscoped().get(pk=world.source.pk)


def test_the_portal_begins_with_the_own_sources_and_their_five_actions(
    world: World, client: Client
) -> None:
    response = client.get("/source/", follow=True)
    assert response.redirect_chain[-1][0] == "/source/sources/"
    page = response.content.decode()
    assert world.source.code in page
    row = page[page.index(world.source.code) :]
    row = row[: row.index("</tr>")]
    assert re.findall(r'title="(\w+)" aria-label', row) == [
        "查看",
        "编辑",
        "定位",
        "企业排口",
        "历史",
    ]
    assert f'href="{source_path(world, "outlets/")}"' in row


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ("name=纸业", True),
        ("name=试验路", True),
        ("name=石化", False),
        ("code=310115000001", True),
        ("code=91310115MA1TEST001", True),
        ("code=999", False),
        ("district=310115", True),
        ("district=310112", False),
        ("industry=222", True),
        ("industry=造纸", True),
        ("industry=272", False),
        ("industry=医药", False),
        ("management_level=key", True),
        ("management_level=registered", False),
        ("medical=no", True),
        ("medical=yes", False),
        ("state=active", True),
        ("state=closed", False),
        ("district=999999", True),  # not a district: asks for nothing
    ],
)
def test_the_query_row_narrows_the_list(
    world: World,
    client: Client,
    query: str,
    result: bool,  # noqa: FBT001
) -> None:
    page = client.get(f"/source/sources/?{query}").content.decode()
    assert (world.source.code in page) is result


def test_the_list_is_exported_with_what_the_query_finds(world: World, client: Client) -> None:
    def rows(query: str) -> list[list[Any]]:
        response = client.get(f"/source/sources/?format=xlsx&{query}")
        content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()

    head, only = rows("name=纸业")
    named = dict(zip(head, only, strict=True))
    assert named["污染源编码"] == "310115000001"
    assert named["统一社会信用代码"] == world.discharger.uscc
    assert (named["排口"], named["状态"]) == (2, "在用")
    assert len(rows("name=石化")) == 1


@pytest.mark.parametrize("page", ["", "edit/", "location/", "history/", "outlets/", "closing/"])
def test_each_page_of_a_source_opens_for_its_owner_and_its_authority(
    world: World, client: Client, authority: Client, page: str
) -> None:
    assert client.get(source_path(world, page)).status_code == 200
    assert authority.get(source_path(world, page)).status_code == 200
    assert client.get(source_path(world, page), headers=HTMX).status_code == 200


def test_the_authority_finds_the_list_in_its_own_portal(world: World, authority: Client) -> None:
    page = authority.get("/supervision/sources/").content.decode()
    assert world.source.code in page
    assert "运维监管平台" in page
    outlets = authority.get(source_path(world, "outlets/")).content.decode()
    assert 'class="yj-menu-item active" href="/supervision/sources/"' in outlets
    assert 'data-testid="filing-new"' not in outlets


def test_other_parties_see_nothing_of_it(world: World) -> None:
    neighbour = world.client(world.other_discharger_owner)
    outlet, point = world.flue_gas_outlet.pk, world.flue_gas_point.pk
    with acting_as(system_actor("test")):
        limit = EmissionLimit.objects.create(
            outlet=world.flue_gas_outlet,
            parameter="SO2",
            upper=50,
            unit="mg/m³",
            standard="GB 13271-2014",
            period=(today(), None),
        )
    for path in (
        f"/source/outlets/{outlet}/",
        f"/source/outlets/{outlet}/edit/",
        f"/source/outlets/{outlet}/points/",
        f"/source/outlets/{outlet}/points/new/",
        f"/source/outlets/{outlet}/limits/new/",
        f"/source/limits/{limit.pk}/ending/",
        f"/source/points/{point}/",
        f"/source/points/{point}/edit/",
        f"/source/points/{point}/closing/",
        source_path(world, "closing/"),
        source_path(world, "tree/"),
        source_path(world, "outlets/new/flue_gas/"),
    ):
        assert neighbour.get(path).status_code == 404, path
        assert world.client(world.agency_manager).get(path).status_code == 403, path


def test_a_change_that_is_refused_keeps_what_was_typed(world: World, client: Client) -> None:
    path = source_path(world, "edit/")
    wrong = source_values(world, contact_phone="110", industry_code="9999", permit_number="12")
    response = client.post(path, wrong)
    page = response.content.decode()
    assert response.status_code == 422
    assert "浦江试验纸业（新厂区）" in page
    assert "电话应为 11 位手机号" in page
    assert "GB/T 4754-2017" in page
    assert "许可证编号应为 22 位" in page

    assert client.post(path, source_values(world, reason=" ")).status_code == 422
    assert client.post(path, source_values(world)).status_code == 302
    assert reread(world).name == "浦江试验纸业（新厂区）"
    history = client.get(source_path(world, "history/")).content.decode()
    assert "<del>浦江试验纸业有限公司</del>" in history
    assert "<ins>浦江试验纸业（新厂区）</ins>" in history
    assert "按排污许可证更正" in history


def test_the_second_of_two_editors_sees_what_changed_and_loses_nothing(
    world: World, client: Client, authority: Client
) -> None:
    path = source_path(world, "edit/")
    first = source_values(world, name="先保存的名称", district=world.district.pk)
    assert authority.post(path, first).status_code == 302

    second = source_values(world, name="后保存的名称", address="后填的地址")
    refused = client.post(path, second)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "其他人已修改过" in page
    assert "<del>浦江试验纸业有限公司</del> → <ins>先保存的名称</ins>" in page
    assert 'value="后保存的名称"' in page
    assert 'value="后填的地址"' in page
    assert reread(world).name == "先保存的名称"

    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert client.post(path, second | {"version": version[1]}).status_code == 302
    assert reread(world).name == "后保存的名称"


def test_a_place_is_corrected_and_its_datum_kept(world: World, client: Client) -> None:
    path = source_path(world, "location/")
    values = {
        "datum": "wgs84",
        "latitude": "31.2",
        "reason": "核对",
        "effective_on": today().isoformat(),
        "version": "1",
    }
    refused = client.post(path, values | {"longitude": "12.1"})
    assert refused.status_code == 422
    assert "经度不在本市范围内" in refused.content.decode()
    moved = values | {"longitude": "121.7", "datum": "gcj02"}
    assert client.post(path, moved).status_code == 302
    source = reread(world)
    assert (str(source.typed_longitude), source.datum) == ("121.700000", "gcj02")
    assert abs(float(source.longitude) - 121.6955) < 0.001
    assert "修改位置" in client.get(source_path(world, "history/")).content.decode()
    assert 'value="121.700000"' in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("longitude=121.6&latitude=31.2&datum=wgs84", {"known": True, "inside": True}),
        ("longitude=121.6&latitude=41.2&datum=wgs84", {"known": True, "inside": False}),
        ("longitude=x&latitude=31.2&datum=wgs84", {"known": False}),
        ("longitude=121.6&latitude=31.2&datum=mars", {"known": False}),
    ],
)
def test_the_map_asks_where_a_typed_position_lies(
    client: Client, query: str, answer: dict[str, bool]
) -> None:
    stated = client.get(f"/source/position/?{query}").json()
    assert {name: stated.get(name) for name in answer} == answer


def test_the_owner_enters_a_source_and_it_gets_the_next_code(world: World, client: Client) -> None:
    page = client.get("/source/sources/new/", headers=HTMX).content.decode()
    assert 'name="owner"' not in page
    values = new_source_values(world)
    assert client.post("/source/sources/new/", values).status_code == 302
    entered = PollutionSource.unscoped().get(code="310115000002")
    assert entered.organization_id == world.discharger.pk
    assert (entered.datum, str(entered.typed_longitude)) == ("gcj02", str(GCJ02[0]))
    assert abs(float(entered.longitude) - 121.6) < 0.0001


def test_the_authority_enters_a_source_for_a_discharger_it_names(
    world: World, authority: Client
) -> None:
    requested = authority.get("/source/dischargers/", {"owner": "试验纸业"}).content.decode()
    assert world.discharger.uscc in requested
    values = new_source_values(world)
    path = "/source/sources/new/"
    refused = authority.post(path, values | {"owner": "没有这家单位"})
    assert refused.status_code == 422
    assert "没有找到这家排污单位" in refused.content.decode()
    assert authority.post(path, values | {"owner": world.discharger.uscc}).status_code == 302
    assert PollutionSource.unscoped().filter(organization=world.discharger).count() == 2


def test_proposals_follow_what_is_typed(world: World, client: Client) -> None:
    result = client.get("/source/industries/", {"industry_code": "造纸"}).content.decode()
    assert '<option value="222">' in result
    streets = client.get("/source/streets/", {"district": "310115"}).content.decode()
    assert "张江镇" in streets
    assert client.get("/source/dischargers/", {"owner": "x"}).status_code == 200
    assert (
        world.other_discharger.uscc
        not in client.get("/source/dischargers/", {"owner": "春申"}).content.decode()
    )


def test_a_source_is_closed_after_what_hangs_below_it(world: World, client: Client) -> None:
    def close(path: str, version: int = 1) -> int:
        values = {"on": today().isoformat(), "reason": "搬迁", "version": version}
        return client.post(path, values).status_code

    source = source_path(world, "closing/")
    assert close(source) == 409
    assert close(f"/source/points/{world.flue_gas_point.pk}/closing/") == 409
    with acting_as(system_actor("test")):
        for point in (world.flue_gas_point, world.wastewater_point):
            point.instruments.update(period=(today() - timedelta(days=9), today()))
    for kind in ("flue_gas", "wastewater"):
        point, outlet = getattr(world, f"{kind}_point"), getattr(world, f"{kind}_outlet")
        assert close(f"/source/outlets/{outlet.pk}/closing/") == 409
        assert close(f"/source/points/{point.pk}/closing/") == 302
        assert close(f"/source/outlets/{outlet.pk}/closing/") == 302
    assert close(source) == 302
    assert world.source.code in client.get("/source/sources/?state=closed").content.decode()
    assert "恢复污染源" in client.get(source).content.decode()
    assert client.post(source, {"reason": "恢复生产", "version": 2}).status_code == 302
    assert reread(world).closed_on is None


def test_outlets_and_points_are_entered_in_dialogs(world: World, client: Client) -> None:
    path = source_path(world, "outlets/new/flue_gas/")
    assert "排气筒高度（m）" in client.get(path, headers=HTMX).content.decode()
    values = {
        "code": "DW009",
        "name": "2# 锅炉烟囱",
        "discharge_to": "atmosphere",
        "height": "45",
        "datum": "wgs84",
    }
    wrong = client.post(path, values)
    assert wrong.status_code == 422
    assert "废气排口编号以 DA 开头" in wrong.content.decode()
    assert client.post(path, values | {"code": "da009"}).status_code == 302
    outlet = Outlet.unscoped().get(code="DA009")

    new_point = f"/source/outlets/{outlet.pk}/points/new/"
    assert "二氧化硫 a21026" in client.get(new_point, headers=HTMX).content.decode()
    taken = client.post(new_point, point_values(mn_code=world.flue_gas_point.mn_code))
    assert taken.status_code == 409
    assert "该 MN 号已被使用" in taken.content.decode()
    made = client.post(new_point, point_values())
    point = MonitoringPoint.unscoped().get(mn_code="3101150000010A")
    assert made.headers["Location"] == f"{source_path(world, 'outlets/')}?point={point.pk}"
    assert point.longitude == world.source.longitude


def test_limits_are_added_and_ended_at_their_outlet(world: World, client: Client) -> None:
    path = f"/source/outlets/{world.flue_gas_outlet.pk}/limits/new/"
    values = {
        "parameter": "SO2",
        "upper": "50",
        "unit": "mg/L",
        "standard": "DB31/387-2018",
        "effective_from": (today() - timedelta(days=100)).isoformat(),
    }
    wrong = client.post(path, values)
    assert wrong.status_code == 422
    assert "二氧化硫 的限值单位应为" in wrong.content.decode()
    assert client.post(path, values | {"unit": "mg/m³"}).status_code == 302
    limit = EmissionLimit.unscoped().get()
    detail = f"/source/outlets/{world.flue_gas_outlet.pk}/"
    assert "≤ 50" in client.get(detail).content.decode()
    ending = f"/source/limits/{limit.pk}/ending/"
    assert client.post(ending, {"on": today().isoformat(), "reason": ""}).status_code == 422
    assert client.post(ending, {"on": today().isoformat(), "reason": "修订"}).status_code == 302
    assert f"～ {today().isoformat()}" in client.get(detail).content.decode()


def test_a_point_says_what_stood_there_on_a_day(world: World, client: Client) -> None:
    path = f"/source/points/{world.flue_gas_point.pk}/"
    values = point_values(
        name="锅炉烟气 CEMS",
        sampling_method="direct",
        reason="改造",
        effective_on=today().isoformat(),
        version="1",
        longitude="121.6",
        latitude="31.2",
        parameters=["SO2", "NOx", "PM"],
    )
    del values["mn_code"]
    assert client.post(f"{path}edit/", values | {"mn_code": "31011500000102"}).status_code == 302
    now = client.get(path).content.decode()
    assert "直接测量" in now
    before = client.get(path, {"on": (today() - timedelta(days=500)).isoformat()}).content.decode()
    assert "这一天没有在用的备案仪器" in before
    assert "改造" in now
    assert client.get(path, {"on": "gestern"}).status_code == 200


def test_choosing_a_point_answers_with_the_panel_alone(world: World, client: Client) -> None:
    path = source_path(world, "outlets/")
    requested = {"point": str(world.flue_gas_point.pk)}
    panel = client.get(path, requested, headers=HTMX | {"HX-Target": "point-panel"})
    text = panel.content.decode()
    assert text.strip().startswith("<section")
    assert world.flue_gas_point.mn_code in text
    assert "HX-Target" in panel.headers["Vary"]
    restored = client.get(
        path,
        requested,
        headers=HTMX | {"HX-Target": "point-panel", "HX-History-Restore-Request": "true"},
    )
    assert "hx-history-elt" in restored.content.decode()
    deep = client.get(path, requested).content.decode()
    assert 'aria-selected="true" data-testid="point-31011500000102"' in deep
    assert client.get(path, {"point": str(UUID(int=1))}).status_code == 404


def test_the_tree_is_searched_on_the_server(world: World, client: Client) -> None:
    path = source_path(world, "tree/")
    result = client.get(path, {"q": "00102", "point": str(world.wastewater_point.pk)})
    text = result.content.decode()
    assert "point-31011500000102" in text
    assert "point-31011500000101" not in text
    assert "没有找到匹配" in client.get(path, {"q": "没有的"}).content.decode()


def test_a_large_tree_is_folded_and_comes_in_parts(
    world: World, client: Client, as_system: None
) -> None:
    codes = [f"DA{number:03d}" for number in range(101, 201)]
    outlets = Outlet.objects.bulk_create(
        [Outlet(source=world.source, code=code, name="排气筒", kind="flue_gas") for code in codes]
    )
    make_points(world, outlets[0], 120)
    page = client.get(source_path(world, "outlets/")).content.decode()
    assert page.count('data-testid="outlet-DA') == 40
    assert page.count("data-folded") == 40
    more = client.get(source_path(world, "tree/"), {"kind": "flue_gas", "after": "DA139"})
    assert 'data-testid="outlet-DA140"' in more.content.decode()
    first = client.get(f"/source/outlets/{outlets[0].pk}/points/").content.decode()
    assert first.count('role="treeitem"') == 50
    assert "更多测点" in first
    after = re.search(r"\?after=([0-9a-f-]{36})", first)
    assert after is not None
    rest = client.get(f"/source/outlets/{outlets[0].pk}/points/", {"after": after[1]})
    assert 'data-testid="point-MN000000000050"' in rest.content.decode()
    # a deep link opens its outlet, and the point is there wherever it stands
    last = MonitoringPoint.objects.get(mn_code="MN000000000119")
    deep = client.get(source_path(world, "outlets/"), {"point": str(last.pk)}).content.decode()
    assert 'data-testid="point-MN000000000119"' in deep


def make_points(world: World, outlet: Outlet, number: int) -> None:
    MonitoringPoint.objects.bulk_create(
        MonitoringPoint(
            id=new_id(),
            outlet=outlet,
            organization=world.discharger,
            district=world.district,
            kind=outlet.kind,
            name=f"测点 {index:03d}",
            mn_code=f"MN{index:012d}",
            parameters=["SO2"],
            sampling_method="dilution",
            longitude=world.source.longitude,
            latitude=world.source.latitude,
        )
        for index in range(number)
    )


def test_the_list_asks_the_same_few_questions_however_long_it_is(
    world: World,
    client: Client,
    as_system: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    owner = Organization.objects.get(pk=world.discharger.pk)
    PollutionSource.objects.bulk_create(
        PollutionSource(
            organization=owner,
            code=f"3101150001{index:02d}",
            name=f"第 {index} 厂",
            district=world.district,
            industry_code="222",
            industry_name="造纸",
            address="试验路",
            longitude=world.source.longitude,
            latitude=world.source.latitude,
        )
        for index in range(30)
    )
    client.get("/source/sources/")
    with django_assert_max_num_queries(LIST_QUERIES):
        page = client.get("/source/sources/").content.decode()
    assert "共 31 条" in page
    assert page.count('data-testid="outlets-link"') == 20


def test_a_point_is_chosen_with_few_questions(
    world: World, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"{source_path(world, 'outlets/')}?point={world.flue_gas_point.pk}"
    headers = HTMX | {"HX-Target": "point-panel"}
    client.get(path, headers=headers)
    with django_assert_max_num_queries(PANEL_QUERIES):
        client.get(path, headers=headers)


def test_tiles_come_from_the_one_place_that_is_set(client: Client, settings: Settings) -> None:
    plain = client.get("/source/sources/")
    assert "img-src 'self' data: blob:" in plain.headers["Content-Security-Policy"]
    settings.MAP_TILE_URL = "https://tiles.example.org/{z}/{x}/{y}.png"
    tiled = client.get("/source/sources/")
    assert (
        "img-src 'self' https://tiles.example.org data:" in tiled.headers["Content-Security-Policy"]
    )
