"""How refusals look in the API: one shape, messages in the user's words."""

import logging
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from yunjian.kernel.errors import DomainError, FieldError

logger = logging.getLogger(__name__)


def error_body(code: str, message: str, errors: Iterable[FieldError] = ()) -> dict[str, Any]:
    """Return the body of a refusal."""
    return {
        "code": code,
        "message": message,
        "errors": [
            {"path": error.path, "code": error.code, "message": error.message} for error in errors
        ],
    }


def register_errors(api: NinjaAPI) -> None:
    """Give every kind of refusal its shape and status."""

    @api.exception_handler(DomainError)
    def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
        body = error_body(error.code, error.message, error.errors)
        return api.create_response(request, body, status=error.status)

    @api.exception_handler(Http404)
    def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
        body = error_body("not_found", _("没有找到您要的内容"))
        return api.create_response(request, body, status=404)

    @api.exception_handler(AuthenticationError)
    def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        body = error_body("signed_out", _("登录已过期，请重新登录"))
        return api.create_response(request, body, status=401)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            FieldError(".".join(str(part) for part in item["loc"][2:]), item["type"], _("内容有误"))
            for item in error.errors
        ]
        body = error_body("invalid", _("提交的内容格式有误"), errors)
        return api.create_response(request, body, status=422)

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        body = error_body("refused", _("请求未被接受，请刷新后重试"))
        return api.create_response(request, body, status=error.status_code)

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("the API failed at %s", request.path, exc_info=error)
        body = error_body("server_error", _("服务器出错，请稍后重试；已填写的内容仍保存在手机上"))
        return api.create_response(request, body, status=500)
