"""Addresses of plans, tasks and visits, and of the public check of a copy of record."""

from django.urls import path

from yunjian.maintenance.views import check, fill, plans, tasks, visits

app_name = "maintenance"
PLAN = "agency/plans/<uuid:plan_id>/"
AGENCY_VISIT = "agency/visits/<uuid:visit_id>/"
SOURCE_VISIT = "source/visits/<uuid:visit_id>/"
urlpatterns = [
    path("agency/", tasks.home, name="agency_home"),
    path("agency/plans/", plans.plan_list, name="plan_list"),
    path("agency/plans/new/", plans.plan_new, name="plan_new"),
    path(PLAN, plans.plan_detail, name="plan_detail"),
    path(f"{PLAN}edit/", plans.plan_edit, name="plan_edit"),
    path(f"{PLAN}activate/", plans.plan_activation, name="plan_activate"),
    path(f"{PLAN}end/", plans.plan_ending, name="plan_end"),
    path("agency/tasks/", tasks.task_list, name="task_list"),
    path("agency/tasks/reassign/", tasks.tasks_reassign, name="tasks_reassign"),
    path("agency/tasks/<uuid:task_id>/cancel/", tasks.task_cancellation, name="task_cancel"),
    path("agency/visits/", visits.agency_visits, name="agency_visits"),
    path(AGENCY_VISIT, visits.agency_visit, name="agency_visit"),
    path(f"{AGENCY_VISIT}fill/", fill.fill, name="fill"),
    path(f"{AGENCY_VISIT}fill/picture/", fill.picture, name="fill_picture"),
    path(f"{AGENCY_VISIT}record.xlsx", visits.agency_workbook, name="agency_workbook"),
    path(f"{AGENCY_VISIT}record.pdf", visits.agency_copy, name="agency_copy"),
    path("source/visits/", visits.source_visits, name="source_visits"),
    path(SOURCE_VISIT, visits.source_visit, name="source_visit"),
    path(f"{SOURCE_VISIT}record.xlsx", visits.source_workbook, name="source_workbook"),
    path(f"{SOURCE_VISIT}record.pdf", visits.source_copy, name="source_copy"),
    path("check/<uuid:visit_id>/", check.check, name="check"),
]
