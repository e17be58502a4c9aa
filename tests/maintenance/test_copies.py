"""The copy of record of a real visit: what it says, and that it says it always alike."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.support.phone import Phone
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.evidence.models import Event
from yunjian.kernel.errors import InvalidState
from yunjian.maintenance.models import Visit
from yunjian.maintenance.services.copies import copy_of_record

pytestmark = pytest.mark.reads_all_rows


def text_of(content: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return re.sub(r"[\s\u200b]", "", "".join(pages))


@pytest.mark.parametrize("kind", ["flue_gas", "wastewater"])
def test_the_copy_says_what_was_done_and_signed(world: World, kind: str) -> None:
    task = world.task(world.flue_gas_point if kind == "flue_gas" else world.wastewater_point)
    phone = Phone(world.engineer)
    visit_id, _answer = phone.sign_in(task)
    assert phone.put(f"visits/{visit_id}", phone.submission(task)).status_code == 201
    actor = world.actor(world.reviewer)
    with acting_as(actor):
        content = copy_of_record(actor=actor, visit_id=visit_id)
        assert copy_of_record(actor=actor, visit_id=visit_id) == content
    text = text_of(content)
    visit = Visit.unscoped().get(pk=visit_id)
    for expected in ("浦江试验纸业有限公司", "李建国", "站房温度", visit.content_digest):
        assert expected in text, text
    assert Event.unscoped().filter(verb="visit.copied", object_id=str(visit_id)).count() == 2


def test_there_is_no_copy_before_the_visit_is_handed_in(world: World) -> None:
    visit_id, _answer = Phone(world.engineer).sign_in(world.task(world.flue_gas_point))
    actor = world.actor(world.reviewer)
    with acting_as(actor), pytest.raises(InvalidState, match="尚未提交"):
        copy_of_record(actor=actor, visit_id=visit_id)
