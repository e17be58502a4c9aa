"""Addresses of plans, tasks and the agency's home page."""

from django.urls import path

from yunjian.maintenance.views import plans, tasks

urlpatterns = [
    path("agency/", tasks.home, name="agency_home"),
    path("agency/plans/", plans.plan_list, name="plan_list"),
    path("agency/plans/new/", plans.plan_new, name="plan_new"),
    path("agency/plans/<uuid:plan_id>/", plans.plan_detail, name="plan_detail"),
    path("agency/plans/<uuid:plan_id>/edit/", plans.plan_edit, name="plan_edit"),
    path("agency/plans/<uuid:plan_id>/activate/", plans.plan_activation, name="plan_activate"),
    path("agency/plans/<uuid:plan_id>/end/", plans.plan_ending, name="plan_end"),
    path("agency/tasks/", tasks.task_list, name="task_list"),
    path("agency/tasks/reassign/", tasks.tasks_reassign, name="tasks_reassign"),
    path("agency/tasks/<uuid:task_id>/cancel/", tasks.task_cancellation, name="task_cancel"),
]
