"""Limits as plain data, for sheet definitions, pages and the API."""

from decimal import Decimal
from typing import Any

from yunjian.standards.rules.model import Band, LimitRow, Row
from yunjian.standards.rules.packs import pack

NUMBERS = ("limit", "out_of_control", "absolute_limit", "absolute_out_of_control", "pairs_min")


def limits_as_data(pack_name: str, limit_id: str) -> dict[str, Any]:
    """Return a limit of a pack (`hj75-2017@1`) as plain JSON; every number is a double.

    Always there: `id`, `clause`, `provenance`, `unconfirmed`, and `unit` (of `limit`, or beside
    `criteria` the unit taken when none is given; None when nobody established it).
    There when established: `statistic`, `limit`, `out_of_control`, `absolute_limit`,
    `absolute_out_of_control`, `absolute_unit`, `pairs_min`; `bound` "min" for a limit that is to
    be reached; `pass_counts` `[{"from": pairs, "pass": pairs}]`: the last whose `from` is reached.
    `criteria` maps each unit to its bands, from the lowest up:
    `{"above" (>) | "from" (≥), "to" (≤) | "below" (<), "statistic", "limit", "unit"}`, with
    `emission_limit_below` where that is one more condition, or `unconfirmed: true` without value;
    `band_of` says what is compared with the bands: "reference_mean" or "range". What is not
    established is absent, and whoever uses it says 未确认.

    Ids of `hj75-2017@1`: drift.zero.pm, drift.span.pm, drift.zero.gas, drift.span.gas,
    drift.zero.velocity, accuracy.{SO2,NOx,gas,O2,PM,velocity,temperature,humidity}, response.gas,
    indication.{SO2,NOx,O2}, field_factor.rsd, correlation.{r,confidence,tolerance};
    of `hj355-2019@1`: check.standard,
    comparison.{CODcr,NH3-N,TP,TN,pH,temperature,flow,level};
    of `hj1286-2023@1`: accuracy.NMHC, response.NMHC, drift.zero.NMHC, drift.span.NMHC.

    Raises:
        UnknownRule: there is no such pack or limit.
    """
    row = pack(pack_name).limit(limit_id)
    data: dict[str, Any] = {
        "id": row.id,
        "clause": row.clause,
        "provenance": row.provenance,
        "unconfirmed": row.unconfirmed,
        "unit": row.unit,
    }
    data |= {key: float(value) for key in NUMBERS if (value := getattr(row, key)) is not None}
    data |= {key: value for key in ("statistic", "absolute_unit") if (value := getattr(row, key))}
    return data | _bands_and_counts(row)


def _bands_and_counts(row: LimitRow) -> dict[str, Any]:
    data: dict[str, Any] = {"bound": "min"} if row.bound == "min" else {}
    if row.criteria:
        data["band_of"] = row.band_of
        data["criteria"] = {
            unit: [_band(band) for band in sorted_bands(bands)]
            for unit, bands in row.criteria.items()
        }
    if row.pass_counts:
        data["pass_counts"] = [
            {"from": float(item.from_), "pass": float(item.required)} for item in row.pass_counts
        ]
    return data


def sorted_bands(bands: tuple[Band, ...]) -> list[Band]:
    """Return bands from the lowest up."""
    return sorted(bands, key=lambda band: (band.lower is not None, band.lower or Decimal(0)))


def is_unconfirmed(row: Row) -> bool:
    """Tell whether nobody has established all of the row's values yet."""
    bands = row.criteria.values() if isinstance(row, LimitRow) else ()
    return row.unconfirmed or any(band.unconfirmed for group in bands for band in group)


def _band(band: Band) -> dict[str, Any]:
    given = band.model_dump(by_alias=True, exclude_defaults=True)
    return {
        key: float(value) if isinstance(value, Decimal) else value for key, value in given.items()
    }
