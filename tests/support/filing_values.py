"""Complete values of filings, as a careful person would fill them in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from yunjian.kernel.clock import today


def analyzer_values(parameter: str, **changes: Any) -> dict[str, Any]:
    """Return a complete analyser filing."""
    return {
        "name": f"{parameter} 在线分析仪",
        "parameter": parameter,
        "method": "重铬酸钾氧化分光光度法",
        "maker": "试验仪器厂",
        "model": "YJ-200",
        "serial_number": "SN-2026-01",
        "manufactured_on": today() - timedelta(days=60),
        "installed_on": today() - timedelta(days=20),
        "range_lower": Decimal(0),
        "range_upper": Decimal(200),
        "unit": "mg/L",
        "detection_limit": Decimal(4),
        "certificate_number": "CCAEPI-EP-2025-001",
        "certificate_valid_until": today() + timedelta(days=900),
        "contact_name": "周敏",
        "contact_phone": "13800000000",
        "settings": {"slope": "1.0213", "intercept": "-0.4", "digestion_temperature": "165"},
    } | changes


def sampler_values(**changes: Any) -> dict[str, Any]:
    """Return a complete sampler filing."""
    base = analyzer_values("x", name="水质自动采样器", method="等时采样")
    for path in ("parameter", "range_lower", "range_upper", "unit", "detection_limit"):
        del base[path]
    base["settings"] = {
        "bottles": "24",
        "bottle_millilitres": "1000",
        "sample_millilitres": "500",
        "interval_minutes": "60",
        "storage_temperature": "4",
        "retains_exceedance": "具备",
    }
    return base | changes
