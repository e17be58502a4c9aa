"""Addresses of the daily and annual information of agencies."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import IntConverter

from yunjian.credit.views import documents, supervisions, trainings, years

app_name = "credit"


class YearConverter(IntConverter):
    """A year that a calendar of this business may have; any other is no page."""

    regex = "20[0-9]{2}|2100"


register_converter(YearConverter, "year")
DOCUMENT = "agency/documents/<uuid:document_id>/"
VERSION = "agency/documents/versions/<uuid:version_id>/"
YEAR = "agency/years/<year:year>/"
PLAN = "agency/trainings/plans/<uuid:training_plan_id>/"
TRAINING = "agency/trainings/<uuid:training_id>/"
SUPERVISION = "agency/supervisions/<uuid:supervision_id>/"
AGENCY_YEAR = "supervision/years/<uuid:year_id>/"
urlpatterns: list[URLPattern] = [
    # C8 运维日常
    path("agency/documents/", documents.document_list, name="documents"),
    path("agency/documents/new/", documents.document_new, name="document_new"),
    path("agency/documents/coverage/", documents.coverage, name="coverage"),
    path("agency/readings/", documents.reading_list, name="readings"),
    path(DOCUMENT, documents.document_detail, name="document_detail"),
    path(f"{DOCUMENT}edit/", documents.document_edit, name="document_edit"),
    path(f"{DOCUMENT}write/", documents.version_edit, name="version_edit"),
    path(VERSION, documents.version_shown, name="version_shown"),
    path(f"{VERSION}read/", documents.version_read, name="version_read"),
    path(f"{VERSION}publish/", documents.version_publish, name="version_publish"),
    path(f"{VERSION}withdraw/", documents.version_withdraw, name="version_withdraw"),
    path(f"{VERSION}discard/", documents.version_discard, name="version_discard"),
    path("supervision/documents/", documents.agency_documents, name="agency_documents"),
    path(
        "supervision/documents/agencies/<uuid:agency_id>/",
        documents.agency_coverage,
        name="agency_coverage",
    ),
    # C9 运维年度
    path("agency/years/", years.years, name="years"),
    *(
        path(f"{YEAR}{tab}/", years.year_tab, {"tab": tab}, name=f"year_{tab}")
        for tab, _title in years.TABS
    ),
    path(f"{YEAR}people/<uuid:person_id>/", years.person_year, name="person_year"),
    path(f"{YEAR}close/", years.year_closing, name="year_close"),
    path(f"{YEAR}reopen/", years.year_reopening, name="year_reopen"),
    path(f"{YEAR}plans/new/", trainings.plan_new, name="training_plan_new"),
    path(f"{YEAR}plans/copy/", trainings.plan_copying, name="training_plan_copy"),
    path(f"{YEAR}trainings/new/", trainings.session_new, name="training_new"),
    path(f"{YEAR}supervisions/new/", supervisions.new, name="supervision_new"),
    path(PLAN, trainings.plan_detail, name="training_plan"),
    path(f"{PLAN}edit/", trainings.plan_edit, name="training_plan_edit"),
    path(f"{PLAN}return/", trainings.plan_returning, name="training_plan_return"),
    path(f"{PLAN}items.xlsx", trainings.plan_workbook, name="training_plan_workbook"),
    path(f"{PLAN}items/new/", trainings.plan_item, name="training_item_new"),
    path(f"{PLAN}items/import/", trainings.plan_import, name="training_item_import"),
    path(f"{PLAN}items/<uuid:item_id>/", trainings.plan_item, name="training_item"),
    path(
        f"{PLAN}items/<uuid:item_id>/remove/",
        trainings.plan_item_remove,
        name="training_item_remove",
    ),
    *(
        path(f"{PLAN}{act}/", trainings.plan_act, {"act": act}, name=f"training_plan_{act}")
        for act in trainings.PLAN_ACTS
    ),
    path(TRAINING, trainings.session_detail, name="training"),
    path(f"{TRAINING}edit/", trainings.session_edit, name="training_edit"),
    path(f"{TRAINING}results/", trainings.session_holding, name="training_hold"),
    path(f"{TRAINING}results/import/", trainings.session_import, name="training_import"),
    path(f"{TRAINING}results.xlsx", trainings.session_workbook, name="training_workbook"),
    path(f"{TRAINING}files/new/", trainings.session_filing, name="training_file"),
    path(f"{TRAINING}evaluation/", trainings.session_evaluation, name="training_evaluate"),
    path(f"{TRAINING}cancel/", trainings.session_cancelling, name="training_cancel"),
    path(SUPERVISION, supervisions.detail, name="supervision"),
    path(f"{SUPERVISION}edit/", supervisions.edit, name="supervision_edit"),
    path(f"{SUPERVISION}issue/", supervisions.issue, name="supervision_issue"),
    path(f"{SUPERVISION}discard/", supervisions.discard, name="supervision_discard"),
    path(f"{SUPERVISION}answer/", supervisions.answer, name="supervision_answer"),
    path(f"{SUPERVISION}appeal/", supervisions.appeal, name="supervision_appeal"),
    path(f"{SUPERVISION}ask/", supervisions.ask, name="supervision_ask"),
    path(f"{SUPERVISION}report/", supervisions.report, name="supervision_report"),
    *(
        path(f"{SUPERVISION}{act}/", supervisions.act, {"act": act}, name=f"supervision_{act}")
        for act in supervisions.ACTS
    ),
    path("supervision/years/", years.agency_years, name="agency_years"),
    *(
        path(f"{AGENCY_YEAR}{tab}/", years.agency_year_tab, {"tab": tab}, name=f"agency_year_{tab}")
        for tab, _title in years.TABS
    ),
    path(
        f"{AGENCY_YEAR}people/<uuid:person_id>/",
        years.agency_person_year,
        name="agency_person_year",
    ),
]
