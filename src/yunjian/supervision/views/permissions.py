"""权限矩阵."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from yunjian.supervision.policies import SEE_PERMISSIONS
from yunjian.supervision.selectors.permissions import matrix
from yunjian.web.guards import only_with


@only_with(SEE_PERMISSIONS)
@require_GET
def permissions(request: HttpRequest) -> HttpResponse:
    """Show who may do what, from the very tables that are checked."""
    context = {"title": gettext("权限矩阵"), "matrix": matrix()}
    return render(request, "supervision/permissions.html", context)
