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
        for register in (
            registers.PEOPLE,
            registers.EQUIPMENT,
            registers.VEHICLES,
            registers.PARTS,
            registers.CONTRACTS,
        )
    ),
    path(
        "agency/people/<uuid:row_id>/certificates/new/",
        registers.certificate_new,
        {"kind": "people"},
        name="person_certificate_new",
    ),
    path(
        "agency/equipment/<uuid:row_id>/certificates/new/",
        registers.certificate_new,
        {"kind": "equipment"},
        name="equipment_certificate_new",
    ),
    path(
        "agency/people/<uuid:row_id>/leave/",
        registers.row_end,
        {"ending": registers.LEAVE},
        name="person_leave",
    ),
    path(
        "agency/equipment/<uuid:row_id>/retire/",
        registers.row_end,
        {"ending": registers.RETIRE},
        name="equipment_retire",
    ),
    path(
        "agency/contracts/<uuid:row_id>/end/",
        registers.row_end,
        {"ending": registers.END},
        name="contract_end",
    ),
]
