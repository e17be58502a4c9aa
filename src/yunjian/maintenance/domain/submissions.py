"""The shape of what the phone sends: sign-in, submission and confirmation."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from yunjian.kernel.errors import FieldError, InvalidInput

MAX_SHEETS = 20
MAX_ATTACHMENTS = 200

_MESSAGES = {
    "missing": _("缺少此项"),
    "extra_forbidden": _("不认识的内容"),
    "string_too_long": _("内容过长"),
    "string_too_short": _("请填写此项"),
    "float_parsing": _("请填写数字"),
    "float_type": _("请填写数字"),
    "finite_number": _("请填写数字"),
    "greater_than_equal": _("数值过小"),
    "less_than_equal": _("数值过大"),
    "datetime_from_date_parsing": _("时间格式不正确"),
    "datetime_parsing": _("时间格式不正确"),
    "timezone_aware": _("时间缺少时区"),
    "uuid_parsing": _("编号格式不正确"),
    "literal_error": _("不在可选范围内"),
    "too_long": _("数量过多"),
    "json_invalid": _("内容不是有效的 JSON"),
    "value_error": _("编号必须是 UUIDv7"),
}


def _time_ordered(identifier: UUID) -> UUID:
    if identifier.version != 7:  # noqa: PLR2004 - the version named by RFC 9562
        raise ValueError("编号必须是 UUIDv7")
    return identifier


ClientId = Annotated[UUID, AfterValidator(_time_ordered)]


class Message(BaseModel):
    """A message of the phone: unknown keys are refused, so that nothing is lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Parse a request body.

        Raises:
            InvalidInput: with the path and a sentence for each wrong value.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            raise InvalidInput(
                gettext("提交的内容格式有误"),
                errors=[
                    FieldError(
                        path=".".join(str(part) for part in item["loc"]),
                        code=item["type"],
                        message=str(_MESSAGES.get(item["type"], _("内容有误"))),
                    )
                    for item in error.errors(include_url=False, include_context=False)
                ],
            ) from error


class Position(Message):
    """Where the phone was: WGS84 degrees, accuracy in metres."""

    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    accuracy: float = Field(ge=0, le=100_000, allow_inf_nan=False)
    datum: Literal["WGS84"] = "WGS84"


class SignIn(Message):
    """到场签到."""

    task_id: UUID
    at: AwareDatetime
    position: Position
    photo_id: ClientId


class SheetSubmission(Message):
    """One record sheet as typed."""

    id: ClientId
    definition: str = Field(max_length=40)
    answers: dict[str, Any]
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Submission(Message):
    """What is handed in after the work."""

    task_id: UUID
    signed_out_at: AwareDatetime
    sign_out_position: Position | None = None
    participants: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=10)
    sheets: list[SheetSubmission] = Field(min_length=1, max_length=MAX_SHEETS)
    attachment_ids: list[ClientId] = Field(default=[], max_length=MAX_ATTACHMENTS)
    note: str = Field(default="", max_length=400)


class Decision(Message):
    """The discharger's confirmation or objection."""

    decision: Literal["confirm", "object"]
    reason: str = Field(default="", max_length=400)
    signature_id: ClientId
    shown_digest: str = Field(max_length=80)
