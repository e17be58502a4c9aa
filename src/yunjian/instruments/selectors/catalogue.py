"""Makes and models to choose from: those that ship, and those learned from what was filed."""

import tomllib
from functools import cache
from pathlib import Path

from yunjian.instruments.models import MakeAndModel
from yunjian.records.filters import value_filter

SHIPPED = Path(__file__).parents[1] / "data" / "makes.toml"
MOST = 200


@cache
def _shipped() -> tuple[MakeAndModel, ...]:
    rows = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["makes"]
    return tuple(
        MakeAndModel(
            **{key: text for key, text in row.items() if key != "parameters"}, parameter=parameter
        )
        for row in rows
        for parameter in row["parameters"]
    )


def makes_known(
    kind: str, medium: str, parameter: str = "", maker: str = "", model: str = ""
) -> list[MakeAndModel]:
    """Return known makes, the most filed first; each filter that is empty lets all through."""
    maker, model = maker.strip(), model.strip()
    learned = MakeAndModel.objects.filter(
        value_filter(parameter=parameter, maker__iexact=maker, model__iexact=model),
        kind=kind,
        medium=medium,
    )
    results = {
        (row.parameter, row.maker.lower(), row.model.lower()): row
        for row in learned.order_by("-filed", "maker", "model")[:MOST]
    }
    for make in _shipped():
        fits = (
            (make.kind, make.medium) == (kind, medium)
            and parameter in {"", make.parameter}
            and maker.lower() in {"", make.maker.lower()}
            and model.lower() in {"", make.model.lower()}
        )
        if fits:
            results.setdefault((make.parameter, make.maker.lower(), make.model.lower()), make)
    return list(results.values())
