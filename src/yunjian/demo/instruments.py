"""What happens to instruments in the invented city: samplers, successors, stops, changes."""

from datetime import timedelta
from typing import Any

from yunjian.demo.builder import HISTORY_DAYS, CityBuilder, Discharger
from yunjian.demo.pictures import panel
from yunjian.instruments import services
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.sources.models import MonitoringPoint

SAMPLER_EVERY = 3
SAMPLERS = (
    ("哈希（HACH）", "SD900", "等比例采样"),
    ("力合科技", "LFS-2002(S)", "等比例采样"),
    ("格雷斯普", "9000K", "等时采样"),
)


def build_lives(builder: CityBuilder) -> None:
    """Let some wastewater points have samplers, and a few instruments a life."""
    for discharger in builder.dischargers[::SAMPLER_EVERY]:
        for point in discharger.points:
            if point.kind == "wastewater":
                _sampler(builder, discharger, point)
    acts = (_replace, _change_parameters, _stop, _renew, _replace, _renew)
    filed = [discharger for discharger in builder.dischargers if discharger.points]
    for act, discharger in zip(acts, filed, strict=False):
        instrument = _standing(discharger)
        if instrument is not None:
            act(builder, discharger, instrument)


def _standing(discharger: Discharger) -> Instrument | None:
    """Return the first analyser of a discharger of which nothing is being filed."""
    return (
        Instrument.unscoped()
        .filter(
            organization_id=discharger.organization.pk,
            kind="analyzer",
            period__endswith__isnull=True,
            period__isnull=False,
        )
        .exclude(revisions__state__in=["draft", "submitted"])
        .select_related("point__outlet__source")
        .order_by("id")
        .first()
    )


def approve(builder: CityBuilder, revision: InstrumentRevision, day: int, hour: float) -> None:
    """Let the bureau approve a filing."""
    with builder.acting(builder.reviewers[0], builder.moment(day, hour)) as actor:
        services.revision_approve(actor=actor, revision=revision, note="资料齐全，予以备案")


def _serial(builder: CityBuilder) -> str:
    return f"{builder.rng.randint(24, 26)}{builder.rng.randrange(10**6):06d}"


def _sampler(builder: CityBuilder, discharger: Discharger, point: MonitoringPoint) -> None:
    rng = builder.rng
    maker, model, mode = rng.choice(SAMPLERS)
    installed = builder.day(-rng.randint(60, 900))
    values: dict[str, Any] = {
        "name": "水质自动采样器",
        "method": mode,
        "maker": maker,
        "model": model,
        "serial_number": _serial(builder),
        "manufactured_on": installed - timedelta(days=rng.randint(40, 160)),
        "installed_on": installed,
        "certificate_number": f"CCAEPI-EP-{rng.randint(2022, 2025)}-{rng.randrange(1000):03d}",
        "certificate_valid_until": builder.today + timedelta(days=rng.randint(40, 1200)),
        "contact_name": discharger.owner.display_name,
        "contact_phone": discharger.owner.phone,
        "settings": {
            "bottles": rng.choice(("12", "24")),
            "bottle_millilitres": "1000",
            "sample_millilitres": "500",
            "interval_minutes": "60",
            "storage_temperature": "4",
            "retains_exceedance": "具备",
            "linked_analyzer": "联动（采混合样供分析仪）",
        },
    }
    with builder.acting(discharger.owner, builder.moment(-4, 16)) as actor:
        revision = services.revision_draft(actor=actor, point=point, kind="sampler", values=values)
        services.revision_submit(actor=actor, revision=revision)
    approve(builder, revision, -3, 15)


def _replace(builder: CityBuilder, discharger: Discharger, instrument: Instrument) -> None:
    installed = builder.day(HISTORY_DAYS - 12)
    old = InstrumentRevision.unscoped().get(instrument=instrument, state=RevisionState.OFFICIAL)
    values = {
        "method": old.method,
        "detection_limit": old.detection_limit,
        "serial_number": _serial(builder),
        "manufactured_on": installed - timedelta(days=70),
        "installed_on": installed,
        "certificate_number": f"CCAEPI-EP-2026-{builder.rng.randrange(1000):03d}",
        "certificate_valid_until": builder.today + timedelta(days=1600),
        "type_approval_number": f"2026C{builder.rng.randint(100, 400)}-31",
        "settings": {"slope": "1.0000", "intercept": "0.0"},
        "change_reason": "原仪器使用满 8 年，故障频繁，整机更换",
    }
    with builder.acting(discharger.owner, builder.moment(HISTORY_DAYS - 9, 10)) as actor:
        revision = services.instrument_replace(actor=actor, instrument=instrument, values=values)
        services.revision_submit(actor=actor, revision=revision)
    approve(builder, revision, HISTORY_DAYS - 6, 15)


def _change_parameters(
    builder: CityBuilder, discharger: Discharger, instrument: Instrument
) -> None:
    moment = builder.moment(HISTORY_DAYS - 5, 11)
    with builder.acting(discharger.owner, moment) as actor:
        photo = builder.picture(actor, "filing", panel(7), "变更后参数.jpg", discharger.district.pk)
        services.parameter_change(
            actor=actor,
            instrument=instrument,
            values={"settings.slope": "1.0180", "settings.intercept": "0.05"},
            reason="标样核查偏差 6%，重新标定后调整",
            changed_at=moment - timedelta(minutes=40),
            attachments=[photo],
        )


def _stop(builder: CityBuilder, discharger: Discharger, instrument: Instrument) -> None:
    with builder.acting(discharger.owner, builder.moment(HISTORY_DAYS - 4, 9)) as actor:
        services.instrument_stop(
            actor=actor,
            instrument=instrument,
            on=builder.day(HISTORY_DAYS - 3),
            reason="生产线停产检修，已向区局报告",
        )


def _renew(builder: CityBuilder, discharger: Discharger, instrument: Instrument) -> None:
    values = {
        "certificate_number": f"CCAEPI-EP-2026-{builder.rng.randrange(1000):03d}",
        "certificate_valid_until": builder.today + timedelta(days=1825),
        "change_kind": "renewal",
        "change_reason": "环保产品认证到期续证",
    }
    with builder.acting(discharger.owner, builder.moment(HISTORY_DAYS - 1, 14)) as actor:
        revision = services.revision_draft(
            actor=actor,
            point=instrument.point,
            kind=instrument.kind,
            values=values,
            instrument=instrument,
        )
        services.revision_submit(actor=actor, revision=revision)
