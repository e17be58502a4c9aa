"""Filings from a workbook: all or nothing, every mistake at its row, undone the same day."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.support.filing_values import analyzer_values, sampler_values
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as
from yunjian.instruments.documents.workbooks import columns_of, template, title_of
from yunjian.instruments.models import FilingImport, Instrument, InstrumentRevision
from yunjian.instruments.services import revision_change
from yunjian.instruments.services.imports import import_apply, import_check, import_undo
from yunjian.kernel.clock import at, now
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed

Edit = Callable[[Any], None]
SHEET = "废水分析仪器"


def flat(values: dict[str, Any]) -> dict[str, str]:
    rest = {path: value for path, value in values.items() if path != "settings"}
    rest |= {f"settings.{key}": value for key, value in values["settings"].items()}
    return {path: str(value) for path, value in rest.items()}


def book(
    rows: list[dict[str, Any]],
    *,
    mn: str = "31011500000101",
    kind: str = "analyzer",
    sheet: str = SHEET,
    edit: Edit | None = None,
) -> bytes:
    """Write a workbook as somebody fills the template in."""
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out)
    page = workbook.add_worksheet(sheet)
    fields = columns_of(kind, "wastewater")
    for column, title in enumerate(["MN 号*", *(title_of(field) for field in fields)]):
        page.write(0, column, title)
    for number, row in enumerate(rows, start=1):
        page.write_string(number, 0, row.get("mn", mn))
        texts = flat(row)
        for column, field in enumerate(fields, start=1):
            page.write_string(number, column, texts.get(field.path, ""))
    if edit is not None:
        edit(page)
    workbook.close()
    return out.getvalue()


def check(owner: Actor, world: World, content: bytes) -> FilingImport:
    return import_check(actor=owner, source=world.source, filename="仪器.xlsx", content=content)


def filed() -> int:
    return InstrumentRevision.unscoped().filter(state__in=["draft", "submitted"]).count()


def test_a_workbook_is_tried_then_written_as_a_whole(world: World, owner: Actor) -> None:
    second = analyzer_values("CODCr", serial_number="SN-7", settings={"digestion_minutes": "15"})
    batch = check(owner, world, book([analyzer_values("NH3-N"), second]))
    assert batch.problems == []
    assert filed() == 0

    import_apply(actor=owner, batch=batch)
    drafts = list(InstrumentRevision.objects.filter(imported_by=batch).order_by("id"))
    assert [row.parameter for row in drafts] == ["NH3-N", "CODCr"]
    assert drafts[1].settings == {"digestion_minutes": "15"}
    with pytest.raises(InvalidState):
        import_apply(actor=owner, batch=batch)


def test_one_wrong_row_keeps_all_out_and_each_mistake_has_its_row(
    world: World, owner: Actor
) -> None:
    rows = [
        analyzer_values("NH3-N"),
        analyzer_values("CODCr", serial_number="SN-8", range_lower="500", unit="mg/m³"),
        {**analyzer_values("CODCr", serial_number="SN-9"), "mn": "0000"},
        analyzer_values("CODCr", manufactured_on="去年"),
    ]
    batch = check(owner, world, book(rows))
    results = {(one["row"], one["column"]) for one in batch.problems}
    assert results >= {
        (3, "量程上限"),
        (3, "量程单位"),
        (4, "MN 号"),
        (5, "出厂日期"),
        (5, "出厂编号"),
    }
    with pytest.raises(InvalidState):
        import_apply(actor=owner, batch=batch)
    assert filed() == 0


def test_handing_in_is_all_or_nothing_as_well(world: World, owner: Actor) -> None:
    incomplete = analyzer_values("CODCr", serial_number="SN-8", certificate_number="")
    batch = check(owner, world, book([analyzer_values("NH3-N"), incomplete]))
    with pytest.raises(InvalidState, match="没有导入任何一行"):
        import_apply(actor=owner, batch=batch, submit=True)
    assert filed() == 0
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_an_import_is_undone_the_same_day_and_not_later(world: World, owner: Actor) -> None:
    batch = check(owner, world, book([analyzer_values("NH3-N")]))
    import_apply(actor=owner, batch=batch, submit=True)
    assert InstrumentRevision.objects.get(imported_by=batch).state == "submitted"
    with at(now() + timedelta(days=1)), pytest.raises(InvalidState, match="当天"):
        import_undo(actor=owner, batch=batch)
    import_undo(actor=owner, batch=batch)
    assert filed() == 0
    assert not Instrument.objects.filter(slot="NH3-N").exists()


def test_what_was_edited_since_is_not_swept_away(world: World, owner: Actor) -> None:
    batch = check(owner, world, book([analyzer_values("NH3-N")]))
    import_apply(actor=owner, batch=batch)
    row = InstrumentRevision.objects.get(imported_by=batch)
    revision_change(actor=owner, revision=row, values={"note": "已核对"})
    with pytest.raises(InvalidState, match="修改"):
        import_undo(actor=owner, batch=batch)
    assert filed() == 1


@pytest.mark.parametrize(
    ("edit", "stated"),
    [
        (lambda page: page.merge_range("C2:C3", "合并"), "C2:C3 是合并单元格"),
        (lambda page: page.write_formula("D2", "=1+1", None, "2"), "D2 是公式"),
    ],
)
def test_merged_cells_and_formulas_are_named(
    world: World, owner: Actor, edit: Edit, stated: str
) -> None:
    batch = check(owner, world, book([analyzer_values("NH3-N")], edit=edit))
    assert stated in " ".join(one["message"] for one in batch.problems)
    assert filed() == 0


def many(rows: int) -> bytes:
    out = BytesIO()
    workbook = xlsxwriter.Workbook(out, {"constant_memory": True})
    page = workbook.add_worksheet(SHEET)
    page.write(0, 0, "MN 号*")
    for number in range(1, rows + 1):
        page.write_string(number, 0, "31011500000101")
    workbook.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "kind"),
        (b"MZ this is no workbook", "kind"),
        (b"PK\x03\x04" + b"x" * 200, "kind"),
        (b"x" * (5 * 2**20 + 1), "too_large"),
        (many(100_000), "too_many"),
        (many(501), "too_many"),
        (book([]), "empty"),
        (book([analyzer_values("NH3-N")], sheet="别的表"), "sheets"),
    ],
    ids=["empty", "program", "broken", "5 MB", "100 k rows", "501 rows", "no rows", "no sheet"],
)
def test_what_is_no_workbook_of_ours_is_refused(
    world: World, owner: Actor, content: bytes, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(owner, world, content)
    assert [(one.path, one.code) for one in refused.value.errors] == [("file", code)]


def test_columns_go_by_their_titles(world: World, owner: Actor) -> None:
    def retitle(page: Any) -> None:
        page.write(0, 1, "别的列")

    batch = check(owner, world, book([analyzer_values("NH3-N")], edit=retitle))
    assert "没有“别的列”这一列" in batch.problems[0]["message"]


def test_samplers_have_a_sheet_of_their_own(world: World, owner: Actor) -> None:
    content = book([sampler_values()], kind="sampler", sheet="自动采样器")
    batch = check(owner, world, content)
    assert batch.problems == []
    import_apply(actor=owner, batch=batch, submit=True)
    assert InstrumentRevision.objects.get(imported_by=batch).settings["bottles"] == "24"


def test_the_template_has_a_sheet_for_each_form_and_reads_as_empty(world: World) -> None:
    out = BytesIO()
    template(out, [world.wastewater_point, world.flue_gas_point])
    names = CalamineWorkbook.from_filelike(BytesIO(out.getvalue())).sheet_names
    assert names == ["填写说明", "废水分析仪器", "自动采样器", "烟气分析仪器"]


def test_only_the_own_discharger_imports(world: World) -> None:
    stranger = world.actor(world.other_discharger_owner)
    with acting_as(stranger), pytest.raises(NotAllowed):
        check(stranger, world, book([analyzer_values("NH3-N")]))


def test_the_pages_of_an_import(world: World) -> None:
    client = world.client(world.discharger_owner)
    assert client.get(f"/source/sources/{world.source.pk}/import-template/").status_code == 200
    page = client.get("/source/instruments/import/").content.decode()
    assert "下载模板" in page

    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("仪器.xlsx", content)
        return client.post(
            "/source/instruments/import/", {"source": str(world.source.pk), "file": file}
        )

    assert send(b"no workbook").status_code == 422
    wrong = send(book([analyzer_values("NH3-N", unit="ppm")]))
    shown = client.get(wrong.headers["Location"]).content.decode()
    assert "量程单位" in shown
    assert 'data-testid="import-apply"' not in shown

    good = send(book([analyzer_values("NH3-N")]))
    here = good.headers["Location"]
    assert 'data-testid="import-apply"' in client.get(here).content.decode()
    assert client.post(f"{here}apply/", {"then": "submit"}).status_code == 302
    assert 'data-testid="import-undo"' in client.get(here).content.decode()
    assert client.post(f"{here}undo/").status_code == 302
    assert client.post(f"{here}undo/").status_code == 409
    neighbour = world.client(world.other_discharger_owner)
    assert neighbour.get(here).status_code == 404
