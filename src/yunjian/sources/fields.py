"""The fields of pollution sources, outlets and monitoring points.

Form, detail page, API, Excel, history and the sealed chain follow from what is said here; see
docs/development/add-a-field.md.
"""

from functools import partial

from django.utils.translation import gettext_lazy as _

from yunjian.records.fields import Field, Section, column_field, personal, section, specify
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.models.places import Medium, PositionedModel

GAS, WATER = Medium.FLUE_GAS.value, Medium.WASTEWATER.value
HAS = (_("有"), _("无"))


of_source = partial(column_field, PollutionSource)
of_outlet = partial(column_field, Outlet)
of_point = partial(column_field, MonitoringPoint)


def _position(model: type[PositionedModel]) -> tuple[Field, ...]:
    """Return the position as it is typed, in degrees of its datum; pages show it in WGS84."""
    return tuple(
        column_field(model, name, on_detail=False, help="")
        for name in ("datum", "longitude", "latitude")
    )


SOURCE = specify(
    PollutionSource,
    section(
        PollutionSource,
        _("基本信息"),
        "name",
        of_source("code", fixed=True, required=False, help=_("留空时按所属区自动编号")),
        of_source("uscc", on_detail=False),
        of_source("district", on_detail=False),
        "street",
        of_source("industry_code", help=_("GB/T 4754-2017，可输入代码或名称查找")),
        of_source("industry_name", required=False, help=_("留空时按代码填入中类名称")),
        "opened_on",
        of_source("address", width="wide"),
    ),
    section(
        PollutionSource,
        _("管理信息"),
        "management_level",
        "is_medical",
        "permit_number",
        "permit_valid_from",
        "permit_valid_until",
    ),
    Section(
        _("联系人"),
        personal(
            PollutionSource, "contact_name", "contact_phone", "principal_name", "principal_phone"
        ),
    ),
    Section(_("坐标"), _position(PollutionSource)),
)

OUTLET = specify(
    Outlet,
    section(
        Outlet,
        _("排口"),
        of_outlet("code", fixed=True),
        "name",
        "discharge_to",
        of_outlet("height", unit="m", only=GAS),
        of_outlet("inner_diameter", unit="m", only=GAS),
        of_outlet("channel", only=WATER),
        of_outlet("emission_standard", width="wide"),
        "opened_on",
    ),
    section(
        Outlet,
        _("位置"),
        of_outlet("location", width="wide"),
        *_position(Outlet),
    ),
)

POINT = specify(
    MonitoringPoint,
    section(
        MonitoringPoint,
        _("测点"),
        "name",
        of_point("mn_code", help=_("HJ 212 为 24 位；沿用本地编码时 14 至 24 位")),
        "opened_on",
        "networked_on",
        of_point("sampling_method", only=GAS, on_detail=False),
        of_point("automatic_calibration", only=GAS, on_detail=False),
    ),
    section(
        MonitoringPoint,
        _("监测因子"),
        of_point("parameters", required=False, width="wide", on_detail=False),
    ),
    section(
        MonitoringPoint,
        _("站房"),
        of_point("station_area", unit="m²"),
        of_point("station_temperature_control", width="narrow", yes_no=HAS),
        of_point("station_ups", width="narrow", yes_no=HAS),
        of_point("station_video", width="narrow", yes_no=HAS),
    ),
    section(
        MonitoringPoint,
        _("位置"),
        of_point("location", width="wide"),
        *_position(MonitoringPoint),
    ),
)

SPECIFICATIONS = (SOURCE, OUTLET, POINT)
