"""Addresses of plans, tasks and visits, and of the public check of a copy of record."""

from django.urls import path

from yunjian.maintenance.views import check, duties, fill, plans, tasks, visits

app_name = "maintenance"
PLAN = "agency/plans/<uuid:plan_id>/"
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
    *visits.AGENCY.urls(),
    path("agency/visits/<uuid:visit_id>/fill/", fill.fill, name="fill"),
    path("agency/visits/<uuid:visit_id>/fill/picture/", fill.picture, name="fill_picture"),
    *visits.SOURCE.urls(),
    path("points/<uuid:point_id>/duties/", duties.duties, name="duties"),
    path("check/<uuid:visit_id>/", check.check, name="check"),
]
