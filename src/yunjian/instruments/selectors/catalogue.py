"""Makes and models to choose from: those that ship, and those learned from what was filed."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from yunjian.instruments.models import MakeAndModel

SHIPPED = Path(__file__).parents[1] / "data" / "makes.toml"
MOST = 200


@dataclass(frozen=True, slots=True)
class Make:
    """A kind of instrument: who makes it, what it measures and how."""

    kind: str
    medium: str
    parameter: str
    maker: str
    model: str
    name: str
    method: str
    unit: str = ""


@cache
def _shipped() -> tuple[Make, ...]:
    rows = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["makes"]
    return tuple(
        Make(**{key: text for key, text in row.items() if key != "parameters"}, parameter=parameter)
        for row in rows
        for parameter in row["parameters"]
    )


def makes_known(
    kind: str, medium: str, parameter: str = "", maker: str = "", model: str = ""
) -> list[Make]:
    """Return known makes, the most filed first; each filter that is empty lets all through."""
    learned = MakeAndModel.objects.filter(kind=kind, medium=medium)
    if parameter:
        learned = learned.filter(parameter=parameter)
    if maker:
        learned = learned.filter(maker__iexact=maker.strip())
    if model:
        learned = learned.filter(model__iexact=model.strip())
    results = {
        (row.parameter, row.maker.lower(), row.model.lower()): Make(
            row.kind,
            row.medium,
            row.parameter,
            row.maker,
            row.model,
            row.name,
            row.method,
            row.unit,
        )
        for row in learned.order_by("-filed", "maker", "model")[:MOST]
    }
    for make in _shipped():
        fits = (
            (make.kind, make.medium) == (kind, medium)
            and parameter in {"", make.parameter}
            and maker.strip().lower() in {"", make.maker.lower()}
            and model.strip().lower() in {"", make.model.lower()}
        )
        if fits:
            results.setdefault((make.parameter, make.maker.lower(), make.model.lower()), make)
    return list(results.values())
