"""Conversions of HJ 212-2017 annex D: standard state, dry, reference oxygen, flow and mass."""

from fractions import Fraction

from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.numbers import Measured, exact, not_negative, positive, shown
from yunjian.standards.statistics.steps import Quantity, quantity

STANDARD_PRESSURE, ZERO_CELSIUS = Fraction(101325), Fraction(273)
MOLAR_VOLUME, AIR_OXYGEN = Fraction("22.4"), Fraction(21)


def to_standard_state(
    concentration: Measured, *, atmosphere: Measured, static: Measured, temperature: Measured
) -> Quantity:
    """Return mg/m3 at 273 K and 101325 Pa; pressures in Pa, flue temperature in °C.

    Raises:
        InvalidMeasurement: a value is no number, the concentration negative, or pressure or
            temperature impossible.
    """
    c = _amount(concentration, "concentration")
    pressure, kelvin = _pressure(atmosphere, static), _kelvin(temperature)
    return quantity(
        ("标态浓度", "concentration at standard state"),
        "C_sn = C_s·101325/(Ba + Ps)·(273 + ts)/273",
        f"{shown(c)} × 101325/{shown(pressure)} × {shown(kelvin)}/273",
        c * STANDARD_PRESSURE / pressure * kelvin / ZERO_CELSIUS,
        "mg/m3",
    )


def to_dry(concentration: Measured, *, moisture: Measured) -> Quantity:
    """Return the concentration in dry gas; `moisture` is a volume fraction (0.10 for 10 %).

    Raises:
        InvalidMeasurement: the fraction is not within 0 … <1, or the concentration negative.
    """
    c, part = _amount(concentration, "concentration"), _moisture(moisture)
    return quantity(
        ("干基浓度", "concentration in dry gas"),
        "C_dry = C_wet/(1 − X_sw)",
        f"{shown(c)}/(1 − {shown(part)})",
        c / (1 - part),
        "mg/m3",
    )


def to_reference_oxygen(
    concentration: Measured, *, oxygen: Measured, reference: Measured
) -> Quantity:
    """Return the concentration at the reference oxygen; both in % of dry gas.

    Raises:
        InvalidMeasurement: an oxygen content is 21 % or more, or a value negative.
    """
    c = _amount(concentration, "concentration")
    result, wanted = _oxygen(oxygen, "oxygen"), _oxygen(reference, "reference_oxygen")
    return quantity(
        ("折算浓度", "concentration at the reference oxygen"),
        "C' = C·(21 − O2s)/(21 − O2)",
        f"{shown(c)} × (21 − {shown(wanted)})/(21 − {shown(result)})",
        c * (AIR_OXYGEN - wanted) / (AIR_OXYGEN - result),
        "mg/m3",
    )


def to_mass_concentration(molar: Measured, *, molar_mass: Measured) -> Quantity:
    """Return mg/m3 at standard state for µmol/mol and g/mol (SO2 64, NO2 46).

    Raises:
        InvalidMeasurement: a value is negative, or the molar mass zero.
    """
    c = _amount(molar, "concentration")
    mass = positive(exact(molar_mass, "molar_mass"), "molar_mass")
    return quantity(
        ("质量浓度", "mass concentration"),
        "C = M/22.4·C_v",
        f"{shown(mass)}/22.4 × {shown(c)}",
        mass / MOLAR_VOLUME * c,
        "mg/m3",
    )


def to_molar_concentration(mass: Measured, *, molar_mass: Measured) -> Quantity:
    """Return µmol/mol for mg/m3 at standard state and g/mol, as `to_mass_concentration` backwards.

    Raises:
        InvalidMeasurement: a value is negative, or the molar mass zero.
    """
    c = _amount(mass, "concentration")
    weight = positive(exact(molar_mass, "molar_mass"), "molar_mass")
    return quantity(
        ("体积浓度", "molar concentration"),
        "C_v = 22.4/M·C",
        f"22.4/{shown(weight)} × {shown(c)}",
        MOLAR_VOLUME / weight * c,
        "umol/mol",
    )


def working_flow(*, area: Measured, velocity: Measured) -> Quantity:
    """Return the flow in m3/h at working conditions, of m2 and m/s.

    Raises:
        InvalidMeasurement: the area is not above zero, or the velocity negative.
    """
    surface, speed = positive(exact(area, "area"), "area"), _amount(velocity, "velocity")
    return quantity(
        ("工况流量", "flow at working conditions"),
        "Q_sh = 3600·F·V",
        f"3600 × {shown(surface)} × {shown(speed)}",
        3600 * surface * speed,
        "m3/h",
    )


def standard_flow(
    flow: Measured,
    *,
    temperature: Measured,
    atmosphere: Measured,
    static: Measured,
    moisture: Measured,
) -> Quantity:
    """Return the flow of dry gas in m3/h at standard state, of m3/h at working conditions.

    Raises:
        InvalidMeasurement: see `to_standard_state` and `to_dry`.
    """
    q, part = _amount(flow, "flow"), _moisture(moisture)
    pressure, kelvin = _pressure(atmosphere, static), _kelvin(temperature)
    return quantity(
        ("标干流量", "flow of dry gas at standard state"),
        "Q_sn = Q_sh·273/(273 + ts)·(Ba + Ps)/101325·(1 − X_sw)",
        f"{shown(q)} × 273/{shown(kelvin)} × {shown(pressure)}/101325 × (1 − {shown(part)})",
        q * ZERO_CELSIUS / kelvin * pressure / STANDARD_PRESSURE * (1 - part),
        "m3/h",
    )


def mass_rate(concentration: Measured, *, flow: Measured) -> Quantity:
    """Return the emission in kg/h, of mg/m3 and m3/h in the same state.

    Raises:
        InvalidMeasurement: a value is no number or negative.
    """
    c, q = _amount(concentration, "concentration"), _amount(flow, "flow")
    return quantity(
        ("排放速率", "emission rate"),
        "G = C·Q·10⁻⁶",
        f"{shown(c)} × {shown(q)} × 10⁻⁶",
        c * q / 1_000_000,
        "kg/h",
    )


def _amount(value: Measured, field: str) -> Fraction:
    return not_negative(exact(value, field), field)


def _pressure(atmosphere: Measured, static: Measured) -> Fraction:
    total = _amount(atmosphere, "atmosphere") + exact(static, "static")
    return positive(total, "pressure")


def _kelvin(temperature: Measured) -> Fraction:
    return positive(ZERO_CELSIUS + exact(temperature, "temperature"), "temperature")


def _moisture(moisture: Measured) -> Fraction:
    part = _amount(moisture, "moisture")
    if part >= 1:
        raise InvalidMeasurement(
            "moisture", "moisture", "含湿量必须小于 100 %", "the moisture has to be below 100 %"
        )
    return part


def _oxygen(oxygen: Measured, field: str) -> Fraction:
    content = _amount(oxygen, field)
    if content >= AIR_OXYGEN:
        raise InvalidMeasurement(
            field, "oxygen_21", "含氧量必须小于 21 %，无法折算", "oxygen has to be below 21 %"
        )
    return content
