"""The pages of the agency portal: what they show, keep, refuse and cost."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import (
    AgencyFiling,
    Certificate,
    Equipment,
    Person,
    ServiceContract,
    SparePart,
    Vehicle,
)
from yunjian.agencies.services.people import person_create
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows

LISTS = ["people", "equipment", "vehicles", "parts", "contracts"]
PAGES = [f"/agency/{slug}/" for slug in LISTS] + ["/agency/filing/", "/agency/organization/"]
PERSON = {
    "name": "赵新",
    "education": "college",
    "job": "运维工程师",
    "position": "engineer",
    "phone": "13900000001",
}


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "PNG")
    return SimpleUploadedFile("证书.png", content.getvalue(), "image/png")


def events(verb: str) -> list[Event]:
    with acting_as(system_actor("test")):
        return list(Event.objects.filter(verb=verb))


def text_of(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


@pytest.mark.parametrize("page", PAGES)
def test_people_of_the_agency_see_the_page(world: World, page: str) -> None:
    assert world.client(world.agency_manager).get(page).status_code == 200
    assert world.client(world.engineer).get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_others_do_not(world: World, page: str) -> None:
    assert world.client(world.discharger_owner).get(page).status_code == 403
    assert world.client(world.reviewer).get(page).status_code == 403
    answer = Client().get(page)
    assert answer.status_code == 302
    assert "/signin/" in answer["Location"]


@pytest.mark.parametrize("slug", LISTS)
def test_an_empty_register_says_what_to_do_next(world: World, slug: str) -> None:
    page = text_of(world.client(world.other_agency_manager).get(f"/agency/{slug}/"))
    assert "还没有" in page


def test_the_list_shows_own_rows_only(world: World) -> None:
    other = world.actor(world.other_agency_manager)
    person_create(actor=other, name="钱外人", education="college", job="运维", position="engineer")
    page = text_of(world.client(world.agency_manager).get("/agency/people/"))
    assert "李建国" in page
    assert "钱外人" not in page


def test_an_engineer_sees_no_buttons_to_change_anything(world: World) -> None:
    page = text_of(world.client(world.engineer).get("/agency/people/"))
    assert 'data-testid="person-new"' not in page
    assert 'data-testid="row-edit"' not in page


@pytest.mark.parametrize(
    ("slug", "data", "model"),
    [
        ("people", PERSON, Person),
        (
            "equipment",
            {"asset_number": "SB-7", "serial_number": "E7", "name": "流量计"},
            Equipment,
        ),
        ("vehicles", {"plate": "沪b·12345", "ownership": "owned"}, Vehicle),
        (
            "parts",
            {"name": "泵管", "quantity": "3", "unit": "件", "amount": "12.5", "location": "A1"},
            SparePart,
        ),
    ],
)
def test_a_new_row_is_saved_and_shown(
    world: World, slug: str, data: dict[str, str], model: Any
) -> None:
    client = world.client(world.agency_manager)
    before = model.unscoped().count()

    assert client.get(f"/agency/{slug}/new/").status_code == 200
    answer = client.post(f"/agency/{slug}/new/", data)

    assert answer.status_code == 302, text_of(answer)
    assert model.unscoped().count() == before + 1
    row = model.unscoped().order_by("-id").first()
    assert client.get(f"/agency/{slug}/{row.pk}/").status_code == 200
    assert client.get(f"/agency/{slug}/{row.pk}/edit/").status_code == 200
    assert client.post(f"/agency/{slug}/{row.pk}/edit/", data).status_code == 302


def test_a_dialog_answers_with_a_redirect_that_htmx_follows(world: World) -> None:
    client = world.client(world.agency_manager)
    answer = client.post("/agency/people/new/", PERSON, headers={"HX-Request": "true"})
    assert answer.status_code in {200, 204}
    assert "HX-Redirect" in answer.headers or "HX-Refresh" in answer.headers


def test_a_refused_form_keeps_what_was_typed_and_says_where_it_is_wrong(world: World) -> None:
    client = world.client(world.agency_manager)
    answer = client.post("/agency/people/new/", PERSON | {"phone": "12345", "job": "特别的岗位"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "特别的岗位" in page
    assert 'value="12345"' in page
    assert "电话应为 11 位手机号" in page
    assert not Person.unscoped().filter(name="赵新").exists()


def test_a_missing_value_is_told_at_its_field(world: World) -> None:
    answer = world.client(world.agency_manager).post("/agency/equipment/new/", {"name": "流量计"})
    assert answer.status_code == 422
    assert text_of(answer).count("invalid-feedback") >= 2


def test_a_taken_asset_number_is_told_at_its_field(world: World) -> None:
    data = {"asset_number": "SB-001", "serial_number": "X", "name": "流量计"}
    answer = world.client(world.agency_manager).post("/agency/equipment/new/", data)
    assert answer.status_code == 409
    assert "本机构已有相同资产编号的设备" in text_of(answer)


@pytest.mark.parametrize("action", ["", "edit/", "leave/", "certificates/new/"])
def test_a_foreign_person_does_not_exist_and_asking_leaves_an_event(
    world: World, action: str
) -> None:
    client = world.client(world.other_agency_manager)
    address = f"/agency/people/{world.engineer_person.pk}/{action}"
    assert client.get(address).status_code == 404
    assert len(events("access.foreign")) == 1


def test_an_unknown_id_is_404_without_an_event(world: World) -> None:
    assert world.client(world.agency_manager).get(f"/agency/people/{uuid4()}/").status_code == 404
    assert not events("access.foreign")


def test_a_certificate_is_uploaded_with_its_file(world: World) -> None:
    client = world.client(world.agency_manager)
    address = f"/agency/people/{world.engineer_person.pk}/certificates/new/"
    data = {
        "category": "水污染源",
        "number": "C-1",
        "issuer": "试验协会",
        "valid_until": (today() + timedelta(days=20)).isoformat(),
        "attachment": picture(),
    }
    answer = client.post(address, data)
    assert answer.status_code == 302, text_of(answer)
    certificate = Certificate.unscoped().get()
    assert certificate.attachment is not None
    page = text_of(client.get(f"/agency/people/{world.engineer_person.pk}/"))
    assert "剩 20 天" in page


def test_a_file_that_is_no_picture_or_pdf_is_refused_at_its_field(world: World) -> None:
    data = {
        "category": "水污染源",
        "number": "C-1",
        "issuer": "试验协会",
        "valid_until": today().isoformat(),
        "attachment": SimpleUploadedFile("证书.png", b"MZ not a picture", "image/png"),
    }
    address = f"/agency/people/{world.engineer_person.pk}/certificates/new/"
    answer = world.client(world.agency_manager).post(address, data)
    assert answer.status_code == 422
    assert 'value="C-1"' in text_of(answer)
    assert not Certificate.unscoped().exists()


def test_a_person_leaves_and_a_device_retires(world: World) -> None:
    client = world.client(world.agency_manager)
    person, device = world.engineer_person, world.equipment
    leave = {"left_on": today().isoformat()}
    assert client.post(f"/agency/people/{person.pk}/leave/", leave).status_code == 302
    retire = {"reason": "报废"}
    assert client.post(f"/agency/equipment/{device.pk}/retire/", retire).status_code == 302
    assert "已离职" in text_of(client.get(f"/agency/people/{person.pk}/"))
    again = client.post(f"/agency/equipment/{device.pk}/retire/", retire)
    assert again.status_code == 409
    assert "该设备已停用" in text_of(again)


CONTRACT = {
    "number": "HT-77",
    "amount": "12",
    "starts_on": "2026-01-01",
    "ends_on": "2027-01-01",
    "uscc": "91310115MA1TEST001",
    "mn_codes": "31011500000101\n31011500000102",
}


def test_a_contract_is_entered_by_credit_code_and_mn_codes(world: World) -> None:
    client = world.client(world.other_agency_manager)
    answer = client.post("/agency/contracts/new/", CONTRACT)
    assert answer.status_code == 302, text_of(answer)
    contract = ServiceContract.unscoped().get(number="HT-77")
    page = text_of(client.get(f"/agency/contracts/{contract.pk}/"))
    assert "31011500000102" in page
    end = {"ends_on": today().isoformat(), "reason": "协商"}
    assert client.post(f"/agency/contracts/{contract.pk}/end/", end).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"uscc": "91310115MA1TEST999"}, "没有找到该统一社会信用代码"),
        ({"mn_codes": "1234"}, "没有以下 MN 号的测点：1234"),
        ({"ends_on": "2025-01-01"}, "结束日期应晚于开始日期"),
    ],
)
def test_a_wrong_contract_is_refused_and_kept(
    world: World, wrong: dict[str, str], message: str
) -> None:
    client = world.client(world.other_agency_manager)
    answer = client.post("/agency/contracts/new/", CONTRACT | wrong)
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert "HT-77" in text_of(answer)


BASICS = {
    "legal_representative": "钱某",
    "registered_capital": "500",
    "project_count": "12",
    "project_amount": "860.5",
    "address": "浦东新区试验路 2 号",
    "contact_name": "吴强",
    "contact_phone": "021-12345678",
    "scope": "水污染源、烟气",
}


def test_the_filing_is_written_and_handed_in(world: World) -> None:
    client = world.client(world.agency_manager)
    assert client.post("/agency/filing/edit/", BASICS).status_code == 302
    assert 'data-testid="filing-submit"' in text_of(client.get("/agency/filing/"))
    assert client.post("/agency/filing/submit/").status_code == 302
    assert AgencyFiling.unscoped().get().state == "submitted"
    page = text_of(client.get("/agency/filing/"))
    assert "待审核" in page
    assert 'data-testid="filing-submit"' not in page


def test_a_wrong_filing_keeps_what_was_typed(world: World) -> None:
    client = world.client(world.agency_manager)
    answer = client.post("/agency/filing/edit/", BASICS | {"registered_capital": "-3"})
    assert answer.status_code == 422
    assert "注册资本应大于 0" in text_of(answer)
    assert "浦东新区试验路 2 号" in text_of(answer)


@pytest.mark.parametrize("slug", LISTS)
def test_the_register_is_exported_to_excel(world: World, slug: str) -> None:
    answer = world.client(world.agency_manager).get(f"/agency/{slug}/?format=xlsx")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content[:2] == b"PK"


def test_queries_narrow_the_list(world: World) -> None:
    client = world.client(world.agency_manager)
    assert "李建国" in text_of(client.get("/agency/people/?text=李&presence=present"))
    assert "李建国" not in text_of(client.get("/agency/people/?text=王"))
    assert "李建国" not in text_of(client.get("/agency/people/?presence=left"))
    assert "SB-001" in text_of(client.get("/agency/equipment/?due=none"))
    assert "SB-001" not in text_of(client.get("/agency/equipment/?due=expired"))
    assert "HT-2026-001" in text_of(client.get("/agency/contracts/?holds=current"))
    assert "HT-2026-001" not in text_of(client.get("/agency/contracts/?holds=over"))
    assert "HT-2026-001" not in text_of(client.get("/agency/contracts/?holds=coming"))


@pytest.mark.parametrize("slug", LISTS)
def test_a_list_costs_the_same_however_many_rows_it_shows(world: World, slug: str) -> None:
    client = world.client(world.agency_manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/agency/{slug}/").status_code == 200
        return len(queries)

    cost()
    before = cost()
    _fill(world)
    assert cost() == before
    assert before <= 12


def _fill(world: World) -> None:
    with acting_as(system_actor("test")):
        for n in range(8):
            Person.objects.create(
                organization=world.agency,
                name=f"运维 {n}",
                education="college",
                job="运维",
                position="engineer",
            )
            Equipment.objects.create(
                organization=world.agency, asset_number=f"X{n}", serial_number="1", name="泵"
            )
            Vehicle.objects.create(organization=world.agency, plate=f"沪C1234{n}")
            SparePart.objects.create(organization=world.agency, name=f"管 {n}", location="A")
            ServiceContract.objects.create(
                agency=world.agency,
                discharger=world.discharger,
                number=f"N{n}",
                period=world.contract.period,
            )
