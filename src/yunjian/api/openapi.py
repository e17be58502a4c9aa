"""The description of the API (`openapi.json`): made from the operations and their schemas."""

import json
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from ninja.schema import NinjaGenerateJsonSchema
from pydantic import BaseModel

PREFIX = "/api/v1/"
FILE = {"type": "string", "format": "binary"}


class Document(OpenAPISchema):
    """The document; two shapes of one name are an error in the program."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """Return an operation: its docstring's first line is its summary."""
        details: dict[str, Any] = super().operation_details(operation)
        details["responses"] = {str(key): one for key, one in details["responses"].items()}
        summary, _blank, description = details.pop("description", "").partition("\n")
        details["summary"] = summary
        if description.strip():
            details["description"] = description.strip()
        if operation.openapi_extra and "x-body" in operation.openapi_extra:
            schema = self._component(details.pop("x-body"))
            details["requestBody"] = _body({"application/json": schema})
        return details

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Add shapes by name.

        Raises:
            ValueError: another shape has the name already.
        """
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ValueError(f"two shapes are called {name}")

    def _component(self, model: type[BaseModel]) -> dict[str, str]:
        shape = model.model_json_schema(
            ref_template=REF_TEMPLATE, schema_generator=NinjaGenerateJsonSchema
        )
        self.add_schema_definitions(shape.pop("$defs", {}) | {model.__name__: shape})
        return {"$ref": REF_TEMPLATE.format(model=model.__name__)}


class Api(NinjaAPI):
    """An API whose operations are named after their functions."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the document."""
        return Document(self, path_prefix or PREFIX)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of an operation."""
        return operation.view_func.__name__


def reads_json(model: type[BaseModel]) -> dict[str, Any]:
    """Return what is said of an operation that reads its body itself, because its bytes count."""
    return {"x-body": model}


def reads_file(*media: str) -> dict[str, Any]:
    """Return what is said of an operation whose body is a file."""
    return {"requestBody": _body(dict.fromkeys(media, FILE))}


def answers_file(media: str) -> dict[str, Any]:
    """Return what is said of an operation that answers with a file."""
    return {"responses": {200: {"description": "OK", "content": {media: {"schema": FILE}}}}}


def _body(shapes: dict[str, dict[str, str]]) -> dict[str, Any]:
    content = {media: {"schema": schema} for media, schema in shapes.items()}
    return {"content": content, "required": True}


def document_text(api: NinjaAPI) -> str:
    """Return the document as text that changes only when the API does."""
    document = api.get_openapi_schema()
    return f"{json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)}\n"
