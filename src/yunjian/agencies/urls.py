"""Addresses of agencies."""

from django.urls import include, path

from yunjian.agencies.views import filing, registers

app_name = "agencies"
urlpatterns = [
    path("agency/filing/", filing.filing, name="filing"),
    path("agency/filing/edit/", filing.filing_edit, name="filing_edit"),
    path("agency/filing/submit/", filing.filing_submit, name="filing_submit"),
    path("agency/organization/", filing.organization, name="organization"),
    *(
        path(f"agency/{register.slug}/", include(register.urls()))
        for register in registers.REGISTERS
    ),
]
