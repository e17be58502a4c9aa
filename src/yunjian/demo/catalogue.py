"""What the invented city is made of (`data/catalogue.toml`)."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_DATA = tomllib.loads(
    Path(__file__).with_name("data").joinpath("catalogue.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Industry:
    """A trade: GB/T 4754 code and name, what its companies are called, what they discharge."""

    code: str
    name: str
    business: str
    water: bool
    gas: bool


@dataclass(frozen=True, slots=True)
class Make:
    """An instrument that exists: what measures which parameter, and how."""

    maker: str
    model: str
    name: str
    method: str
    upper: str
    unit: str
    limit: str


# code, name and rough centre (degrees, WGS84)
DISTRICTS = tuple(
    (row["code"], row["name"], row["longitude"], row["latitude"]) for row in _DATA["districts"]
)
INDUSTRY = tuple(row["industry"] for row in _DATA["districts"])
STREETS = {row["code"]: row["street"] for row in _DATA["districts"] if "street" in row}
INDUSTRIES = tuple(Industry(**row) for row in _DATA["industries"])
MAKES = {name: tuple(Make(**row) for row in rows) for name, rows in _DATA["makes"].items()}
ROADS, AGENCIES = _DATA["roads"], _DATA["agencies"]
FIRST, SECOND = _DATA["first"], _DATA["second"]
SURNAMES, GIVEN = _DATA["surnames"], _DATA["given"]
WATER_SETS, SECOND_WATER_SET = _DATA["water_sets"], _DATA["second_water_set"]
GAS_SETS = _DATA["gas_sets"]
EQUIPMENT, PARTS = _DATA["equipment"], _DATA["parts"]
OBJECTIONS, ABNORMAL = _DATA["objections"], _DATA["abnormal"]
