"""Root addresses: each room brings its own."""

from django.urls import include, path

from yunjian.config.health import health

urlpatterns = [
    path("healthz", health, name="health"),
    path("api/v1/", include("yunjian.api.urls")),  # before the pages: patterns are tried in turn
    path("", include("yunjian.web.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("yunjian.identity.urls")),
    path("", include("yunjian.certificates.urls")),
    path("", include("yunjian.evidence.urls")),
    path("", include("yunjian.wechat.urls")),
    path("", include("yunjian.sources.urls")),
    path("", include("yunjian.instruments.urls")),
    path("", include("yunjian.agencies.urls")),
    path("", include("yunjian.maintenance.urls")),
    path("", include("yunjian.verification.urls")),
    path("", include("yunjian.credit.urls")),
    path("supervision/", include("yunjian.supervision.urls")),
    path("supervision/", include("yunjian.library.urls")),
    path("system/", include("yunjian.administration.urls")),
]

handler400 = "yunjian.web.views.bad_request"
handler403 = "yunjian.web.views.forbidden"
handler404 = "yunjian.web.views.not_found"
handler500 = "yunjian.web.views.server_error"
