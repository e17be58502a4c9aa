"""Every write of administration; accounts and organisations are written by identity."""

from yunjian.administration.services.dictionaries import entry_save
from yunjian.administration.services.jobs import job_run_now, jobs_forget
from yunjian.administration.services.notices import notice_publish, notice_save, notice_withdraw
from yunjian.administration.services.operator import operator_create

__all__ = [
    "entry_save",
    "job_run_now",
    "jobs_forget",
    "notice_publish",
    "notice_save",
    "notice_withdraw",
    "operator_create",
]
