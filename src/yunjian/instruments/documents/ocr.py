"""Reading nameplates and certificates: an engine gives lines of text, rules find the values.

The engine is `rapidocr`, when it is installed (the extra `ocr`); without one nothing is offered.
What is found is a proposal: a person accepts it or not.
"""

import importlib.util
import re
from datetime import date
from functools import cache


class RapidOcr:
    """The engine of the package `rapidocr`; its models come along in the wheel."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR  # noqa: PLC0415 - an optional extra, slow to load

        self._engine = RapidOCR()

    def read(self, picture: bytes) -> list[str]:
        """Return the lines of text on a picture (JPEG or PNG), from top to bottom."""
        result = self._engine(picture)
        return [str(line) for line in (getattr(result, "txts", None) or ())]


@cache
def engine() -> RapidOcr | None:
    """Return the engine of this server, or None."""
    return RapidOcr() if importlib.util.find_spec("rapidocr") else None


SEPARATOR = r"\s*[:：.。]?\s*"
CODE = r"([A-Za-z0-9][A-Za-z0-9\-/()（）. ]{1,38}[A-Za-z0-9)）])"
MONTH = r"(\d{4}\s*[-./年]\s*\d{1,2}(?:\s*[-./月]\s*\d{1,2})?)"
PATTERNS = {
    "serial_number": [
        rf"(?:出厂编号|产品编号|仪器编号|机身号|编\s*号|S/?N|Serial\s*No){SEPARATOR}{CODE}"
    ],
    "model": [rf"(?:规格型号|产品型号|仪器型号|型\s*号|Model){SEPARATOR}{CODE}"],
    "maker": [
        rf"(?:生产厂家|制造商|生产单位|制造单位|委托单位){SEPARATOR}(\S{{4,40}})",
        r"(\S{2,30}(?:有限公司|股份公司|集团))",
    ],
    "name": [rf"(?:产品名称|仪器名称|名\s*称){SEPARATOR}(\S{{3,40}})"],
    "manufactured_on": [
        rf"(?:出厂日期|生产日期|制造日期|Date){SEPARATOR}{MONTH}",
    ],
    "certificate_number": [
        r"(CCAEPI-[A-Z]{2}-\d{4}-\d{2,4})",
        r"(质\（?认\）?字\s*[A-Za-z0-9.\- ]{4,30})",
    ],
    "certificate_valid_until": [
        rf"(?:有效期至|有效期限至|有效期{SEPARATOR}至){SEPARATOR}{MONTH}",
    ],
    "type_approval_number": [
        r"(?:CPA|型式批准)\D{0,12}(\d{4}[A-Z]?\d{2,4}-\d{2}|\d{4}[A-Z]\d{3,4})"
    ],
    "range": [rf"(?:测量范围|量\s*程){SEPARATOR}\(?(\d+(?:\.\d+)?)\s*[-~～—]\s*(\d+(?:\.\d+)?)"],
}
DATES = {"manufactured_on", "certificate_valid_until"}


def proposals(lines: list[str]) -> dict[str, str]:
    """Return the values that lines of a nameplate or certificate seem to say, by path."""
    text = "\n".join(line.strip() for line in lines)
    results: dict[str, str] = {}
    for path, patterns in PATTERNS.items():
        match = next(
            (hit for one in patterns if (hit := re.search(one, text, re.IGNORECASE))), None
        )
        if match is None:
            continue
        if path == "range":
            results["range_lower"], results["range_upper"] = match.groups()
        elif path in DATES:
            day = _day(match.group(1))
            if day:
                results[path] = day
        else:
            results[path] = match.group(1).strip()
    return results


def _day(text: str) -> str:
    parts = [int(part) for part in re.findall(r"\d+", text)]
    try:
        return date(*[*parts, 1][:3]).isoformat()
    except (ValueError, TypeError):
        return ""
