"""The arithmetic of the standards: exact, with its steps, judged by rule packs.

Values are fractions: `float(value)` for JSON, `rounding.rounded(value, 2)` for a reported figure.
"""

from yunjian.standards.statistics.checks import (
    IndicationError,
    drift_state,
    indication_error,
    response_time,
    span_drift,
    zero_drift,
)
from yunjian.standards.statistics.conversions import (
    mass_rate,
    standard_flow,
    to_dry,
    to_mass_concentration,
    to_molar_concentration,
    to_reference_oxygen,
    to_standard_state,
    working_flow,
)
from yunjian.standards.statistics.errors import InvalidMeasurement, UnitMismatch
from yunjian.standards.statistics.fits import Correlation, FieldFactor, correlation, field_factor
from yunjian.standards.statistics.judging import Comparison, compared, pairs_required
from yunjian.standards.statistics.pairs import PairStatistics, pair_statistics
from yunjian.standards.statistics.steps import Quantity, Step
from yunjian.standards.statistics.validity import (
    Substitution,
    capture_rate,
    reached,
    substitution,
)

__all__ = [
    "Comparison",
    "Correlation",
    "FieldFactor",
    "IndicationError",
    "InvalidMeasurement",
    "PairStatistics",
    "Quantity",
    "Step",
    "Substitution",
    "UnitMismatch",
    "capture_rate",
    "compared",
    "correlation",
    "drift_state",
    "field_factor",
    "indication_error",
    "mass_rate",
    "pair_statistics",
    "pairs_required",
    "reached",
    "response_time",
    "span_drift",
    "standard_flow",
    "substitution",
    "to_dry",
    "to_mass_concentration",
    "to_molar_concentration",
    "to_reference_oxygen",
    "to_standard_state",
    "working_flow",
    "zero_drift",
]
