"""Who runs the system: the operator's three administrators, parks, the bureau's head, notices."""

from datetime import timedelta
from decimal import Decimal

from yunjian.access.actor import acting_as
from yunjian.administration.services import notice_publish, notice_save
from yunjian.demo.builder import LOADER, CityBuilder
from yunjian.demo.codes import uscc
from yunjian.identity.models import Account
from yunjian.identity.services.organizations import park_create
from yunjian.kernel.clock import at

# code of the city's own, name, the district it lies in, rough centre
PARKS = (
    ("310190", "云间化学工业区", "", "121.460", "30.815"),
    ("310191", "云间综合保税区", "310115", "121.600", "31.330"),
    ("310192", "临港新片区", "", "121.900", "30.900"),
)
COMMITTEE = "云间化学工业区管理委员会"
ADMINISTRATORS = (
    ("xt01", "system_administrator"),
    ("aq01", "security_administrator"),
    ("sj01", "audit_administrator"),
)
# days before today, title, text, audience
NOTICES = (
    (
        12,
        "关于开展本年度运维信用评价的通知",
        (
            "各运维机构：本年度信用评价自即日起归集系统内的备案、运维和报告数据。请于年底前"
            "核对人员证书、设备检定有效期和合同测点，逾期补录的材料不予采信。"
        ),
        ["agency"],
    ),
    (
        3,
        "运维记录当天确认提醒",
        (
            "各排污单位：运维机构提交的记录须于当天在“业务管理”中查看、签名确认；对内容有疑问的，"
            "请写明理由提出异议。超过当天未确认的将计入统计。"
        ),
        ["discharger", "agency"],
    ),
)


def build_operator(builder: CityBuilder) -> dict[str, Account]:
    """Enter the operator and the rest of the authorities; return the accounts by what they do."""
    with at(builder.moment(-6, 8)), acting_as(LOADER):
        operator = builder.organization(
            "operator", "云间市环境监控系统运营中心", uscc(builder.rng, "310000"), None
        )
        results = {
            role: builder.account(operator, username, builder.person_name(), role)
            for username, role in ADMINISTRATORS
        }
        results["head"] = builder.account(builder.authority, "sh00", builder.person_name(), "owner")
        _parks(builder)
    _notices(builder, results["head"])
    return results


def _parks(builder: CityBuilder) -> None:
    parks = [
        park_create(
            actor=LOADER,
            code=code,
            name=name,
            within=builder.districts.get(district),
            longitude=Decimal(east),
            latitude=Decimal(north),
        )
        for code, name, district, east, north in PARKS
    ]
    committee = builder.organization(
        "authority", COMMITTEE, uscc(builder.rng, "310000", authority=True), None
    )
    committee.jurisdiction.add(parks[0])
    builder.account(committee, "hg01", builder.person_name(), "reviewer", "inspector")


def _notices(builder: CityBuilder, head: Account) -> None:
    for days, title, body, audience in NOTICES:
        moment = builder.moment(builder.today - timedelta(days=days), 9)
        with builder.acting(head, moment) as actor:
            notice = notice_save(actor=actor, title=title, body=body, audience=audience)
            notice_publish(actor=actor, notice=notice)
