"""The address that WeChat calls (公众平台 → 基本配置 → 服务器配置, 安全模式)."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from yunjian.kernel.clock import now
from yunjian.wechat.callbacks import LIMIT_BYTES, CallbackRefused, check_signature, check_time
from yunjian.wechat.services import callback_take

logger = logging.getLogger(__name__)
LIMIT_ECHO = 128


@csrf_exempt  # WeChat's servers hold no session; they sign instead
@never_cache
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponse:
    """Answer WeChat's question whether this is the right server, and take its calls."""
    if not settings.WECHAT_CALLBACK_TOKEN or not settings.WECHAT_AES_KEY:
        raise Http404
    try:
        answer = _echo(request) if request.method == "GET" else _take(request)
    except CallbackRefused as refused:
        logger.warning("a call in WeChat's name was refused: %s", refused)
        return HttpResponse("refused", status=403, content_type="text/plain")
    kind = "application/xml" if answer.startswith("<xml>") else "text/plain"
    return HttpResponse(answer, content_type=kind)


def _echo(request: HttpRequest) -> str:
    query = request.GET
    timestamp = query.get("timestamp", "")
    token = settings.WECHAT_CALLBACK_TOKEN
    check_signature(query.get("signature", ""), token, timestamp, query.get("nonce", ""))
    check_time(timestamp, now().timestamp())
    echo = query.get("echostr", "")
    if len(echo) > LIMIT_ECHO:
        raise CallbackRefused("echostr")
    return echo


def _take(request: HttpRequest) -> str:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LIMIT_BYTES:
        raise CallbackRefused("too large")
    return callback_take(query=request.GET.dict(), body=request.read(LIMIT_BYTES + 1))
