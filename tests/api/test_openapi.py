"""openapi.json: current, complete, and without a shape that says nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.isolation.routes import EVERYBODY, OPERATIONS
from tests.support.sheet_values import honest_answers
from yunjian.api.openapi import document_text
from yunjian.api.root import api
from yunjian.maintenance.schemas import SheetDefinition, SheetResult
from yunjian.standards import sheets

FILE = Path(__file__).resolve().parents[2] / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
# what may hold anything: what is typed into a sheet and computed there, and limits of rule packs
FREE = {
    "FieldResult.value",
    "PrefillOut.last.*.*",
    "ReportFormOut.definition.*",
    "RecordSheetOut.answers.*",
    "SheetDefinition.limits.*.*",
    # what was stored of an instrument's parameters, of computed results and of a remote check
    "ReportInstrumentOut.snapshot.*",
    "ReportTestOut.results.*",
    "SupervisionOut.remote_checks[].*",
}
# not in the document: a browser follows them, no program reads them
BROWSER_ONLY = {"GET /wechat/authorize", "GET /wechat/callback"}


def operations() -> dict[str, dict[str, Any]]:
    """Return every operation by method and path."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_what_the_code_states() -> None:
    assert FILE.read_text(encoding="utf-8") == document_text(api), "run python scripts/openapi.py"


def test_it_holds_the_operations_that_the_battery_tries() -> None:
    tried = {re.sub(r"\{(uuid|int|str):", "{", name) for name in OPERATIONS} - BROWSER_ONLY
    assert set(operations()) == tried


@pytest.mark.parametrize("name", operations())
def test_every_operation_has_a_name_and_typed_answers(name: str) -> None:
    operation = operations()[name]
    assert re.fullmatch(r"[a-z_]+", operation["operationId"])
    assert re.match(r"[A-Z].{8,}", operation["summary"])
    good = {key for key in operation["responses"] if key.startswith("2")}
    assert good
    for status, answer in operation["responses"].items():
        shapes = [one["schema"] for one in answer.get("content", {}).values()]
        if status == "204":
            assert shapes == []
        elif status in good:
            assert shapes
            assert all("$ref" in one or one.get("format") == "binary" for one in shapes), status
        else:
            assert shapes == [{"$ref": "#/components/schemas/Problem"}], status


@pytest.mark.parametrize("name", operations())
def test_every_operation_tells_how_it_refuses(name: str) -> None:
    operation = operations()[name]
    expected = {"500"}
    if "security" in operation:
        expected.add("401")
    if any(one["in"] == "query" for one in operation["parameters"]):
        expected.add("422")
    if "requestBody" in operation:
        expected |= {"413", "422"}
    if "{" in name:
        expected.add("404")
    assert expected <= set(operation["responses"])
    route = next(v for k, v in OPERATIONS.items() if re.sub(r"\{(uuid|int|str):", "{", k) == name)
    is_open = route.page == EVERYBODY and route.anonymous == 302 and "js-config" not in name
    assert ("security" in operation) is not is_open


def test_names_of_operations_are_used_once() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(names) == len(set(names))


def answered() -> dict[str, Any]:
    """Return the shapes that answers are made of."""
    results: dict[str, Any] = {}
    waiting = [
        answer["schema"]["$ref"]
        for operation in operations().values()
        for response in operation["responses"].values()
        for answer in response.get("content", {}).values()
        if "$ref" in answer["schema"]
    ]
    while waiting:
        name = waiting.pop().rpartition("/")[2]
        if name not in results:
            results[name] = SCHEMAS[name]
            waiting += re.findall(r'"\$ref": "([^"]+)"', json.dumps(SCHEMAS[name]))
    return results


def untyped(place: str, schema: Any) -> Iterator[str]:
    """Yield the places of a shape where anything may stand."""
    reported = {"$ref", "enum", "const", "anyOf", "allOf", "type"}
    if schema is True or not reported & set(schema):
        yield place
        return
    for one in schema.get("anyOf", []) + schema.get("allOf", []):
        yield from untyped(place, one)
    if schema.get("type") == "array":
        yield from untyped(f"{place}[]", schema.get("items", True))
    if schema.get("type") == "object":
        for name, one in schema.get("properties", {}).items():
            yield from untyped(f"{place}.{name}", one)
        if "properties" not in schema:
            yield from untyped(f"{place}.*", schema.get("additionalProperties", True))


def test_no_answer_may_hold_just_anything() -> None:
    results = {place for name, schema in answered().items() for place in untyped(name, schema)}
    assert results == FREE


def test_what_is_answered_is_always_there() -> None:
    """Only stored JSON (a sheet's definition and results) leaves out what it does not say."""
    optional = {
        name
        for name, schema in answered().items()
        if set(schema.get("properties", {})) != set(schema.get("required", []))
    }
    stored = {"Judgement", "SheetField", "SheetItem", "SheetSection", "SheetKind"}
    assert optional == stored | {"SheetDefinition", "FieldResult"}


# --- stored JSON is handed on as it is: it has to fit what the document says of it


@pytest.mark.parametrize("name", sorted(sheets.definitions()))
def test_definitions_and_results_of_sheets_fit_their_shapes(name: str) -> None:
    definition = sheets.definition(name)
    TypeAdapter(SheetDefinition).validate_python(definition.source, strict=False)
    answers = honest_answers(definition.source)
    for given in (answers, {}, {"nothing": 1}):
        result = sheets.evaluate(definition, given, {}).as_json()
        TypeAdapter(SheetResult).validate_python(result)


def test_a_definition_with_an_unknown_part_does_not_fit() -> None:
    source = dict(sheets.definition("hj75-g1@1").source)
    with pytest.raises(ValidationError):
        TypeAdapter(SheetDefinition).validate_python(source | {"colour": "red"})
