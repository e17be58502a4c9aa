"""A document is read on a phone without a network, and the agency sees that it was."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import desk, handset
from tests.e2e.hands import bind, open_in_wechat, sign_in
from tests.support.serving import Served
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.credit.models import Acknowledgement, DocumentVersion
from yunjian.credit.services import documents
from yunjian.kernel.clock import today

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420), pytest.mark.reads_all_rows]


def test_an_engineer_reads_and_confirms_without_a_network(
    browser: Browser, server: Served, city: World
) -> None:
    version = _published(city)
    with handset(browser) as phone, desk(browser) as agency:
        open_in_wechat(phone, server, "张师傅")
        bind(phone, "supervision", "engineer")
        expect(phone.get_by_test_id("open-documents")).to_contain_text("1 份待阅读")
        phone.evaluate("navigator.serviceWorker.ready")
        phone.get_by_test_id("open-documents").click()  # the page is there from now on
        expect(phone.get_by_test_id("document-open")).to_be_visible()
        phone.context.set_offline(True)
        phone.reload()

        phone.get_by_test_id("document-open").click()
        expect(phone.get_by_test_id("document-text")).to_contain_text("先看后动")
        phone.get_by_test_id("document-confirm").click()
        phone.locator(".van-dialog__confirm:visible").click()
        expect(phone.get_by_test_id("document-state")).to_contain_text("等待发送")
        assert not Acknowledgement.unscoped().exists()

        phone.context.set_offline(False)
        expect(phone.get_by_test_id("document-state")).not_to_contain_text("等待发送")
        expect(phone.get_by_test_id("document-state")).to_contain_text("已确认")

        sign_in(agency, server, "agency")
        agency.goto(f"{server.base}/agency/documents/{version.document_id}/")
        row = agency.get_by_test_id("reading-row")
        expect(row).to_contain_text("李建国")
        expect(row).to_contain_text("已阅读")
    kept = Acknowledgement.unscoped().get()
    assert (kept.person, kept.shown_digest) == (city.engineer_person, version.digest)


def _published(city: World) -> DocumentVersion:
    actor = city.actor(city.agency_manager)
    with acting_as(actor):
        document = documents.document_create(
            actor=actor, category="procedures", title="巡检操作规程", read_by_positions=["engineer"]
        )
        draft = documents.version_write(actor=actor, document=document, body="先看后动")
        return documents.version_publish(
            actor=actor, draft=draft, effective_from=today(), version=draft.version
        )
