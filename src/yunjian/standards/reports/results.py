"""What a test of a report computes to: recomputed from its readings, never believed.

The arithmetic is that of `standards.statistics`, exact and judged unrounded; the limits come from
the rule packs of the day. What no pack establishes is 未确认 and neither passes nor fails.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, cast
from unicodedata import normalize

from yunjian.standards.reports.model import ReportForm, TestSpec
from yunjian.standards.reports.readings import EXCLUDED, Unclear, number_text
from yunjian.standards.rounding import rounded
from yunjian.standards.rules.limits import is_unconfirmed
from yunjian.standards.rules.model import LimitRow, Text
from yunjian.standards.rules.packs import NotInForce, Pack, UnknownRule, pack_on
from yunjian.standards.statistics.checks import (
    drift_state,
    indication_error,
    response_time,
    span_drift,
    zero_drift,
)
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.fits import correlation, field_factor
from yunjian.standards.statistics.judging import (
    UNCONFIRMED,
    Comparison,
    band_of,
    compared,
    criteria_of,
    criterion_text,
    limit_for,
)
from yunjian.standards.statistics.numbers import exact, mean, positive, shown
from yunjian.standards.statistics.steps import Step, step

Verdict = Literal["pass", "fail", "unconfirmed", "not_judged"]
GRAVEST_FIRST: tuple[Verdict, ...] = ("fail", "unconfirmed", "not_judged")
RELATIVE_DECIMALS, ABSOLUTE_DECIMALS = 2, 3
CHECKS = ("check_before", "check_after")


@dataclass(frozen=True, slots=True)
class TestData:
    """A test as it stands in a report: texts as they are kept (see `readings`).

    `readings` are rows column → text; a row whose `excluded` says why does not count.
    """

    __test__ = False  # no test of ours

    test: str
    parameter: str
    readings: Sequence[Mapping[str, str]]
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    basis: str = ""
    declared: Mapping[str, str] = field(default_factory=dict)
    declared_verdict: str = ""


@dataclass(frozen=True, slots=True)
class ResultQuantity:
    """A computed value; `text` is as the standard reports it, rounded half to even."""

    key: str
    title: Text
    value: Fraction
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A declared value that is not the computed one, rounded as it was declared."""

    key: str
    title: Text
    declared: str
    computed: str


@dataclass(frozen=True, slots=True)
class ResultProblem:
    """Why something could not be computed; `path` is `readings[3].measured`, `values.upper` …"""

    path: str
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test computes to. `rows` are those that count, `least` how many are due (None: the
    packs say nothing); `other_basis`: it was judged by another paper than the standard of its pack,
    whose limits nobody has established here; `by_form` is the verdict by that standard all the
    same."""

    __test__ = False  # no test of ours

    test: str
    parameter: str
    rows: int
    least: int | None
    quantities: tuple[ResultQuantity, ...]
    criterion: str
    verdict: Verdict
    standard: str
    clause: str
    provenance: str
    steps: tuple[Step, ...]
    disagreements: tuple[Disagreement, ...]
    problems: tuple[ResultProblem, ...]
    checks_missing: bool
    other_basis: bool
    by_form: Verdict

    def quantity(self, key: str) -> ResultQuantity | None:
        """Return a quantity by its key."""
        return next((item for item in self.quantities if item.key == key), None)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON keeps it: numbers as text."""
        data = asdict(self)
        for item in data["quantities"]:
            item["value"] = shown(item["value"], ABSOLUTE_DECIMALS * 2)
        return cast("dict[str, Any]", _plain(data))


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What all tests of a report compute to, and the verdict of the report."""

    tests: tuple[TestResult, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class _Computed:
    quantities: tuple[ResultQuantity, ...]
    criterion: str
    passed: bool | None
    rows: tuple[LimitRow, ...]
    steps: tuple[Step, ...]


def recompute(
    form: ReportForm, tests: Iterable[TestData], on_date: date, among: Iterable[Pack] | None = None
) -> ReportResult:
    """Return what the tests of a report compute to by the packs of a day.

    The report fails if a test fails; it passes only if every test passes.

    Raises:
        KeyError: a test that the form does not have.
    """
    known = None if among is None else list(among)
    results = tuple(recompute_test(form, item, on_date, known) for item in tests)
    return ReportResult(results, overall([item.verdict for item in results]))


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a report from those of its tests."""
    for verdict in GRAVEST_FIRST:
        if verdict in verdicts:
            return verdict
    return "pass" if verdicts else "not_judged"


def recompute_test(
    form: ReportForm, data: TestData, on_date: date, among: Iterable[Pack] | None = None
) -> TestResult:
    """Return what one test computes to.

    Raises:
        KeyError: the form has no such test.
    """
    spec = form.test(data.test)
    rows = [row for row in data.readings if not row.get(EXCLUDED)]
    numbered = [
        (number, row) for number, row in enumerate(data.readings, start=1) if not row.get(EXCLUDED)
    ]
    problems = [*_unclear(spec, numbered), *_unclear_values(spec, data)]
    computed: _Computed | None = None
    held, least = None, None
    try:
        held = pack_on(spec.pack, on_date, among)
        least = _least(spec, held, data)
        if not problems and rows:
            computed = _METHODS[spec.method](spec, held, data, rows)
    except (UnknownRule, NotInForce):
        text = Text(f"{spec.pack} 当日未施行", f"{spec.pack} was not in force on that day")
        problems.append(ResultProblem("", "not_in_force", text))
    except InvalidMeasurement as error:
        problems.append(_problem(error, numbered))
    checks = tuple(_check_quantities(data))
    other_basis = (
        bool(data.basis) and held is not None and _key(held.standard) not in _key(data.basis)
    )
    few = bool(least) and len(rows) < (least or 0)
    by_form: Verdict = "not_judged" if few else _verdict(computed)
    return TestResult(
        test=spec.key,
        parameter=data.parameter,
        rows=len(rows),
        least=least,
        quantities=(*(computed.quantities if computed else ()), *checks),
        criterion=computed.criterion if computed else "",
        verdict="unconfirmed" if other_basis and by_form in {"pass", "fail"} else by_form,
        standard=_standard(computed, held, spec),
        clause=computed.rows[0].clause if computed and computed.rows else spec.clause,
        provenance=computed.rows[0].provenance if computed and computed.rows else spec.provenance,
        steps=computed.steps if computed else (),
        disagreements=tuple(_disagreements(data, computed)),
        problems=tuple(problems),
        checks_missing=spec.reference_check and not all(data.values.get(key) for key in CHECKS),
        other_basis=other_basis,
        by_form=by_form,
    )


def _key(standard: str) -> str:
    """Return a standard's number as it compares: `HJ355—2019` is HJ 355-2019."""
    return "".join(each for each in normalize("NFKC", standard).casefold() if each.isalnum())


def _verdict(computed: _Computed | None) -> Verdict:
    if computed is None:
        return "not_judged"
    if computed.passed is None or any(map(is_unconfirmed, computed.rows)):
        return "unconfirmed"
    return "pass" if computed.passed else "fail"


def _standard(computed: _Computed | None, held: Pack | None, spec: TestSpec) -> str:
    authority = computed.rows[0].authority if computed and computed.rows else None
    return authority or (held.standard if held else spec.pack)


def _least(spec: TestSpec, held: Pack, data: TestData) -> int | None:
    rows = limit_rows(spec, held, data.parameter)
    return max((row.pairs_min for row in rows if row.pairs_min), default=None)


def limit_rows(spec: TestSpec, held: Pack, parameter: str) -> list[LimitRow]:
    """Return the rows of a pack that a test of a parameter is judged by, in the order of the form.

    Raises:
        InvalidMeasurement: the pack has none for the parameter.
    """
    if spec.method == "accuracy":
        return [limit_for(held, parameter)]
    rows = {row.id.lower(): row for row in held.limits}
    found = []
    for name in spec.limits:
        row = rows.get(name.format(parameter=parameter).lower())
        if row is None:
            raise InvalidMeasurement(
                "parameter",
                "parameter",
                f"{held.standard} 没有 {parameter} 的这项限值",
                f"{held.standard} has no such limit for {parameter}",
            )
        found.append(row)
    return found


# --- the methods


def _accuracy(
    _spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    result = compared(
        held,
        data.parameter,
        [row["reference"] for row in rows],
        [row["measured"] for row in rows],
        unit=data.unit or None,
        emission_limit=data.values.get("emission_limit") or None,
    )
    limit = limit_for(held, data.parameter)
    band = band_of(criteria_of(limit, data.unit or None)[1], result.statistics.mean_reference)
    needed = ""
    if result.pairs_required is not None:
        needed = f"，{len(rows)} 对中至少 {result.pairs_required} 对"
    return _Computed(
        tuple(_pair_quantities(result)),
        f"{criterion_text(band)}{needed}",
        result.passed,
        (limit,),
        result.steps,
    )


def _pair_quantities(result: Comparison) -> Iterator[ResultQuantity]:
    numbers, unit = result.statistics, result.unit
    rows = (
        ("mean_reference", "参比方法平均值", "mean of the reference", numbers.mean_reference, unit),
        ("mean_measured", "仪器平均值", "mean of the instrument", numbers.mean_measured, unit),
        ("difference", "差值平均值", "mean difference", numbers.d_bar, unit),
        ("deviation", "差值标准偏差", "deviation of the differences", numbers.s_d, unit),
        ("confidence", "置信系数", "confidence coefficient", numbers.cc, unit),
        ("AE", "绝对误差", "absolute error", numbers.absolute_error, unit),
        ("RE", "相对误差", "relative error", numbers.relative_error, "%"),
        ("RA", "相对准确度", "relative accuracy", numbers.relative_accuracy, "%"),
    )
    for key, zh, en, value, of in rows:
        if value is not None:
            yield _quantity(key, zh, en, value, of)
    if result.pairs_passed is not None:
        passed = Fraction(result.pairs_passed)
        yield _quantity("pairs_passed", "合格对数", "pairs that pass", passed, "1")


def _drift(
    spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    limits = limit_rows(spec, held, data.parameter)
    bounds = {"lower": data.values["lower"], "upper": data.values["upper"]}
    zero = [zero_drift(row["zero_after"], row["zero_before"], **bounds) for row in rows]
    span = [span_drift(row["span_after"], row["span_before"], **bounds) for row in rows]
    quantities, states = [], []
    for key, drifts, limit in (("zero_drift", zero, limits[0]), ("span_drift", span, limits[-1])):
        worst = max(drifts, key=lambda item: abs(item.value))
        titles = ("零点漂移", "zero drift") if key == "zero_drift" else ("量程漂移", "span drift")
        quantities.append(_quantity(key, *titles, worst.value, worst.unit))
        states.append(drift_state(limit, worst.value))
    open_ = "unconfirmed" in states
    return _Computed(
        tuple(quantities),
        "；".join(_single(limit) for limit in limits),
        None if open_ else all(state == "within_limits" for state in states),
        tuple(limits),
        tuple(line for item in [*zero, *span] for line in item.steps),
    )


def _indication(
    spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    limits = limit_rows(spec, held, data.parameter)
    found = [
        indication_error(
            limits[0],
            [row["first"], row["second"], row["third"]],
            row["nominal"],
            lower=data.values["lower"],
            upper=data.values["upper"],
            unit=data.unit or None,
        )
        for row in rows
    ]
    worst = max(found, key=lambda item: abs(item.error.value))
    quantity = _quantity(
        "indication", "示值误差（最大）", "indication error (largest)",
        worst.error.value, worst.error.unit,
    )  # fmt: skip
    limit = worst.limit
    return _Computed(
        (quantity,),
        UNCONFIRMED if limit is None else f"±{shown(limit)} {worst.error.unit}",
        None if any(item.passed is None for item in found) else all(i.passed for i in found),
        tuple(limits),
        tuple(line for item in found for line in item.error.steps),
    )


def _response(
    spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    limits = limit_rows(spec, held, data.parameter)
    time = response_time([row["transport"] for row in rows], [row["rise"] for row in rows])
    quantity = _quantity("response", "系统响应时间", "system response time", time.value, time.unit)
    return _Computed(
        (quantity,), _single(limits[0]), _at_most(limits[0], time.value), tuple(limits), time.steps
    )


def _correlation(
    spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    limits = limit_rows(spec, held, data.parameter)
    found = correlation(
        [row["reference"] for row in rows],
        [row["measured"] for row in rows],
        emission_limit=data.values["emission_limit"],
    )
    of_range = exact(data.values["upper"], "upper")
    band = band_of(criteria_of(limits[0], None)[1], of_range)
    least = None if band.limit is None else Fraction(band.limit)
    passed = [
        None if least is None else found.r >= least,
        _at_most(limits[1], found.confidence),
        _at_most(limits[2], found.tolerance),
    ]
    quantities = (
        _quantity("slope", "斜率", "slope", found.slope, "1"),
        _quantity("intercept", "截距", "intercept", found.intercept, "mg/m3"),
        _quantity("r", "相关系数", "correlation coefficient", found.r, "1"),
        _quantity("CI", "置信区间半宽", "confidence half-width", found.confidence, "%"),
        _quantity("TI", "允许区间半宽", "tolerance half-width", found.tolerance, "%"),
    )
    criteria = [criterion_text(band), f"CI {_single(limits[1])}", f"TI {_single(limits[2])}"]
    return _Computed(
        quantities,
        "；".join(criteria),
        None if None in passed else all(passed),
        tuple(limits),
        found.steps,
    )


def _field_factor(
    spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    limits = limit_rows(spec, held, data.parameter)
    found = field_factor([row["reference"] for row in rows], [row["measured"] for row in rows])
    quantities = (
        _quantity("Kv", "速度场系数", "velocity field factor", found.mean, "1"),
        _quantity("deviation", "标准偏差", "standard deviation", found.deviation, "1"),
        _quantity("RSD", "相对标准偏差", "relative standard deviation", found.rsd, "%"),
    )
    criterion = f"RSD {_single(limits[0])}"
    return _Computed(
        quantities, criterion, _at_most(limits[0], found.rsd), tuple(limits), found.steps
    )


def _standard_check(
    spec: TestSpec, held: Pack, data: TestData, rows: Sequence[Mapping[str, str]]
) -> _Computed:
    limits = limit_rows(spec, held, data.parameter)
    errors, steps = [], []
    for number, row in enumerate(rows, start=1):
        nominal = positive(exact(row["nominal"], f"nominal[{number}]"), f"nominal[{number}]")
        reading = exact(row["measured"], f"measured[{number}]")
        error = (reading - nominal) / nominal * 100
        errors.append(error)
        steps.append(
            step(
                ("相对误差", "relative error"),
                "(X − C)/C × 100 %",
                f"({shown(reading)} − {shown(nominal)})/{shown(nominal)} × 100 %",
                error,
                "%",
            )
        )
    worst = max(errors, key=abs)
    quantities = (
        _quantity("RE", "相对误差（最大）", "relative error (largest)", worst, "%"),
        _quantity("mean_RE", "相对误差平均值", "mean relative error", mean(errors), "%"),
    )
    passed = _at_most(limits[0], abs(worst))
    return _Computed(quantities, f"RE ±{_bare(limits[0])}", passed, tuple(limits), tuple(steps))


_METHODS: dict[
    str, Callable[[TestSpec, Pack, TestData, Sequence[Mapping[str, str]]], _Computed]
] = {
    "accuracy": _accuracy,
    "drift": _drift,
    "indication": _indication,
    "response": _response,
    "correlation": _correlation,
    "field_factor": _field_factor,
    "standard_check": _standard_check,
}


# --- what the methods share


def _quantity(key: str, zh: str, en: str, value: Fraction, unit: str) -> ResultQuantity:
    decimals = RELATIVE_DECIMALS if unit.startswith("%") else ABSOLUTE_DECIMALS
    if unit == "1" and value.denominator == 1:
        decimals = 0
    return ResultQuantity(key, Text(zh, en), value, unit, f"{rounded(value, decimals):f}")


def _at_most(row: LimitRow, value: Fraction) -> bool | None:
    return None if row.limit is None else value <= Fraction(row.limit)


def _bare(row: LimitRow) -> str:
    return UNCONFIRMED if row.limit is None else f"{shown(Fraction(row.limit))} {row.unit or ''}"


def _single(row: LimitRow) -> str:
    sign = "±" if row.statistic in {"FS", "AE", "RE"} else "≤"
    return UNCONFIRMED if row.limit is None else f"{sign}{_bare(row)}"


def _check_quantities(data: TestData) -> Iterator[ResultQuantity]:
    """Yield the errors of the reference analyser in % of the standard gas, before and after."""
    titles = (
        ("采样前校核误差", "error before sampling"),
        ("采样后校核误差", "error after sampling"),
    )
    for key, (zh, en) in zip(CHECKS, titles, strict=True):
        nominal, reading = data.values.get("check_nominal", ""), data.values.get(key, "")
        try:
            base = positive(exact(nominal, "check_nominal"), "check_nominal")
            value = (exact(reading, key) - base) / base * 100
        except InvalidMeasurement:
            continue  # said where the values are read
        yield _quantity(key, zh, en, value, "%")


def _unclear(
    spec: TestSpec, rows: Iterable[tuple[int, Mapping[str, str]]]
) -> Iterator[ResultProblem]:
    for number, row in rows:
        for column in spec.columns:
            value = row.get(column.key, "")
            path = f"readings[{number}].{column.key}"
            if not value and column.required:
                text = Text(
                    f"第 {number} 行缺少{column.title.zh}",
                    f"row {number}: {column.title.en} is missing",
                )
                yield ResultProblem(path, "required", text)
            elif value and column.type == "number":
                yield from _unclear_number(path, value, f"第 {number} 行", f"row {number}")


def _unclear_values(spec: TestSpec, data: TestData) -> Iterator[ResultProblem]:
    for item in spec.fields:
        value = data.values.get(item.key, "")
        if not value and item.required:
            text = Text(f"请填写{item.title.zh}", f"{item.title.en} is missing")
            yield ResultProblem(f"values.{item.key}", "required", text)
        elif value and item.type == "number":
            path = f"values.{item.key}"
            yield from _unclear_number(path, value, item.title.zh, item.title.en)


def _unclear_number(path: str, value: str, zh: str, en: str) -> Iterator[ResultProblem]:
    if value.startswith("<"):
        text = Text(
            f"{zh} {value} 低于检出限，无法参加计算", f"{en}: {value} is below the detection limit"
        )
        yield ResultProblem(path, "below_detection", text)
        return
    try:
        exact(value, path)
    except InvalidMeasurement as error:
        yield ResultProblem(
            path, error.reason, Text(f"{zh} {error.message_zh}", f"{en}: {error.message_en}")
        )


def _problem(
    error: InvalidMeasurement, numbered: Sequence[tuple[int, Mapping[str, str]]]
) -> ResultProblem:
    """Return a problem of the computation at the reading that it names, `measured[3]`."""
    name, _, place = error.field.partition("[")
    path = error.field
    if place.rstrip("]").isdigit():
        number, _row = numbered[int(place.rstrip("]")) - 1]
        path = f"readings[{number}].{name}"
    elif name in {"range", "range_upper", "upper"}:
        path = "values.upper"
    elif name == "emission_limit":
        path = "values.emission_limit"
    return ResultProblem(path, error.reason, Text(error.message_zh, error.message_en))


def _disagreements(data: TestData, computed: _Computed | None) -> Iterator[Disagreement]:
    """Yield what was declared otherwise than it computes to, compared at the declared digits."""
    for item in computed.quantities if computed else ():
        declared = data.declared.get(item.key, "").strip()
        if not declared:
            continue
        try:
            number = Decimal(number_text(declared, item.unit))
        except (Unclear, InvalidOperation):
            yield Disagreement(item.key, item.title, declared, item.text)
            continue
        exponent = number.as_tuple().exponent
        most = -Decimal(item.text).as_tuple().exponent  # type: ignore[operator]
        digits = min(max(-exponent, 0) if isinstance(exponent, int) else 0, most)
        half = Fraction(1, 2 * 10**digits)
        if abs(Fraction(number) - item.value) > half:
            yield Disagreement(item.key, item.title, declared, item.text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
