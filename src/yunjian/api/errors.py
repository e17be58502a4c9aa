"""How refusals look in the API: one shape, messages in the user's words."""

import logging
from collections.abc import Iterable

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from yunjian.kernel.errors import DomainError, FieldError

logger = logging.getLogger(__name__)


class ProblemField(Schema):
    """What is wrong with one value: where (`sheets.0.gas.heating.note`), which kind, in words."""

    path: str
    code: str
    message: str


class Problem(Schema):
    """A refusal; `message` is shown as it is."""

    code: str
    message: str
    errors: list[ProblemField] = Field(description="each wrong value, where values are wrong")


# which statuses an operation may answer with, besides its own
OPEN = frozenset({500})
READ = OPEN | {401, 403, 404}
LIST = OPEN | {401, 403, 422}
WRITE = READ | {400, 409, 413, 422}


def problem(code: str, message: str, errors: Iterable[FieldError] = ()) -> Problem:
    """Return the body of a refusal."""
    fields = [ProblemField(path=one.path, code=one.code, message=one.message) for one in errors]
    return Problem(code=code, message=message, errors=fields)


def cause_of(error: HttpError) -> DomainError | None:
    """Return what the reader of bodies refused, which the framework wraps."""
    return error.__cause__ if isinstance(error.__cause__, DomainError) else None


def register_errors(api: NinjaAPI) -> None:
    """Give every kind of refusal its shape and status."""

    def refusal(request: HttpRequest, status: int, body: Problem) -> HttpResponse:
        return api.create_response(request, body.model_dump(), status=status)

    @api.exception_handler(DomainError)
    def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
        return refusal(request, error.status, problem(error.code, error.message, error.errors))

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        return refusal(request, 404, problem("not_found", _("没有找到您要的内容")))

    @api.exception_handler(AuthenticationError)
    def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return refusal(request, 401, problem("signed_out", _("登录已过期，请重新登录")))

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return refusal(request, 413, problem("too_large", _("提交的内容过大")))

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            FieldError(".".join(str(part) for part in item["loc"][2:]), item["type"], _("内容有误"))
            for item in error.errors
        ]
        return refusal(request, 422, problem("invalid", _("提交的内容格式有误"), errors))

    @api.exception_handler(OverflowError)
    def out_of_calendar(request: HttpRequest, error: OverflowError) -> HttpResponse:
        # a day in the address; one in the body is refused at its path
        message = _("日期或数值超出可用的范围")
        return refusal(request, 422, problem("out_of_range", message))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = cause_of(error)
        body = problem("refused", _("请求未被接受，请刷新后重试"))
        return domain_error(request, cause) if cause else refusal(request, error.status_code, body)

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("the API failed at %s", request.path, exc_info=error)
        message = _("服务器出错，请稍后重试；已填写的内容仍保存在手机上")
        return refusal(request, 500, problem("server_error", message))
