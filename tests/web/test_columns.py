"""Header → value, for every column of every table and every `<dt>` of every page of one row.

Each entry names the heading and the path of the value that stands below it (as `tests.web.filled`
names it), or a text in quotes ("=…") where the value is put into words.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from django.template import Context
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.safestring import SafeString

from tests.web.filled import Filled, cells_by_head, facts_by_name
from tests.web.test_lists import SOURCES, import_every_module
from yunjian.administration.selectors.service_status import ScheduledJob
from yunjian.administration.tables import (
    DistrictTable,
    EntryTable,
    EventTable,
    JobTable,
    NoticeTable,
    OrganizationTable,
    SessionTable,
    SignInTable,
)
from yunjian.agencies import tables as agency_tables
from yunjian.agencies.models import (
    AgencyFiling,
    Equipment,
    Person,
    ServiceContract,
    SparePart,
    Vehicle,
)
from yunjian.agencies.views import registers
from yunjian.credit.domain.categories import categories
from yunjian.credit.models import (
    AnnualYear,
    Document,
    DocumentVersion,
    Supervision,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.selectors.documents import Coverage, Reading
from yunjian.credit.tables import documents as document_tables
from yunjian.credit.tables import trainings as training_tables
from yunjian.evidence.log import LogState
from yunjian.evidence.models import Checkpoint, Event
from yunjian.identity import tables as identity_tables
from yunjian.identity.models import (
    Account,
    AccountSession,
    District,
    Organization,
    ResetRequest,
    RoleGrant,
    SignInAttempt,
)
from yunjian.instruments.models import FollowUp, Instrument, InstrumentRevision
from yunjian.instruments.selectors import InstrumentRow
from yunjian.instruments.tables import AnalyzerTable, FollowUpTable, LedgerTable, SamplerTable
from yunjian.library import tables as library_tables
from yunjian.library.domain import labels
from yunjian.library.selectors.rules import RuleLine
from yunjian.maintenance.models import Confirmation, Plan, Task, Visit
from yunjian.maintenance.selectors.duties import Duty, OutOfControl
from yunjian.maintenance.tables.duties import DutyTable, OutOfControlTable
from yunjian.maintenance.tables.plans import NextTaskTable, PlanTable, TaskTable
from yunjian.maintenance.tables.visits import LatestVisitTable, VisitTable
from yunjian.messaging.models import Notice, Notification
from yunjian.records.models import DictionaryEntry
from yunjian.sources.fields import OUTLET, POINT, SOURCE
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.tables import SourceTable
from yunjian.standards.rules import packs
from yunjian.supervision import tables as supervision_tables
from yunjian.verification import tables as verification_tables
from yunjian.verification.models import FindingException, Report, ReportCorrection
from yunjian.web.tables import Table
from yunjian.web.templatetags.frame import render_table

pytestmark = pytest.mark.reads_all_rows

Expected = Mapping[str, str]


class Many:
    """Rows behind a many-to-many field of a row that is not saved."""

    def __init__(self, *rows: Any) -> None:
        self.rows = rows

    def all(self) -> Any:
        return self.rows


def having(row: Any, **more: Any) -> Any:
    """Return the row with what a query adds to it, and with rows for its many-to-many fields."""
    many = {name: value for name, value in more.items() if isinstance(value, Many)}
    kind = type(row)
    if many:
        cached = {name: value for name, value in more.items() if name not in many}
        row._prefetched_objects_cache = {name: value.all() for name, value in many.items()}
        more = cached
    for name, value in more.items():
        setattr(row, name, value)
    assert isinstance(row, kind)
    return row


def counted(filled: Filled, row: Any, *names: str) -> Any:
    for name in names:
        setattr(row, name, filled.number(name))
    return row


def organization(filled: Filled) -> Any:
    area = filled.row(District, "area.")
    row = filled.row(Organization, kind="authority")
    filled.texts["kind"] = "管理部门"
    return counted(filled, having(row, jurisdiction=Many(area)), "account_count")


def account(filled: Filled) -> Any:
    row = filled.row(Account, is_active=True, must_change_password=True, phone="13812345678")
    row._prefetched_objects_cache = {"role_grants": [RoleGrant(account=row, role="engineer")]}
    return having(row, has_authenticator=True, last_seen=None, may={})


def contract(filled: Filled) -> Any:
    return counted(filled, filled.row(ServiceContract), "point_count")


def plan(filled: Filled) -> Any:
    row = filled.row(Plan)
    row._prefetched_objects_cache = {
        "people": [filled.row(Person, "one."), filled.row(Person, "two.")]
    }
    return counted(filled, row, "point_count", "item_count")


def task(filled: Filled) -> Any:
    row = filled.row(Task, contents=["巡检", "校准"], state="open", cancel_reason="")
    return having(row, bucket="overdue")


def instrument_row(filled: Filled) -> Any:
    instrument = filled.row(Instrument, "instrument.")
    official = filled.row(InstrumentRevision, "shown.", state="official", settings={"bottles": 24})
    official.instrument = instrument
    filled.texts["retired_on"] = filled.texts["instrument.period.upper"]
    return InstrumentRow(instrument, official, None)


def revision(filled: Filled) -> Any:
    row = filled.row(InstrumentRevision, number=3, change_kind="", change_reason="因为")
    row.instrument.origin = "new"
    filled.texts["number"] = "3"
    return row


def follow_up(filled: Filled) -> Any:
    return filled.row(FollowUp, done_on=None)


def report(filled: Filled) -> Any:
    return filled.row(Report)


def correction(filled: Filled) -> Any:
    row = filled.row(
        ReportCorrection, done_by_report=None, parameters=["SO2"], standard="HJ 75-2017",
        clause="9.3",
    )  # fmt: skip
    row.report, row.point = filled.row(Report, "report."), filled.row(MonitoringPoint, "point.")
    return row


def finding_exception(filled: Filled) -> Any:
    row = filled.row(FindingException, state="asked")
    filled.texts["state"] = "待处理"
    return row


def source(filled: Filled) -> Any:
    row = filled.row(PollutionSource, closed_on=None, uscc="91310115MA1TEST077")
    filled.texts["credit_code"] = row.credit_code
    return counted(filled, row, "outlet_count", "point_count")


def job(filled: Filled) -> Any:
    moments = filled.row(Notification)
    return ScheduledJob(
        name="标识", title="任务名", cron="5 5 * * *", last_run=moments.created_at,
        state="failed", next_run=moments.read_at, runs=71, failures=72,
    )  # fmt: skip


def duty(filled: Filled) -> Any:
    row = filled.row(Task)
    return Duty(
        title="事项一", how_often="频次一", source="依据一", parameters="因子一", state="overdue",
        last_done=row.created_at, due_on=row.due_on,
    )  # fmt: skip


def out_of_control(filled: Filled) -> Any:
    row = filled.row(Notification)
    return OutOfControl("因子一", row.created_at, row.read_at)


def document(filled: Filled) -> Any:
    row = filled.row(Document, category="training", maker="甲厂")
    row.model = "乙型"  # a column of this name, not what `row` takes
    version = filled.row(DocumentVersion, "held.")
    return having(
        counted(filled, row, "held_number"),
        held_from=version.effective_from, held_until=version.expires_on, has_draft=True,
        points=Many(), readers=Many(),
    )  # fmt: skip


def coverage(filled: Filled) -> Any:
    row = filled.row(Document, "document.")
    return Coverage("某站", categories()["training"], "甲厂 乙型", "expired", row)


def reading(filled: Filled) -> Any:
    person = filled.row(Person, "person.")
    version = filled.row(DocumentVersion, "version.")
    moments = filled.row(Notification, "at.")
    return Reading(version, person, version.effective_from, moments.created_at)


def training_plan(filled: Filled) -> Any:
    return counted(filled, filled.row(TrainingPlan), "item_count", "hours")


def training_item(filled: Filled) -> Any:
    row = filled.row(TrainingPlanItem, positions=["engineer"])
    row._prefetched_objects_cache = {"people": [filled.row(Person, "one.")]}
    return counted(filled, row, "done_count")


def training_session(filled: Filled) -> Any:
    row = filled.row(TrainingSession)
    return counted(filled, row, "expected_count", "present_count", "passed_count")


def person_year(filled: Filled) -> Any:
    person = filled.row(Person, "person.")
    hours = {
        f"{name}_hours": Decimal(n) for n, name in enumerate(("planned", "done", "missing"), 61)
    }
    counts = ("planned_count", "done_count", "missing_count", "supervision_count")
    row = SimpleNamespace(person=person, name=person.name, **hours)
    return counted(filled, row, *counts)


# table → how a row is made; heading → value. A heading of a file only stands behind "file:", one of
# a page only behind "page:"
TABLES: list[tuple[type[Table], Callable[[Filled], Any], Expected]] = [
    (
        OrganizationTable,
        organization,
        {
            "名称": "name", "类型": "kind", "统一社会信用代码": "uscc", "所在区": "district.name",
            "管辖范围": "area.name", "账号数": "account_count", "状态": "status",
            "原因": "status_reason", "建立时间": "created_at",
        },
    ),
    (
        DistrictTable,
        lambda filled: counted(
            filled, filled.row(District, within=filled.row(District, "within.")),
            "organization_count", "authority_count",
        ),
        {
            "编码": "code", "名称": "name", "类型": "kind", "位于": "within.name",
            "单位数": "organization_count", "管理部门数": "authority_count",
        },
    ),
    (
        EntryTable,
        lambda filled: filled.row(DictionaryEntry, is_active=False),
        {
            "编码": "code", "名称": "label", "英文名称": "label_en", "顺序": "order",
            "状态": "=停用",
        },
    ),
    (
        NoticeTable,
        lambda filled: filled.row(Notice, audience=["agency", "authority"]),
        {
            "标题": "title", "内容": "body", "通知对象": "=运维机构、管理部门", "起草人": "author",
            "发布单位": "author_organization", "发布时间": "published_at",
            "首页展示至": "shown_until", "状态": "state",
        },
    ),
    (
        SignInTable,
        lambda filled: filled.row(SignInAttempt, agent="Mozilla (Windows NT 10.0) Chrome/126.0"),
        {
            "时间": "at", "账号": "username", "姓名": "account.display_name",
            "单位": "organization.name", "登录方式": "means", "结果": "outcome", "说明": "detail",
            "地址": "address", "设备": "=Chrome · Windows",
        },
    ),
    (
        EventTable,
        lambda filled: having(
            filled.row(Event, verb="account.disabled", object_type="identity.account"),
            chain_name="链主",
            who="动手人",
            log_index=7003,
        ),
        {
            "时间": "at", "单位": "=链主", "人员": "=动手人", "操作": "=停用账号",
            "对象": "=账号", "对象编号": "object_id", "日志序号": "=7003", "摘要": "digest",
        },
    ),
    (
        identity_tables.ResetTable,
        lambda filled: having(
            filled.row(ResetRequest, state="refused", forget_authenticator=True), may={}
        ),
        {
            "申请时间": "requested_at", "账号": "account.username", "姓名": "account.display_name",
            "单位": "account.organization.name", "原因": "reason", "动态口令": "=同时关闭",
            "申请人": "requested_by.display_name", "状态": "=未予重置", "有效至": "expires_at",
            "确认人": "decided_by.display_name", "办理时间": "decided_at",
            "不予重置的原因": "refusal",
        },
    ),
    (
        SessionTable,
        lambda filled: filled.row(AccountSession, agent="Mozilla (Linux) Firefox/126.0"),
        {
            "账号": "account.username", "姓名": "account.display_name",
            "单位": "account.organization.name", "登录方式": "means", "设备": "=Firefox · Linux",
            "登录时间": "opened_at", "登录地址": "address", "最近使用": "seen_at",
            "使用地址": "seen_from",
        },
    ),
    (
        JobTable,
        job,
        {
            "任务": "=任务名", "标识": "=标识", "执行计划（UTC）": "=5 5 * * *",
            "上次执行": "created_at", "状态": "=失败", "下次执行": "read_at", "近 3 天次数": "=71",
            "近 30 天失败": "=72",
        },
    ),
    (
        identity_tables.AccountTable,
        account,
        {
            "账号": "username", "姓名": "display_name", "单位": "organization.name",
            "手机号": "=138****5678", "角色": "=运维人员", "动态口令": "=已设置", "最近使用": "=",
            "状态": "=待首次登录", "建立时间": "created_at",
        },
    ),
    (
        identity_tables.MessageTable,
        lambda filled: filled.row(Notification, read_at=None),
        {"状态": "=未读", "标题": "title", "内容": "body", "时间": "created_at"},
    ),
    (
        identity_tables.NoticeTable,
        lambda filled: filled.row(Notice),
        {"标题": "title", "发布单位": "author_organization", "发布时间": "published_at"},
    ),
    (
        agency_tables.PeopleTable,
        lambda filled: having(
            filled.row(Person, left_on=None), education_title="学历名",
            valid_until=filled.row(Vehicle, "vehicle.").lease_until,
        ),
        {
            "姓名": "name", "技术岗位": "position", "岗位": "job", "学历": "=学历名",
            "职称": "title", "手机号": "phone", "账号": "account.username",
            "入职日期": "joined_on", "离职日期": "=", "证书有效期至": "vehicle.lease_until",
            "能力确认有效期至": "=", "状态": "state",
        },
    ),
    (
        agency_tables.EquipmentTable,
        lambda filled: having(
            filled.row(Equipment), valid_until=filled.row(Vehicle, "vehicle.").lease_until
        ),
        {
            "资产编号": "asset_number", "设备名称": "name", "出厂编号": "serial_number",
            "生产厂家": "maker", "型号": "model", "检定/校准有效期至": "vehicle.lease_until",
            "状态": "state",
        },
    ),
    (
        agency_tables.VehicleTable,
        lambda filled: filled.row(Vehicle),
        {
            "车牌号": "plate", "权属": "ownership", "租赁期至": "lease_until",
            "page:行驶证/租赁合同": "=查看附件", "状态": "state",
        },
    ),
    (
        agency_tables.SparePartTable,
        lambda filled: filled.row(SparePart),
        {
            "名称": "name", "规格型号": "model", "数量": "quantity", "单位": "unit",
            "金额（元）": "amount", "放置位置": "location",
        },
    ),
    (
        agency_tables.ContractTable,
        contract,
        {
            "合同编号": "number", "排污单位": "discharger.name", "测点数": "point_count",
            "开始日期": "period.lower", "终止日期": "period.upper", "金额（万元）": "amount",
            "合同状态": "=未开始",
        },
    ),
    (
        PlanTable,
        plan,
        {
            "计划名称": "name", "计划期限": "={starts_on} 至 {ends_on}", "测点数": "point_count",
            "运维项数": "item_count", "运维人员": "={one.name}、{two.name}", "状态": "state",
        },
    ),
    (
        TaskTable,
        task,
        TASK := {
            "计划日期": "due_on", "污染源": "point.outlet.source.name",
            "排口": "point.outlet.code", "file:测点": "point.name",
            "page:测点": "={point.outlet.code} {point.name}", "MN 号": "point.mn_code",
            "file:运维内容": "=巡检、校准", "page:运维内容": "=巡检 等 2 项",
            "运维人员": "assignee.name", "file:状态": "=待执行", "page:状态": "=已逾期",
            "计划": "plan.name",
        },
    ),
    (
        NextTaskTable,
        task,
        {name: path for name, path in TASK.items() if name not in {"排口", "MN 号", "计划"}},
    ),
    (
        VisitTable,
        lambda filled: filled.row(Visit),
        VISIT := {
            "编号": "id", "排污单位": "discharger.name", "所属区": "district.name",
            "污染源": "point.outlet.source.name", "排口编号": "point.outlet.code",
            "测点": "point.name", "MN 号": "point.mn_code", "运维机构": "agency.name",
            "运维人员": "engineer.display_name", "计划日期": "task.due_on",
            "签到时间": "signed_in_at", "距测点(m)": "sign_in_distance",
            "签退时间": "signed_out_at", "提交时间": "submitted_at", "结果": "verdict",
            "状态": "state", "确认截止": "confirm_by", "内容摘要": "content_digest",
        },
    ),
    (
        LatestVisitTable,
        lambda filled: filled.row(Visit),
        {name: path for name, path in VISIT.items() if name not in {"排口编号", "提交时间"}},
    ),
    (
        SourceTable,
        source,
        {
            "污染源编码": "code", "污染源名称": "name", "统一社会信用代码": "credit_code",
            "所属区": "district.name", "街道（镇）": "street", "行业代码": "industry_code",
            "file:行业类别": "industry_name", "page:行业类别": "={industry_name} {industry_code}",
            "地址": "address", "经度": "longitude", "纬度": "latitude",
            "管理类别": "management_level", "医疗机构": "is_medical",
            "排污许可证编号": "permit_number", "许可证有效期自": "permit_valid_from",
            "许可证有效期至": "permit_valid_until", "环保联系人": "contact_name",
            "联系电话": "contact_phone", "单位负责人": "principal_name",
            "负责人电话": "principal_phone", "排口": "outlet_count", "测点": "point_count",
            "状态": "=在用", "投用日期": "opened_on", "关闭日期": "=", "关闭原因": "close_reason",
        },
    ),
    (
        document_tables.DocumentTable,
        document,
        DOCUMENT_COLUMNS := {
            "文件类别": "=人员培训制度", "文件名称": "title", "适用仪器": "=甲厂 乙型",
            "内容摘录": "=（见文件名称）", "适用测点": "=", "须阅读的岗位": "read_by_positions",
            "须阅读的人员": "=", "阅读期限（天）": "read_within",
            "现行版本": "held_number", "施行日期": "held.effective_from",
            "有效期至": "held.expires_on", "状态": "=施行中、有草稿",
        },
    ),
    (
        document_tables.AgencyDocumentTable,
        document,
        {**DOCUMENT_COLUMNS, "运维机构": "organization.name"},
    ),
    (
        document_tables.CoverageTable,
        coverage,
        {
            "站点": "=某站", "仪器": "=甲厂 乙型", "文件类别": "=人员培训制度",
            "依据": "=运维操作管理制度（原国家规定，效力未核对）", "文件": "document.title",
            "状态": "=已过期",
        },
    ),
    (
        document_tables.ReadingTable,
        reading,
        {
            "人员": "person.name", "技术岗位": "person.position",
            "文件名称": "version.title", "版本": "version.number",
            "阅读期限": "version.effective_from", "阅读时间": "at.created_at", "状态": "=已阅读",
        },
    ),
    (
        training_tables.TrainingPlanTable,
        training_plan,
        {
            "计划名称": "title", "版次": "edition", "项目数": "item_count", "学时": "hours",
            "编制人": "prepared_by.display_name", "编制时间": "prepared_at",
            "审核人": "checked_by.display_name", "审核时间": "checked_at",
            "批准人": "approved_by.display_name", "批准时间": "approved_at", "状态": "state",
        },
    ),
    (
        training_tables.PlanItemTable,
        training_item,
        {
            "培训内容": "content", "培训目的": "aim", "培训形式": "form",
            "培训对象": "=运维人员、{one.name}", "组织部门": "department", "培训地点": "place",
            "授课人": "teacher", "计划日期": "planned_on", "学时": "hours",
            "考核方式": "examination", "已完成次数": "done_count",
        },
    ),
    (
        training_tables.TrainingSessionTable,
        training_session,
        {
            "主题": "topic", "类别": "kind", "计划项目": "plan_item.content",
            "计划外原因": "unplanned_reason", "内容": "content", "开始时间": "starts_at",
            "结束时间": "ends_at", "学时": "hours", "地点": "place", "授课人": "teacher",
            "应到": "expected_count", "实到": "present_count", "合格": "passed_count",
            "评价结论": "conclusion", "评价日期": "evaluated_on", "状态": "state",
        },
    ),
    (
        training_tables.ParticipantTable,
        lambda filled: filled.row(TrainingParticipant),
        {
            "姓名": "person.name", "技术岗位": "person.position", "到场情况": "attendance",
            "签到时间": "signed_in_at", "考核结果": "result", "成绩": "score",
            "补考日期": "makeup_on", "补考结果": "makeup_result", "证书编号": "certificate_number",
            "发证机关": "certificate_issuer", "证书有效期至": "certificate_valid_until",
            "page:证书文件": "=查看附件",
        },
    ),
    (
        training_tables.SupervisionTable,
        lambda filled: filled.row(Supervision),
        {
            "编号": "={form_code}-{year}-{number}", "监督日期": "supervised_on",
            "被监督人": "person.name", "监督人": "supervisor.display_name", "地点": "place",
            "监督目的": "purpose", "事实描述": "facts", "监督意见": "opinion",
            "严重程度": "severity", "扣分": "points_lost", "整改期限": "rectify_by",
            "状态": "state",
        },
    ),
    (
        training_tables.PersonYearTable,
        person_year,
        {
            "姓名": "person.name", "技术岗位": "person.position",
            "计划培训（次）": "planned_count", "计划学时": "=61", "已完成（次）": "done_count",
            "完成学时": "=62", "未完成（次）": "missing_count", "未完成学时": "=63",
            "被监督（次）": "supervision_count",
        },
    ),
    (
        training_tables.AgencyYearTable,
        lambda filled: filled.row(AnnualYear),
        {
            "运维机构": "organization.name", "年度": "year", "状态": "state",
            "归档时间": "closed_at", "情况说明": "statement", "重新开放原因": "reopen_reason",
        },
    ),
    (
        DutyTable,
        duty,
        {
            "事项": "=事项一", "监测因子": "=因子一", "频次": "=频次一", "依据": "=依据一",
            "上次完成": "created_at", "最迟日期": "due_on", "状态": "=已逾期",
        },
    ),
    (
        OutOfControlTable,
        out_of_control,
        {"监测因子": "=因子一", "开始": "created_at", "结束": "read_at"},
    ),
    (
        AnalyzerTable,
        instrument_row,
        ANALYZER := {
            "监测因子": "shown.parameter", "file:仪器名称": "shown.name",
            "page:仪器名称": "={shown.name}{shown.method}", "file:规格型号": "shown.model",
            "page:规格型号": "={shown.model}{shown.maker}", "出厂编号": "shown.serial_number",
            "量程": "={shown.range_lower}～{shown.range_upper} {shown.unit}",
            "安装日期": "shown.installed_on", "认证有效期至": "shown.certificate_valid_until",
            "page:状态": "=已停用{retired_on}",
        },
    ),
    (
        SamplerTable,
        instrument_row,
        {
            **{
                name: path for name, path in ANALYZER.items() if name not in {"监测因子", "量程"}
            },
            "采样瓶（个）": "=24",
        },
    ),
    (
        LedgerTable,
        instrument_row,
        {
            **{name: path for name, path in ANALYZER.items() if name != "量程"},
            "污染源": "instrument.point.outlet.source.name",
            "排口编号": "instrument.point.outlet.code", "测点": "instrument.point.name",
            "MN 号": "instrument.point.mn_code", "类别": "instrument.kind",
            "分析方法/原理": "shown.method", "生产厂家": "shown.maker",
            "出厂日期": "shown.manufactured_on", "量程下限": "shown.range_lower",
            "量程上限": "shown.range_upper", "量程单位": "shown.unit",
            "检出限": "shown.detection_limit",
            "环保产品认证/适用性检测编号": "shown.certificate_number",
            "计量器具型式批准（CPA）编号": "shown.type_approval_number",
            "验收日期": "shown.accepted_on", "验收文号": "shown.acceptance_number",
            "联网日期": "shown.networked_on", "file:状态": "=已备案", "停用日期": "retired_on",
        },
    ),
    (
        FollowUpTable,
        follow_up,
        {
            "事项": "title", "file:依据": "={standard} {clause}",
            "page:依据": "={standard}{clause}",
            "排口编号": "instrument.point.outlet.code", "测点": "instrument.point.name",
            "仪器": "={revision.name} {revision.model}", "起算日期": "opened_on",
            "期限": "due_on", "完成日期": "=", "状态": "=待完成",
        },
    ),
    (
        supervision_tables.AgencyTable,
        lambda filled: counted(
            filled, filled.row(Organization), "contract_count", "visit_count"
        ),
        {
            "机构名称": "name", "统一社会信用代码": "uscc", "所在区": "district.name",
            "有效合同": "contract_count", "近 30 天运维": "visit_count", "状态": "status",
        },
    ),
    (
        supervision_tables.AgencyFilingTable,
        lambda filled: filled.row(AgencyFiling),
        {
            "运维机构": "organization.name", "法定代表人": "legal_representative",
            "运维范围": "scope", "联系人": "contact_name", "联系电话": "contact_phone",
            "备案编号": "filing_number", "提交时间": "submitted_at", "状态": "state",
            "审核意见": "decision_note",
        },
    ),
    (
        verification_tables.ReportTable,
        report,
        REPORT_COLUMNS := {
            "报告编号": "number", "报告类别": "kind", "版次": "edition",
            "运维机构": "agency.name", "排污单位": "discharger.name", "所属区": "district.name",
            "排口编号": "point.outlet.code", "测点": "point.name", "出具单位": "issuer",
            "报告格式": "form", "实施开始时间": "executed_from", "实施结束时间": "executed_to",
            "编制人": "prepared_by.display_name", "提交时间": "submitted_at", "状态": "state",
            "审核意见": "decision_note", "内容摘要": "content_digest",
        },
    ),
    (
        verification_tables.CorrectionTable,
        correction,
        {
            "不合格的报告": "report.number", "运维机构": "report.agency.name",
            "排污单位": "report.discharger.name", "测点": "point.name", "监测因子": "=SO2",
            "事项": "title", "依据": "=HJ 75-2017 9.3", "起算日期": "opened_on",
            "期限": "due_on", "状态": "=整改中", "完成报告": "=",
        },
    ),
    (
        verification_tables.AgencyReportTable,
        report,
        {name: path for name, path in REPORT_COLUMNS.items() if name != "运维机构"},
    ),
    (
        verification_tables.ExceptionTable,
        finding_exception,
        {
            "运维机构": "agency.name", "报告编号": "report_number", "问题": "finding",
            "申请理由": "asked_reason", "申请时间": "asked_at", "状态": "state",
            "处理理由": "reason",
        },
    ),
    (
        supervision_tables.QueueTable,
        revision,
        QUEUE := {
            "排污单位": "instrument.organization.name",
            "所属区": "instrument.point.outlet.source.district.name",
            "排口编号": "instrument.point.outlet.code", "测点": "instrument.point.name",
            "MN 号": "instrument.point.mn_code", "类别": "instrument.kind",
            "监测因子": "parameter", "仪器名称": "name", "生产厂家": "maker",
            "规格型号": "model", "出厂编号": "serial_number", "安装日期": "installed_on",
            "量程下限": "range_lower", "量程上限": "range_upper", "量程单位": "unit",
            "file:事项": "=变更", "page:事项": "=变更 v3 逾期提交", "版本": "number",
            "提交时间": "submitted_at", "状态": "state", "审核时间": "decided_at",
            "审核意见": "decision_note", "备案期限": "file_by",
        },
    ),
    (supervision_tables.RenewalTable, revision, QUEUE),
]  # fmt: skip
# of these a page shows more than the value: what the value is a part of
PARTS = {"证书有效期至", "检定/校准有效期至", "合同状态"}
COMPUTED = {"用时"}  # has a test of its own


def expected(filled: Filled, columns: Expected, where: str) -> dict[str, str]:
    other = {"page": "file:", "file": "page:"}[where]
    return {
        name.removeprefix(f"{where}:"): (
            path[1:].format_map(_Texts(filled.texts))
            if path.startswith("=")
            else filled.texts[path]
        )
        for name, path in columns.items()
        if not name.startswith(other)
    }


class _Texts(dict[str, str]):
    """Lets a format name a dotted path."""

    def __missing__(self, name: str) -> Any:
        return _Path(self, name)


class _Path:
    def __init__(self, texts: Mapping[str, str], path: str) -> None:
        self._texts, self._path = texts, path

    def __getattr__(self, name: str) -> "_Path":
        return _Path(self._texts, f"{self._path}.{name}")

    def __format__(self, _spec: str) -> str:
        return self._texts[self._path]


def test_no_table_is_without_a_line_here() -> None:
    import_every_module()
    known = {kind for kind, _make, _columns in TABLES}
    rules = {kind for kind in every_table(Table) if issubclass(kind, library_tables.RuleTable)}
    assert {kind for kind in every_table(Table) if kind.columns} - rules - known == {
        identity_tables.OwnAccountTable,
        identity_tables.BindingTable,  # asks the database: tests/identity/test_bindings.py
    }


def every_table(kind: type[Table]) -> set[type[Table]]:
    return {kind} | {one for below in kind.__subclasses__() for one in every_table(below)}


@pytest.mark.parametrize(
    ("kind", "make", "columns"), TABLES, ids=[kind.__name__ for kind, _make, _columns in TABLES]
)
def test_each_heading_of_a_page_stands_above_its_value(
    kind: type[Table], make: Callable[[Filled], Any], columns: Expected, rf: RequestFactory
) -> None:
    filled = Filled()
    table = kind([make(filled)], shown=[name for name in kind.columns if name != "actions"])
    table.shown = [one for one in table.shown if one.name not in {"actions", "chosen"}]
    table.heads = [head for head in table.heads if head.column in table.shown]
    shown = cells_by_head(html_of(table, rf))
    assert shown.pop("序号") == "1"
    for name in COMPUTED & set(shown):
        del shown[name]
    wanted = expected(filled, columns, "page")
    assert set(shown) == set(wanted)
    for name, text in wanted.items():
        if name in PARTS:
            assert text in shown[name], name
        else:
            assert shown[name] == (text or "—"), name


ALLOWED: dict[str, Any] = dict.fromkeys(
    ("may_file", "may_plan", "may_edit", "may_change", "editable"), True
)
NAMES_THE_ROW_OTHERWISE = {
    JobTable: quote("标识"),
    supervision_tables.AgencyTable: quote("name"),
}


@pytest.mark.parametrize(
    ("kind", "make"),
    [(kind, make) for kind, make, _columns in TABLES if "actions" in kind.columns],
    ids=[kind.__name__ for kind, _make, _columns in TABLES if "actions" in kind.columns],
)
def test_each_action_of_a_row_is_about_that_row(
    kind: type[Table], make: Callable[[Filled], Any], rf: RequestFactory
) -> None:
    row = make(Filled())
    if hasattr(row, "may"):
        row.may = dict.fromkeys(("keep", "roles", "guard", "sessions", "decide", "withdraw"), True)
    table = kind([row], shown=[], slug="people", **ALLOWED)
    html = html_of(table, rf)
    key = NAMES_THE_ROW_OTHERWISE.get(kind) or str(getattr(row, "instrument", row).pk)
    if kind in {FollowUpTable, supervision_tables.QueueTable, supervision_tables.RenewalTable}:
        key = str(row.pk)
    if kind is verification_tables.CorrectionTable:  # it leads to its report
        key = str(row.report_id)
    addresses = re.findall(r'(?:href|hx-get|hx-post|action)="([^"]+)"', html)
    assert addresses
    assert [one for one in addresses if key not in one] == []


def html_of(table: Table, rf: RequestFactory) -> str:
    context = Context({"request": rf.get("/")})
    return SafeString(render_to_string("web/table.html", render_table(context, table)))


@pytest.mark.parametrize(
    ("kind", "make", "columns"), TABLES, ids=[kind.__name__ for kind, _make, _columns in TABLES]
)
def test_each_heading_of_a_file_stands_above_its_value(
    kind: type[Table], make: Callable[[Filled], Any], columns: Expected
) -> None:
    from yunjian.web.excel import _cell  # noqa: PLC0415 - what is written into a cell

    filled = Filled()
    row = make(filled)
    written = {str(title): str(_cell(source(row))) for title, source in kind.file_columns()}  # type: ignore[operator]
    for name in COMPUTED & set(written):
        del written[name]
    page_only = {str(one.title) for one in kind.columns.values() if not one.in_file}
    wanted = expected(filled, columns, "file")
    assert written == {name: value for name, value in wanted.items() if name not in page_only}


def test_each_heading_of_a_rule_stands_above_its_value(rf: RequestFactory) -> None:
    line = first_line("limits", "out_of_control")
    shown = {
        "规则包": line.pack.name, "标准": line.pack.standard, "规则": "限值与判据",
        "条目编号": line.row.id, "名称": line.title, "适用": line.applies,
        "规定的内容": "\n".join(line.demands), "数据对数": line.pairs, "记录表": line.sheet,
        "条款": line.row.clause, "数值来源": "、".join(label for _key, label in line.tags),
        "核对": "待核对", "核对人与日期": line.confirmed, "页码": "第 9 页", "备注与说明": "备注",
    }  # fmt: skip
    shown["规则"] = str(labels.TABLES[line.table])
    shown["核对"] = {"confirmed": "已核对", "pending": "待核对", "open": "未确认"}[line.state]
    line.mark.update(page="第 9 页", remark="备注")
    columns = library_tables.RuleTable.file_columns()
    assert {str(title): str(source(line) or "") for title, source in columns} == shown  # type: ignore[operator]
    tabs: dict[type[Table], dict[str, str]] = {
        library_tables.ControlTable: {
            "限值": "".join(f"{band} {text}" for band, text in line.bands),
            "失控判据": line.out_of_control,
            "判据来源": (line.control_tag or ("", "—"))[1],
        },
        library_tables.PairsTable: {"最少对数": line.pairs, "判定方法": line.pass_counts},
        library_tables.PackTable: {"条款": line.row.clause},
    }
    for kind, cells in tabs.items():
        table = kind([line], exclude=("actions",))
        context = Context({"request": rf.get("/"), "pack": line.pack})
        html = render_to_string("web/table.html", render_table(context, table))
        result = cells_by_head(html)
        for name, text in cells.items():
            assert result[name] == (text or "—").strip(), (kind, name)
        assert result["名称"] == f"{line.title}{line.row.id}"


def first_line(table: str, with_value: str) -> RuleLine:
    for pack in packs():
        for row in getattr(pack, table):
            line = RuleLine(pack, table, row)
            if getattr(line, with_value):
                return line
    raise AssertionError(table)


def _rows(*names: tuple[str, type]) -> Callable[[Filled], dict[str, Any]]:
    """Return what makes a context of rows: name in the template → filled row of a model."""
    return lambda filled: {name: filled.row(model, f"{name}.") for name, model in names}


def document_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(Document, "document.", category="training")
    row._prefetched_objects_cache = {
        "points": Many(filled.row(MonitoringPoint, "point.")).all(),
        "readers": Many(filled.row(Person, "person.")).all(),
    }
    return {"document": row, "readings": document_tables.ReadingTable([])}


def training_plan_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(TrainingPlan, "plan.")
    return {"plan": row, "items": training_tables.PlanItemTable([])}


def source_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(PollutionSource, "source.", uscc="91310115MA1TEST077")
    filled.texts["source.credit_code"] = row.credit_code
    filled.texts["source.typed_position"] = row.typed_position
    return {"source": row, "facts": SOURCE.facts(row)}


def outlet_context(filled: Filled, kind: str) -> dict[str, Any]:
    row = filled.row(Outlet, "outlet.", kind=kind)
    filled.texts["outlet.kind"] = str(row.get_kind_display())
    filled.texts["outlet.position_text"] = row.position_text
    return {"outlet": row, "facts": OUTLET.facts(row, kind), "limits": [], "lines": []}


def point_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(MonitoringPoint, "point.", station_ups=False)
    filled.texts["point.position_text"] = row.position_text
    filled.texts["point.outlet"] = str(row.outlet)
    facts = POINT.facts(row, row.kind)
    return {
        "point": row, "facts": facts, "stood": {"day": None}, "revisions": [], "lines": [],
    }  # fmt: skip


def visit_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(
        Visit, "visit.", sign_in_longitude=121.5, sign_in_latitude=31.25, participants=["甲", "乙"],
        warnings=[],
    )  # fmt: skip
    filled.texts["visit.outlet"] = str(row.point.outlet)
    return {"visit": row, "detail": {"steps": [], "sketch": None}}


def confirmation_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(Confirmation, "confirmation.")
    filled.texts["confirmation.decision"] = str(row.get_decision_display())
    return {"confirmation": row, "visit": row.visit}


def filing_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(InstrumentRevision, "revision.")
    filled.texts["outlet"] = str(row.instrument.point.outlet)
    return {
        "revision": row,
        "instrument": row.instrument,
        "point": row.instrument.point,
        "detail": {"sections": [], "steps": [], "attachments": []},
    }


def report_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(Report, "report.")
    filled.texts["report.outlet"] = str(row.point.outlet)
    filled.texts["form_title"] = "烟气 CEMS 校验（比对）报告 第 1 版"
    filled.texts["kept"] = f"{row.keep_until}（依据）"
    texts = {name: filled.texts[name] for name in ("form_title", "kept")}
    return {"report": row, **texts, "checklist": [], "editions": [], "exceptions": []}


def plan_context(filled: Filled) -> dict[str, Any]:
    return {
        "plan": filled.row(Plan, "plan."),
        "points": 7,
        "people": [filled.row(Person, "one."), filled.row(Person, "two.")],
        "equipment": [filled.row(Equipment, "equipment.")],
        "vehicles": [filled.row(Vehicle, "vehicle.")],
        "month": None,
        "upcoming": NextTaskTable([]),
    }


def account_context(filled: Filled) -> dict[str, Any]:
    row = filled.row(Account, "account.", phone="13812345678")
    return {"account": row, "roles": ["管理员", "查看者"], "password": "once-only"}


REGISTERS: dict[Any, tuple[Any, Expected]] = {
    registers.PEOPLE: (
        Person,
        {
            "姓名": "name", "手机号": "phone", "学历": "=学历名", "职称": "title", "岗位": "job",
            "技术岗位": "position", "入职日期": "joined_on",
            "系统账号": "account.display_name",
        },
    ),
    registers.EQUIPMENT: (
        Equipment,
        {
            "资产编号": "asset_number", "设备名称": "name", "出厂编号": "serial_number",
            "生产厂家": "maker", "型号": "model", "需检定/校准": "needs_calibration",
        },
    ),
    registers.VEHICLES: (
        Vehicle, {"车牌号": "plate", "权属": "ownership", "租赁期至": "lease_until"},
    ),
    registers.PARTS: (
        SparePart,
        {
            "名称": "name", "规格型号": "model", "数量": "quantity", "单位": "unit",
            "金额（元）": "amount", "放置位置": "location",
        },
    ),
    registers.CONTRACTS: (
        ServiceContract,
        {
            "合同编号": "number", "排污单位": "discharger.name",
            "统一社会信用代码": "discharger.uscc", "开始日期": "period.lower",
            "终止日期": "period.upper", "合同金额（万元）": "amount",
        },
    ),
}  # fmt: skip

PLACE = {
    "排口编号": "outlet.code", "排口名称": "outlet.name", "类型": "outlet.kind",
    "排放去向": "outlet.discharge_to", "执行标准": "outlet.emission_standard",
    "位置说明": "outlet.location", "坐标（WGS84）": "outlet.position_text",
    "投用日期": "outlet.opened_on", "关闭日期": "outlet.closed_on",
    "关闭原因": "outlet.close_reason",
}  # fmt: skip
# a new text of a point needs no line here
TEXTS_OF_A_POINT = {
    str(one.title): f"point.{path}"
    for path, one in POINT.fields.items()
    if one.kind == "text" and one.on_detail
}
FACTS: list[tuple[str, Callable[[Filled], dict[str, Any]], Expected]] = [
    (
        "credit/documents/detail.html",
        document_context,
        {
            "文件类别": "=人员培训制度", "运维机构": "document.organization.name",
            "适用仪器": "={document.maker} {document.model}", "适用测点": "point.name",
            "须阅读的人员": "person.name", "阅读期限（天）": "document.read_within",
        },
    ),
    (
        "credit/plans/detail.html",
        training_plan_context,
        {
            "运维机构": "plan.organization.name", "年度": "plan.year", "版次": "plan.edition",
            "总体安排": "plan.summary", "计划文件": "plan.attachment.filename",
            "编制": "={plan.prepared_by.display_name} {plan.prepared_at}",
            "审核": "={plan.checked_by.display_name} {plan.checked_at}",
            "批准": "={plan.approved_by.display_name} {plan.approved_at}",
        },
    ),
    (
        "credit/supervisions/detail.html",
        lambda filled: {
            "row": filled.row(Supervision, "row."), "checklist": {"title": {"zh": "表"}},
        },
        {
            "运维机构": "row.organization.name", "监督日期": "row.supervised_on",
            "监督目的": "row.purpose", "被监督人": "row.person.name",
            "被监督部门负责人": "row.head.name", "监督人": "row.supervisor.display_name",
            "测点": "row.point.name", "地点": "row.place", "严重程度": "row.severity",
            "扣分": "row.points_lost", "事实描述": "row.facts", "监督意见": "row.opinion",
            "整改期限": "row.rectify_by", "照片": "=—", "监督人签名": "=",
        },
    ),
    (
        "verification/check.html",
        _rows(("report", Report)),
        {
            "报告编号": "report.number", "版次": "report.edition", "报告类别": "report.kind",
            "排污单位": "report.discharger.name", "测点": "report.point.name",
            "运维机构": "report.agency.name", "实施开始时间": "report.executed_from",
            "提交时间": "report.submitted_at", "状态": "report.state",
            "内容摘要": "report.content_digest",
        },
    ),
    (
        "maintenance/duties.html",
        _rows(("point", MonitoringPoint)),
        {
            "排污单位": "point.organization.name",
            "排口": "={point.outlet.code} {point.outlet.name}",
            "测点": "point.name",
        },
    ),
    (
        "sources/source_detail.html",
        source_context,
        {
            "污染源编码": "source.code", "污染源名称": "source.name",
            "排污单位": "source.organization.name", "统一社会信用代码": "source.credit_code",
            "所属区": "source.district.name", "街道（镇）": "source.street",
            "地址": "source.address", "行业代码": "source.industry_code",
            "行业类别": "source.industry_name", "管理类别": "source.management_level",
            "医疗机构": "source.is_medical", "排污许可证编号": "source.permit_number",
            "许可证有效期自": "source.permit_valid_from",
            "许可证有效期至": "source.permit_valid_until", "经度（WGS84）": "source.longitude",
            "纬度（WGS84）": "source.latitude", "环保联系人": "source.contact_name",
            "联系电话": "source.contact_phone", "单位负责人": "source.principal_name",
            "负责人电话": "source.principal_phone", "填报坐标系": "source.datum",
            "填报坐标": "source.typed_position", "投用日期": "source.opened_on",
            "关闭日期": "source.closed_on", "关闭原因": "source.close_reason",
            "登记时间": "source.created_at",
        },
    ),
    (
        "sources/outlet_detail.html",
        lambda filled: outlet_context(filled, "flue_gas"),
        {
            **PLACE, "排气筒高度（m）": "outlet.height", "出口内径（m）": "outlet.inner_diameter",
        },
    ),
    (
        "sources/outlet_detail.html",
        lambda filled: outlet_context(filled, "wastewater"),
        {**PLACE, "量水设施": "outlet.channel"},
    ),
    (
        "instruments/point_detail.html",
        point_context,
        {
            **TEXTS_OF_A_POINT,
            "测点名称": "point.name", "MN 号": "point.mn_code", "排口": "point.outlet",
            "投用日期": "point.opened_on",
            "联网日期": "point.networked_on", "安装位置": "point.location",
            "坐标（WGS84）": "point.position_text", "站房面积（m²）": "point.station_area",
            "站房温度控制": "=有", "不间断电源（UPS）": "=无", "视频监控": "=有",
            "关闭日期": "point.closed_on", "关闭原因": "point.close_reason",
        },
    ),
    (
        "supervision/filings/detail.html",
        filing_context,
        {
            "排污单位": "revision.instrument.organization.name",
            "所属区": "revision.instrument.point.outlet.source.district.name", "排口": "outlet",
            "测点": "revision.instrument.point.name",
            "MN 号": "revision.instrument.point.mn_code", "类别": "revision.instrument.kind",
        },
    ),
    (
        "supervision/agency_filings/detail.html",
        _rows(("filing", AgencyFiling)),
        {
            "法定代表人": "filing.legal_representative",
            "注册资本（万元）": "filing.registered_capital",
            "在运维项目数量": "filing.project_count", "项目金额（万元）": "filing.project_amount",
            "联系人": "filing.contact_name", "联系电话": "filing.contact_phone",
            "办公地址": "filing.address", "运维范围": "filing.scope",
            "备案编号": "filing.filing_number", "提交时间": "filing.submitted_at",
        },
    ),
    (
        "agencies/organization.html",
        _rows(("organization", Organization), ("filing", AgencyFiling)),
        {
            "统一社会信用代码": "organization.uscc", "所属区": "organization.district.name",
            "备案编号": "filing.filing_number", "联系人": "filing.contact_name",
            "联系电话": "filing.contact_phone", "运维范围": "filing.scope",
        },
    ),
    (
        "agencies/filing.html",
        _rows(("organization", Organization), ("official", AgencyFiling)),
        {
            "机构名称": "organization.name", "统一社会信用代码": "organization.uscc",
            "备案编号": "official.filing_number",
        },
    ),
    (
        "maintenance/plans/detail.html",
        plan_context,
        {
            "计划期限": "={plan.starts_on} 至 {plan.ends_on}", "运维点位": "=7 个",
            "运维人员": "={one.name}、{two.name}",
            "运维设备": "={equipment.name}（{equipment.asset_number}）",
            "运维车辆": "vehicle.plate", "未纳入说明": "plan.left_out_reason",
        },
    ),
    (
        "maintenance/_visit_facts.html",
        visit_context,
        {
            "状态": "visit.state", "结果": "visit.verdict", "计划日期": "visit.task.due_on",
            "排污单位": "visit.discharger.name", "污染源": "visit.point.outlet.source.name",
            "排口": "visit.outlet", "测点": "visit.point.name", "MN 号": "visit.point.mn_code",
            "所属区": "visit.district.name", "运维机构": "visit.agency.name",
            "运维人员": "visit.engineer.display_name", "同行人员": "=甲、乙",
            "签到时间": "visit.signed_in_at", "签退时间": "visit.signed_out_at",
            "确认截止": "visit.confirm_by",
            "签到位置": "=121.500000，31.250000（{visit.sign_in_datum}）",
            "距测点": "={visit.sign_in_distance} m", "定位精度": "=±{visit.sign_in_accuracy} m",
        },
    ),
    (
        "maintenance/_visit_confirmation.html",
        confirmation_context,
        {
            "意见": "confirmation.decision", "异议原因": "confirmation.reason",
            "签字人": "confirmation.signer_name", "签字时间": "confirmation.decided_at",
        },
    ),
    (
        "maintenance/check.html",
        _rows(("visit", Visit)),
        {
            "编号": "visit.id", "排污单位": "visit.discharger.name", "测点": "visit.point.name",
            "运维机构": "visit.agency.name", "签到时间": "visit.signed_in_at",
            "提交时间": "visit.submitted_at", "状态": "visit.state",
            "内容摘要": "visit.content_digest",
        },
    ),
    (
        "instruments/follow_up_done.html",
        lambda filled: {"subject": filled.row(FollowUp, "subject.")},
        {
            "测点": "subject.instrument.point.name",
            "仪器": "={subject.revision.name} {subject.revision.model}",
            "依据": "subject.standard", "期限": "subject.due_on",
        },
    ),
    (
        "identity/account.html",
        account_context,
        {
            "账号": "account.username", "姓名": "account.display_name",
            "手机号": "=138****5678", "单位": "account.organization.name",
            "角色": "=管理员、查看者", "建立时间": "account.created_at",
        },
    ),
    (
        "identity/account_password.html",
        account_context,
        {
            "账号": "account.username", "姓名": "account.display_name",
            "一次性密码": "=once-only",
        },
    ),
    (
        "supervision/evidence.html",
        lambda filled: {
            "log": LogState(
                "日志名", filled.row(Checkpoint, "log.checkpoint."), 3, filled.row(Event).at
            )
        },
        {
            "日志名称": "=日志名", "条数": "log.checkpoint.size",
            "签署时间": "log.checkpoint.created_at", "等待写入": "=3 条，最早 {at}",
        },
    ),
    (
        "verification/parts/basics.html",
        report_context,
        {
            "报告编号": "report.number", "报告类别": "report.kind", "出具单位": "report.issuer",
            "签发日期": "report.issued_on", "排污单位": "report.discharger.name",
            "排口": "report.outlet", "测点": "report.point.name",
            "MN 号": "report.point.mn_code", "实施开始时间": "report.executed_from",
            "实施结束时间": "report.executed_to", "报告格式": "form_title",
            "执行标准": "report.standard", "参比数据来源": "report.data_source",
            "第三方名称": "report.third_party", "第三方报告编号": "report.third_party_report",
            "分析实验室": "report.laboratory", "CMA 证书编号": "report.laboratory_cma",
            "实验室报告编号": "report.laboratory_report", "说明": "report.note",
            "保存期限": "kept",
        },
    ),
    (
        "verification/parts/signing.html",
        report_context,
        {
            "编制人": "report.prepared_by.display_name", "编制时间": "report.created_at",
            "校核人": "report.checked_by.display_name", "校核时间": "report.checked_at",
            "校核意见": "report.check_note", "批准人": "report.signed_by.display_name",
            "提交时间": "report.submitted_at", "受理时间": "report.received_at",
            "审核时间": "report.decided_at", "审核意见": "report.decision_note",
            "撤回原因": "report.withdraw_reason", "内容摘要": "report.content_digest",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("template", "make", "facts"), FACTS, ids=[name for name, _make, _facts in FACTS]
)
def test_each_name_of_a_page_stands_beside_its_value(
    template: str, make: Callable[[Filled], dict[str, Any]], facts: Expected, rf: RequestFactory
) -> None:
    filled = Filled()
    context = make(filled)
    request = rf.get("/")
    request.htmx = False  # type: ignore[attr-defined]  # as the middleware does
    shown = facts_by_name(render_to_string(template, context, request))
    wanted = expected(filled, facts, "page")
    assert set(shown) == set(wanted)
    if "意见" in shown:  # which may be followed by a mark
        shown["意见"] = shown["意见"].removesuffix("超过当日").strip()
    assert shown == wanted


@pytest.mark.parametrize("register", REGISTERS, ids=[one.slug for one in REGISTERS])
def test_each_name_of_a_register_stands_beside_its_value(
    register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, facts = REGISTERS[register]
    filled = Filled()
    row = having(filled.row(model), education_title="学历名")
    form_class = register.form_class
    # the choices of its fields are asked of a database
    form = type("Form", (), {"fields": form_class.base_fields, "sections": form_class.sections})
    monkeypatch.setattr(type(register), "form_class", staticmethod(lambda **_initial: form))
    shown = {str(name): str(text) for _legend, lines in register.facts(row) for name, text in lines}
    assert shown == expected(filled, facts, "page")


def test_every_page_with_facts_has_a_line_here() -> None:
    """Facts that follow from a list of names and values are tested where that list is made."""
    elsewhere = {
        "administration/overview.html", "administration/service.html", "agencies/parts/facts.html",
        "certificates/register.html", "credit/trainings/detail.html",
        "maintenance/_sheet_blocks.html",
        "sources/parts/closing_facts.html", "sources/parts/place_lines.html",
        "instruments/parts/point_panel.html",
        "instruments/parts/revision_values.html", "library/rules/confirm.html",
        "library/report_forms/shown.html",
        "library/rules/difference.html", "library/rules/pack.html",
    }  # fmt: skip
    names = {str(path).split("/templates/")[1] for path in SOURCES.rglob("*.html")
             if "<dt>" in path.read_text() or "parts/fact.html" in path.read_text()}  # fmt: skip
    assert names - elsewhere == {name for name, _make, _facts in FACTS}
