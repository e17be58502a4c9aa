"""On which day a document is what, who is told of it in which words, and what its page offers."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfWriter
from pytest_django import Settings

from tests.credit.controls import dialogs, links
from tests.credit.test_documents import new, person_of, published, written
from tests.credit.trainings import (
    another_person,
    messages_of,
    payloads_of,
    said_of,
    second_manager,
    signature,
)
from tests.evidence.papers import paper
from tests.support.reading import facts, sheet, tables
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.documents import texts
from yunjian.credit.models import Acknowledgement, Document, DocumentVersion
from yunjian.credit.models.documents import MOST_TEXT
from yunjian.credit.selectors import documents as selectors
from yunjian.credit.services import documents as services
from yunjian.credit.services.document_reminders import documents_remind
from yunjian.evidence.services import attachment_store
from yunjian.kernel.clock import SHANGHAI, at, today
from yunjian.kernel.errors import DomainError, InvalidState, NotAllowed
from yunjian.kernel.ids import new_id
from yunjian.messaging.models import Notification

pytestmark = pytest.mark.reads_all_rows
DAY = timedelta(days=1)


def manager_of(world: World) -> Any:
    return world.actor(world.agency_manager)


def moved(row: DocumentVersion, since: date, until: date | None) -> DocumentVersion:
    """Let a published version hold in other days than those in which one could publish it."""
    row.effective_from, row.expires_on = since, until
    row.period = type(row.period)(since, until + DAY if until else None)
    row.save(update_fields=["effective_from", "expires_on", "period"])
    return row


def refusal(world: World, service: Any, **given: Any) -> DomainError:
    """Return why the manager is refused."""
    actor = manager_of(world)
    with acting_as(actor), pytest.raises(DomainError) as refused:
        service(actor=actor, **given)
    return refused.value


# --- days


def test_a_document_is_in_each_state_from_its_first_to_its_last_day(world: World) -> None:
    days: dict[str, tuple[date, date | None]] = {
        "始终": (today(), None),
        "三十一天": (today() - DAY, today() + 31 * DAY),
        "三十天": (today() - DAY, today() + 30 * DAY),
        "今天止": (today() - DAY, today()),
        "昨天止": (today() - 9 * DAY, today() - DAY),
        "明天起": (today() + DAY, None),
    }
    for title, (since, until) in days.items():
        moved(published(world, new(world, title=title)), since, until)
    new(world, title="空的")
    written(world, new(world, title="只有草稿"))
    written(world, Document.unscoped().get(title="始终"), "第二版")
    expected = {
        "in_force": {"始终", "三十一天", "三十天", "今天止"},
        "expiring": {"三十天", "今天止"},
        "coming": {"明天起"},
        "expired": {"昨天止"},
        "none": {"空的", "只有草稿"},
        "draft": {"只有草稿", "始终"},
        "": {*days, "空的", "只有草稿"},
    }
    with acting_as(manager_of(world)):
        found = {
            state: {row.title for row in selectors.documents(state=state)} for state in expected
        }
        assert found == expected
        states = {row.title: selectors.state_of(row) for row in selectors.documents()}
        held = {
            (row.title, row.held_number, row.held_from, row.held_until)  # type: ignore[attr-defined]
            for row in selectors.documents(state="in_force")
        }
    assert states == {
        "始终": "in_force",
        "三十一天": "in_force",
        "三十天": "expiring",
        "今天止": "expiring",
        "昨天止": "expired",
        "明天起": "coming",
        "空的": "none",
        "只有草稿": "none",
    }
    assert held == {(title, 1, *days[title]) for title in expected["in_force"]}


def test_who_reads_when_is_read_unread_or_overdue(world: World) -> None:
    version = published(world, new(world, read_within=10))
    moved(version, today() - 11 * DAY, None)
    late = world.engineer_person
    last_day = another_person(world, "新来", joined_on=today() - 10 * DAY)
    read = another_person(world, "读过", joined_on=today() - 30 * DAY)
    another_person(world, "别岗", position="technical_lead")
    another_person(world, "走了", left_on=today())
    another_person(world, "别家", organization=world.other_agency)
    stays = another_person(world, "明天走", left_on=today() + DAY, joined_on=today())
    Acknowledgement.unscoped().create(
        version=version, organization=world.agency, person=read, account=world.engineer,
        shown_digest="x",
    )  # fmt: skip
    due = today() - DAY
    with acting_as(manager_of(world)):
        rows = {one.person: (one.due_on, one.state, one.state_title)
                for one in selectors.to_be_read()}  # fmt: skip
        assert rows == {
            late: (due, "overdue", "已逾期"),
            last_day: (today(), "unread", "待阅读"),
            read: (due, "read", "已阅读"),
            stays: (today() + 10 * DAY, "unread", "待阅读"),
        }
        found = {
            state: [one.person.name for one in selectors.readings(state=state)]
            for state in ("open", "overdue", "read", "")
        }
        assert found == {
            "open": ["李建国", "新来", "明天走"],
            "overdue": ["李建国"],
            "read": ["读过"],
            "": ["李建国", "读过", "新来", "明天走"],
        }
        assert [one.person for one in selectors.readings(text=" 新来 ")] == [last_day]
        assert len(selectors.readings(text="操作规程")) == 3
        assert selectors.readings(text="没有") == []


def test_ones_own_readings_begin_with_what_is_not_read(world: World) -> None:
    first = published(world, new(world, title="读过的", read_within=1))
    published(world, new(world, title="较晚的", read_within=9))
    published(world, new(world, title="较早的", read_within=5))
    Acknowledgement.unscoped().create(
        version=first, organization=world.agency, person=world.engineer_person,
        account=world.engineer, shown_digest="x",
    )  # fmt: skip
    another_person(world, "同事")
    with acting_as(world.actor(world.engineer)) as engineer:
        rows = selectors.readings_of(engineer)
        assert [(one.version.name, one.person) for one in rows] == [
            (title, world.engineer_person) for title in ("较早的", "较晚的", "读过的")
        ]
    with acting_as(manager_of(world)) as nobody:
        assert selectors.readings_of(nobody) == []
    with acting_as(system_actor("test")) as system:
        assert selectors.readings_of(system) == []


# --- who is told what


def test_a_published_and_a_withdrawn_version_tell_who_is_to_read_it(world: World) -> None:
    with acting_as(system_actor("test")):
        named, off = (account_with(world.agency, name, "engineer") for name in ("named", "off"))
        gone = account_with(world.agency, "gone", "engineer")
        off.is_active = False
        off.save()
    person_of(world, off, "engineer")
    person_of(world, gone, "engineer", left_on=today())
    reader = person_of(world, named, "technical_lead")
    document = new(world, readers=[reader], read_within=7)
    since = today() + 3 * DAY
    row = published(world, document, since)
    link = f"/h5/#/documents/{row.pk}"
    words = f"《巡检操作规程》第 1 版自 {since} 起施行，请在 {since + 7 * DAY} 前阅读并确认。"
    told = messages_of("document.published")
    assert {one[:3] for one in told} == {
        (who, "有新的运维文件需要阅读", words) for who in ("engineer", "named")
    }
    assert {one[3] for one in told} == {services.reading_link(row)}
    assert link.endswith(str(row.pk))
    assert payloads_of("document.published") == [
        {
            "document": str(document.pk),
            "number": 1,
            "effective_from": since.isoformat(),
            "digest": services.version_digest(row),
        }
    ]
    error = refusal(world, services.version_withdraw, row=row, reason=" ")
    assert said_of(error) == [("reason", "required", "请填写撤回原因")]
    actor = manager_of(world)
    with acting_as(actor):
        services.version_withdraw(actor=actor, row=row, reason=" 有误 ")
    words = "《巡检操作规程》第 1 版已撤回，无需阅读：有误"
    assert messages_of("document.withdrawn") == {
        (who, "运维文件已撤回", words, services.READINGS_LINK) for who in ("engineer", "named")
    }
    assert payloads_of("document.withdrawn") == [{"number": 1, "reason": "有误"}]


MORNING = datetime(2026, 6, 15, 8, tzinfo=SHANGHAI)


def test_an_expiry_is_told_to_the_keepers_at_each_threshold_in_its_words(
    world: World, settings: Settings
) -> None:
    settings.CERTIFICATE_REMINDER_DAYS = [30, 7]
    second_manager(world)
    with acting_as(system_actor("test")):
        off = account_with(world.agency, "off", "manager")
        off.is_active = False
        off.save()
        account_with(world.other_agency, "owner-2", "owner")
    row = published(world, new(world, read_by_positions=[]))
    last = MORNING.date()
    moved(row, last - 300 * DAY, last)
    link = f"/agency/documents/{row.document_id}/"

    def told(days_before: int) -> set[tuple[str, str, str]]:
        Notification.unscoped().all().delete()
        with at(MORNING - days_before * DAY), acting_as(system_actor("test")):
            sent = documents_remind()
        messages = messages_of("document.expires")
        assert sent == len(messages)
        assert {one[3] for one in messages} <= {link}
        return {one[:3] for one in messages}

    def words(text: str, title: str = "运维文件即将到期") -> set[tuple[str, str, str]]:
        body = f"《巡检操作规程》第 1 版{text}，请编写并发布新版本。"
        return {(who, title, body) for who in ("agency", "manager-2")}

    assert told(31) == set()
    assert told(30) == words(f"将于 {last} 到期（还有 30 天）")
    assert told(30) == told(29) == told(8) == set()
    assert told(7) == words(f"将于 {last} 到期（还有 7 天）")
    assert told(1) == set()
    assert told(0) == words("今天到期")
    assert told(-1) == set()


def test_an_expiry_that_was_missed_is_told_as_over(world: World) -> None:
    row = published(world, new(world, read_by_positions=[]))
    last = MORNING.date()
    moved(row, last - 300 * DAY, last)
    with at(MORNING + DAY), acting_as(system_actor("test")):
        assert documents_remind() == 1
    assert messages_of("document.expires") == {
        (
            "agency",
            "运维文件已过期",
            f"《巡检操作规程》第 1 版已于 {last} 过期，请编写并发布新版本。",
            f"/agency/documents/{row.document_id}/",
        )
    }


def test_who_is_late_and_who_leads_are_told_each_in_its_words_once_a_week(world: World) -> None:
    with acting_as(system_actor("test")):
        watcher = account_with(world.agency, "watcher", "quality_supervisor")
        former = account_with(world.agency, "former", "quality_supervisor")
        account_with(world.agency, "colleague", "engineer")
    person_of(world, watcher, "quality_supervisor")
    person_of(world, former, "quality_supervisor", left_on=date(2026, 6, 1))
    another_person(world, "甲无账号")
    row = published(world, new(world, read_within=10))
    moved(row, MORNING.date() - 11 * DAY, None)

    def sent(days: int) -> int:
        with at(MORNING + days * DAY), acting_as(system_actor("test")):
            return documents_remind()

    assert sent(-1) == 0
    assert sent(0) == 3
    assert {message[:3] for message in messages_of("document.unread")} == {
        (
            "engineer",
            "运维文件逾期未读",
            "《巡检操作规程》第 1 版已过阅读期限，请尽快阅读并确认。",
        ),
        *(
            (
                who,
                "运维文件逾期未读",
                "《巡检操作规程》第 1 版还有 2 人逾期未读：李建国、甲无账号",
            )
            for who in ("agency", "watcher")
        ),
    }
    by_link = {who: link for who, _title, _body, link in messages_of("document.unread")}
    page = f"/agency/documents/{row.document_id}/"
    assert by_link == {
        "engineer": services.reading_link(row), "agency": page, "watcher": page,
    }  # fmt: skip
    assert [sent(days) for days in (1, 5, 6, 7, 13)] == [0, 0, 3, 0, 3]


# --- refusals


def test_what_is_wrong_with_a_document_is_told_in_words(world: World) -> None:
    left = another_person(world, "已走", left_on=today())
    stranger = another_person(world, "外人", organization=world.other_agency)
    for more, expected in (
        ({"title": " "}, ("title", "required", "请填写文件名称")),
        ({"category": "no"}, ("category", "unknown", "请从列表中选择")),
        (
            {"category": "instructions", "model": "X"},
            ("maker", "required", "请填写生产厂家"),
        ),
        ({"category": "instructions", "maker": "X"}, ("model", "required", "请填写规格型号")),
        ({"category": "requirements"}, ("points", "required", "请选择适用测点")),
        ({"readers": [left]}, ("readers", "left", "已走 已离职")),
        ({"readers": [stranger]}, ("readers", "unknown", "所选人员不属于本机构")),
        (
            {"read_by_positions": ["engineer", "pilot"]},
            ("read_by_positions", "unknown", "没有这个岗位"),
        ),
    ):
        values: dict[str, Any] = {"category": "procedures", "title": "甲"} | more
        assert said_of(refusal(world, services.document_create, **values)) == [expected], more
    assert not Document.unscoped().exists()


def test_what_is_wrong_with_a_version_is_told_in_words_and_its_limits_hold(world: World) -> None:
    document = new(world)
    given: dict[str, Any] = {"document": document}
    picture = signature(world.agency_manager)
    for more, expected in (
        ({"body": " "}, ("body", "required", "请填写正文或上传文件")),
        (
            {"body": "长" * (MOST_TEXT + 1)},
            ("body", "too_long", f"正文不能超过 {MOST_TEXT} 字"),
        ),
        (
            {"body": "x", "change_note": "长" * 201},
            ("change_note", "too_long", "修改说明不能超过 200 字"),
        ),
        (
            {"body": "x", "attachment": picture},
            ("attachment", "unknown", "请上传作为运维文件的附件"),
        ),
    ):
        assert said_of(refusal(world, services.version_write, **given, **more)) == [expected], more
    draft = written(world, document, "长" * MOST_TEXT, change_note=" " + "改" * 200)
    assert (len(draft.body), draft.change_note, draft.number) == (MOST_TEXT, "改" * 200, 1)
    assert payloads_of("document.written") == [{"document": str(document.pk), "number": 1}]

    publish: dict[str, Any] = {"draft": draft}
    far = services.FURTHEST_AHEAD
    for day, expected in (
        (today() - DAY, ("effective_from", "past", "施行日期不能早于今天")),
        (today() + far + DAY, ("effective_from", "far", "施行日期不能晚于一年以后")),
    ):
        error = refusal(world, services.version_publish, **publish, effective_from=day)
        assert said_of(error) == [expected]
    draft.expires_on = today() + DAY
    draft.save()
    error = refusal(world, services.version_publish, **publish, effective_from=today() + 2 * DAY)
    words = f"有效期至 {today() + DAY} 早于施行日期"
    assert said_of(error) == [("effective_from", "order", words)]
    actor = manager_of(world)
    with acting_as(actor):
        first = services.version_publish(actor=actor, draft=draft, effective_from=today() + DAY)
    second = written(world, document, "第二版")
    assert second.number == 2
    error = refusal(world, services.version_publish, draft=second, effective_from=today() + DAY)
    words = f"施行日期必须晚于上一版本的施行日期 {today() + DAY}"
    assert said_of(error) == [("effective_from", "order", words)]
    with acting_as(actor):
        later = services.version_publish(actor=actor, draft=second, effective_from=today() + far)
    assert later.effective_from == today() + far
    for service, row, words in (
        (services.version_publish, {"draft": first, "effective_from": today()}, "只有草稿可以发布"),
        (services.version_discard, {"draft": first}, "只有草稿可以删除"),
        (
            services.version_withdraw,
            {"row": moved(first, today(), today()), "reason": "x"},
            "只能撤回尚未施行的版本；已施行的请编写并发布新版本",
        ),
    ):
        error = refusal(world, service, **row)
        assert (type(error), error.message) == (InvalidState, words)


def test_a_reading_is_confirmed_while_it_may_be_read(world: World) -> None:
    document = new(world)
    row = published(world, document, today() + DAY)
    given: dict[str, Any] = {"version_id": row.pk, "shown_digest": row.digest}
    with acting_as(world.actor(world.engineer)) as engineer:
        given["actor"] = engineer
        for moved_to, words in (
            ((today() - 9 * DAY, today() - DAY), "该版本已撤回、过期或被替代，请阅读现行版本"),
        ):
            moved(row, *moved_to)
            with pytest.raises(InvalidState) as refused:
                services.version_acknowledge(acknowledgement_id=new_id(), **given)
            assert str(refused.value) == words
        moved(row, today() + DAY, None)
        made, is_new = services.version_acknowledge(acknowledgement_id=new_id(), **given)
    assert is_new
    assert (made.person, made.account, made.organization, made.shown_digest) == (
        world.engineer_person, world.engineer, world.agency, row.digest,
    )  # fmt: skip
    assert payloads_of("document.read") == [
        {"person": str(world.engineer_person.pk), "digest": row.digest}
    ]
    with acting_as(manager_of(world)) as manager, pytest.raises(NotAllowed, match="不在这份文件"):
        services.version_acknowledge(acknowledgement_id=new_id(), **given | {"actor": manager})


# --- pages


@pytest.fixture
def manager(world: World) -> Client:
    """The agency's manager, signed in."""
    return world.client(world.agency_manager)


def shown(client: Client, path: str) -> str:
    """Return a page."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_document_offers_each_what_may_be_done_with_its_versions(
    world: World, manager: Client
) -> None:
    document = new(world)
    here = f"/agency/documents/{document.pk}/"
    edit = [("修改", f"{here}edit/", "document-edit")]
    writing = [("编写新版本", f"{here}write/", "version-edit")]
    assert dialogs(shown(manager, here)) == [*edit, *writing]
    assert "还没有版本" in shown(manager, here)
    held = published(world, document)
    coming = published(world, document, today() + 5 * DAY)
    draft = written(world, document)
    of = "/agency/documents/versions/"

    def look(row: DocumentVersion) -> tuple[str, str, str]:
        return ("查看内容", f"{of}{row.pk}/", "")

    assert dialogs(shown(manager, here)) == [
        *edit,
        ("编辑草稿", f"{here}write/", "version-edit"),
        look(draft),
        ("发布", f"{of}{draft.pk}/publish/", "version-publish"),
        ("删除草稿", f"{of}{draft.pk}/discard/", ""),
        look(coming),
        ("撤回", f"{of}{coming.pk}/withdraw/", ""),
        look(held),
    ]
    engineer = world.client(world.engineer)
    reading = ("阅读并确认", f"{of}{held.pk}/read/", "version-read")
    offered = dialogs(shown(engineer, here))
    assert offered[0] == reading
    assert {words for words, _address, _name in offered[1:]} == {"查看内容"}
    assert look(coming) in offered
    with acting_as(world.actor(world.engineer)) as actor:
        services.version_acknowledge(
            actor=actor, version_id=held.pk, acknowledgement_id=new_id(), shown_digest=held.digest
        )
    page = shown(engineer, here)
    assert reading not in dialogs(page)
    assert "1 / 1 人已阅读现行版本" in page
    assert "施行第 1 版" in page
    assert "施行第 2 版" in shown(manager, f"{here}?on={today() + 5 * DAY}")
    assert "没有施行的版本" in shown(manager, f"{here}?on={today() - DAY}")


def test_a_document_shows_each_value_at_its_place(world: World, manager: Client) -> None:
    gone = another_person(world, "走了")
    document = new(
        world, category="instructions", maker="某厂", model="X-1", readers=[gone], read_within=12,
        points=[world.flue_gas_point],
    )  # fmt: skip
    gone.left_on = today()
    gone.save()
    with acting_as(system_actor("test")):
        publisher = account_with(world.agency, "publisher", "manager")
    draft = written(world, document, change_note="新增", expires_on=today() + 9 * DAY)
    with acting_as(world.actor(publisher)) as actor:
        services.version_publish(actor=actor, draft=draft, effective_from=today() + DAY)
    page = shown(manager, f"/agency/documents/{document.pk}/")
    assert facts(page) == {
        "文件类别": document.get_category_display(),
        "运维机构": world.agency.name,
        "适用仪器": "某厂 X-1",
        "适用测点": world.flue_gas_point.name,
        "须阅读的人员": "走了（已离职）",
        "阅读期限（天）": "12",
    }
    [row] = tables(page)[0]
    row.pop("操作")
    assert row == {
        "版本": "1",
        "状态": "尚未施行",
        "施行日期": f"{today() + DAY}",
        "有效期至": f"{today() + 9 * DAY}",
        "修改说明": "新增",
        "编写人": "吴强",
        "发布人": "publisher",
    }
    bare = new(world, title="别的")
    none = facts(shown(manager, f"/agency/documents/{bare.pk}/"))
    assert (none["适用仪器"], none["适用测点"], none["须阅读的人员"]) == ("—", "—", "按岗位")


def test_a_version_says_whether_it_is_in_force_and_which_one_is(
    world: World, manager: Client
) -> None:
    document = new(world)
    first = published(world, document, body="第一版正文", expires_on=today() + 90 * DAY)
    of = "/agency/documents/versions/"
    page = shown(manager, f"{of}{first.pk}/")
    assert f"自 {today()} 起施行" in page
    assert f"有效期至 {today() + 90 * DAY}" in page
    assert "第一版正文" in page
    assert first.digest in page
    assert "not-in-force" not in page
    second = published(world, document, today() + DAY, body="第二版正文")
    page = shown(manager, f"{of}{second.pk}/")
    assert "本版本尚未施行。现行为第 1 版。" in page
    first.refresh_from_db()
    moved(first, today() - 9 * DAY, today() - DAY)
    assert "本版本已过期。目前没有施行的版本。" in shown(manager, f"{of}{first.pk}/")
    first.expires_on = None
    first.save()
    moved(second, today(), None)
    assert "本版本已停止施行。现行为第 2 版。" in shown(manager, f"{of}{first.pk}/")
    DocumentVersion.unscoped().filter(pk=second.pk).update(withdraw_reason="有误")
    page = shown(manager, f"{of}{second.pk}/")
    assert "撤回原因：有误" in page


def test_the_dialogs_of_a_document_begin_with_what_is_there_and_lead_back(
    world: World, manager: Client
) -> None:
    created = manager.post(
        "/agency/documents/new/",
        {"category": "procedures", "title": "甲", "read_within": "5",
         "read_by_positions": ["engineer"]},
    )  # fmt: skip
    document = Document.unscoped().get()
    here = f"/agency/documents/{document.pk}/"
    assert created.headers["Location"] == here
    assert "修改《甲》" in shown(manager, f"{here}edit/")
    sent: dict[str, Any] = {
        "category": "training", "title": "乙", "read_within": "6", "version": "1",
        "read_by_positions": ["technical_lead"],
    }  # fmt: skip
    assert manager.post(f"{here}edit/", sent).headers["Location"] == here
    document.refresh_from_db()
    assert (document.category, document.title, document.read_within) == ("procedures", "乙", 6)
    assert document.read_by_positions == ["technical_lead"]
    assert manager.post(f"{here}edit/", sent).status_code == 409

    form = manager.get(f"{here}write/").context["form"]
    assert "编写《乙》的版本" in shown(manager, f"{here}write/")
    assert form.initial.get("body", "") == ""
    written_ = {"body": "正文", "expires_on": f"{today() + 40 * DAY}", "change_note": "新增"}
    assert manager.post(f"{here}write/", written_).headers["Location"] == here
    draft = DocumentVersion.unscoped().get()
    assert (draft.body, draft.expires_on, draft.change_note) == (
        "正文", today() + 40 * DAY, "新增",
    )  # fmt: skip
    of = f"/agency/documents/versions/{draft.pk}/"
    another_person(world, "须读者", position="technical_lead")
    page = manager.get(f"{of}publish/")
    assert page.context["form"].initial == {"effective_from": today(), "version": 1}
    words = page.content.decode()
    assert "发布《乙》第 1 版" in words
    assert "发布后不能再修改。须阅读的人员 1 人将收到消息。" in words
    since = {"effective_from": f"{today()}", "version": "1"}
    assert manager.post(f"{of}publish/", since).headers["Location"] == here
    # the next one starts from what holds, and is deleted
    assert manager.get(f"{here}write/").context["form"].initial["body"] == "正文"
    manager.post(f"{here}write/", {"body": "第二"})
    draft = DocumentVersion.unscoped().get(number=2)
    of = f"/agency/documents/versions/{draft.pk}/"
    assert manager.get(f"{here}write/").context["form"].initial["body"] == "第二"
    words = shown(manager, f"{of}discard/")
    assert "删除《乙》的草稿" in words
    assert "删除后不能恢复。" in words
    assert manager.post(f"{of}discard/", {"version": "1"}).headers["Location"] == here
    later = published(world, document, today() + DAY)
    of = f"/agency/documents/versions/{later.pk}/"
    assert "撤回《乙》第 2 版" in shown(manager, f"{of}withdraw/")
    assert manager.post(f"{of}withdraw/", {"reason": "有误"}).headers["Location"] == here
    later.refresh_from_db()
    assert (later.state, later.withdraw_reason) == ("withdrawn", "有误")


def test_a_reader_is_shown_the_text_and_confirms_what_was_shown(world: World) -> None:
    row = published(world, new(world), body="须读的正文")
    engineer = world.client(world.engineer)
    of = f"/agency/documents/versions/{row.pk}/read/"
    page = engineer.get(of)
    assert page.context["form"].initial == {"shown_digest": row.digest}
    words = page.content.decode()
    assert "阅读《巡检操作规程》第 1 版" in words
    assert "须读的正文" in words
    saved = engineer.post(of, {"shown_digest": row.digest})
    assert saved.headers["Location"] == f"/agency/documents/{row.document_id}/"
    assert Acknowledgement.unscoped().get().person == world.engineer_person


@pytest.mark.parametrize("page", ["", "read/"])
def test_a_version_that_is_a_file_says_so_in_place_of_its_text(world: World, page: str) -> None:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        file, _new = attachment_store(
            id=new_id(), actor=actor, content=paper(), filename="规程.pdf", purpose="document"
        )
    row = published(world, new(world), body="", attachment=file)
    answer = world.client(world.engineer).get(f"/agency/documents/versions/{row.pk}/{page}")
    assert "规程.pdf" in answer.content.decode()
    assert "（正文见文件）" in answer.content.decode()


def test_what_is_lacking_is_counted_and_led_to_for_the_agency_and_authorities(
    world: World, manager: Client
) -> None:
    with acting_as(manager_of(world)):
        rows = selectors.coverage(world.agency.pk)
        required = next(row.category for row in rows if not row.about)
    row = moved(
        published(world, new(world, category=required.code)),
        today() - 9 * DAY,
        today() + 30 * DAY,
    )
    authority = world.client(world.reviewer)
    paths = ("/agency/documents/coverage/",
             f"/supervision/documents/agencies/{world.agency.pk}/")  # fmt: skip
    for client, path in zip((manager, authority), paths, strict=True):
        page = shown(client, path)
        numbers = [(state, number) for state, _words, number in
                   client.get(path).context["numbers"]]  # fmt: skip
        missing = len(rows) - 1
        assert numbers == [("in_force", 0), ("expiring", 1), ("expired", 0), ("missing", missing)]
        assert {("即将到期 1", "?state=expiring"), (f"缺少 {missing}", "?state=missing")} <= {
            (" ".join(words.split()), address) for words, address in links(page)
        }
        assert ("巡检操作规程", f"/agency/documents/{row.document_id}/") in links(page)
        only = client.get(f"{path}?state=expiring").context["table"].rows
        assert [one.document for one in only] == [row.document]
    assert f"{world.agency.name} 缺少与到期的文件" in shown(authority, paths[1])
    with acting_as(manager_of(world)):
        for until, state in (
            (today() + 31 * DAY, "in_force"),
            (today(), "expiring"),
            (today() - DAY, "expired"),
        ):
            moved(row, today() - 9 * DAY, until)
            [one] = [one for one in selectors.coverage(world.agency.pk) if one.document]
            assert (one.state, one.category, one.document) == (state, required, row.document)
            lacking = selectors.coverage(world.agency.pk, state="lacking")
            assert len(lacking) == len(rows) - (state != "expired")
        found = selectors.coverage(world.agency.pk, text=f" {world.flue_gas_point.name} ")
        assert found
        assert {one.place for one in found} == {
            f"{world.discharger.name} · {world.flue_gas_point.name}"
        }


def test_lists_of_documents_and_readings_show_each_value_at_its_place(
    world: World, manager: Client
) -> None:
    document = new(
        world,
        category="instructions",
        maker="某厂",
        model="X-1",
        points=[world.flue_gas_point],
        readers=[another_person(world, "读者甲", position="technical_lead")],
        read_by_positions=["engineer", "quality_lead"],
        read_within=12,
    )
    row = published(world, document, expires_on=today() + 40 * DAY)
    page = {
        "文件类别": document.get_category_display(),
        "文件名称": "巡检操作规程",
        "适用仪器": "某厂 X-1",
        "现行版本": "1",
        "施行日期": f"{today()}",
        "有效期至": f"{today() + 40 * DAY}",
        "状态": "施行中",
    }
    more = {
        "适用测点": world.flue_gas_point.name,
        "须阅读的岗位": "运维人员、质量负责人",
        "须阅读的人员": "读者甲",
        "阅读期限（天）": "12",
    }
    authority = world.client(world.reviewer)
    for client, path, extra in (
        (manager, "/agency/documents/", {}),
        (authority, "/supervision/documents/", {"运维机构": world.agency.name}),
    ):
        [listed] = tables(shown(client, path))[0]
        assert {title: listed.get(title) for title in page | extra} == page | extra
        assert ("查看", f"/agency/documents/{document.pk}/") in links(shown(client, path))
        [kept] = sheet(client.get(f"{path}?format=xlsx"))
        assert kept == page | more | extra
    Acknowledgement.unscoped().create(
        version=row, organization=world.agency, person=world.engineer_person,
        account=world.engineer, shown_digest="x", read_at=MORNING,
    )  # fmt: skip
    [listed] = tables(shown(manager, "/agency/readings/?state=read"))[0]
    listed.pop("序号")
    assert listed == {
        "人员": "李建国",
        "技术岗位": "运维人员",
        "文件名称": "巡检操作规程",
        "版本": "1",
        "阅读期限": f"{today() + 12 * DAY}",
        "阅读时间": "2026-06-15 08:00",
        "状态": "已阅读",
    }
    # without a question, what is open
    names = [one["人员"] for one in tables(shown(manager, "/agency/readings/"))[0]]
    assert names == ["读者甲"]


# --- the text of files


def test_only_so_many_pages_and_characters_of_a_pdf_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Page:
        def __init__(self, number: int) -> None:
            self.number = number

        def extract_text(self) -> str:
            if self.number == 3:
                raise ValueError
            return str(self.number) * 4

    class Reader:
        def __init__(self, _file: BytesIO) -> None:
            self.pages = [Page(number) for number in range(1, 9)]

    monkeypatch.setattr(texts, "PdfReader", Reader)
    assert texts.text_of_pdf(b"") == "1111\n2222"  # what was read before the damage
    monkeypatch.setattr(texts, "MOST_PAGES", 1)
    assert texts.text_of_pdf(b"") == "1111"
    monkeypatch.setattr(texts, "MOST_PAGES", 9)
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 7)
    assert texts.text_of_pdf(b"") == "1111\n22"
    monkeypatch.undo()
    empty = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(empty)
    assert texts.text_of_pdf(empty.getvalue()) == ""
    assert texts.text_of_pdf(b"%PDF junk") == ""


def test_a_document_of_another_category_fills_no_place_of_a_site(world: World) -> None:
    published(world, new(world, points=[world.flue_gas_point], maker="某厂", model="X-1"))
    with acting_as(manager_of(world)):
        rows = selectors.coverage(world.agency.pk, text=world.flue_gas_point.name)
    assert rows
    assert {(one.state, one.document) for one in rows} == {("missing", None)}
