"""Report forms as the API gives them out."""

from datetime import date
from typing import Any

from ninja import Field, Schema


class ReportFormRowOut(Schema):
    """A version of a report form."""

    name: str = Field(description="code@version")
    code: str
    version: int
    title: dict[str, str] = Field(description="zh, en")
    standard: str
    medium: str
    kinds: list[str]
    state: str = Field(description="current, coming, ended or withdrawn; as of today")
    since: date
    until: date | None = Field(description="the first day on which it no longer holds")
    own: bool = Field(description="published by an authority; others ship with the product")


class ReportFormOut(ReportFormRowOut):
    """A version with what reports by it must hold."""

    base: str = Field(description="the version it was made from; empty for one that ships")
    definition: dict[str, Any] = Field(
        description="contents, originals in binding order, and tests, as the standards read them"
    )


class ReportFormsOut(Schema):
    """Versions of report forms, by code, the newest first."""

    items: list[ReportFormRowOut]
