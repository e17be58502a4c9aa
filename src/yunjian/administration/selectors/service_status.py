"""What the machine tells: jobs, workers, database, disk, versions."""

import platform
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

import django
from croniter import croniter
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from yunjian.evidence.models import ChainCheck
from yunjian.kernel.clock import SHANGHAI, now
from yunjian.kernel.languages import Text

SILENT = timedelta(seconds=60)
WAITING_LONG = timedelta(minutes=10)
LITTLE_SPACE = 2 * 2**30
TITLES: dict[str, Text] = {
    "administration.forget_jobs": gettext_lazy("清理已完成的任务"),
    "identity.expire_resets": gettext_lazy("密码重置申请到期失效"),
    "identity.forget_sessions": gettext_lazy("结束过期登录、清理登录日志"),
    "access.delete_expired_counters": gettext_lazy("清理限频计数"),
    "kernel.make_partitions": gettext_lazy("预建数据分区"),
    "certificates.forget_challenges": gettext_lazy("清理过期的登录挑战"),
    "certificates.load_lists": gettext_lazy("更新证书吊销列表"),
    "maintenance.extend_tasks": gettext_lazy("按计划生成任务"),
    "instruments.remind_certificates": gettext_lazy("提醒认证到期"),
    "credit.remind_documents": gettext_lazy("提醒文件阅读与到期"),
    "credit.remind_years": gettext_lazy("提醒培训与监督事项"),
    "verification.remind_corrections": gettext_lazy("提醒报告整改"),
    "evidence.expire_uploads": gettext_lazy("清理过期的上传"),
    "wechat.forget_callbacks": gettext_lazy("清理微信回调记录"),
    "evidence.publish_checkpoint": gettext_lazy("发布日志检查点"),
    "evidence.ask_nightly_check": gettext_lazy("每夜证据链校验"),
}


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A periodic task, when it runs, and what became of its runs of the last days."""

    name: str
    title: Text
    cron: str
    next_run: datetime
    last_run: datetime | None
    state: str  # "succeeded", "failed", "doing", "todo" or "" (not yet)
    runs: int
    failures: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the page of the service; `state` is "", "good" or "bad"."""

    title: str
    value: str
    state: str = ""


def scheduled_jobs() -> list[ScheduledJob]:
    """Return every periodic task of the program."""
    past, at = _past_runs(), now()
    return [
        ScheduledJob(
            name,
            TITLES.get(name, name),
            task.cron,
            croniter(task.cron, at).get_next(datetime),
            *past.get(name, (None, "", 0, 0)),
        )
        for (name, _periodic), task in sorted(app.periodic_registry.periodic_tasks.items())
    ]


def _past_runs() -> dict[str, tuple[datetime | None, str, int, int]]:
    """Return for each task its last start, the state of its last job, runs and failures."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jobs.task_name, max(started.at),"
            " (array_agg(jobs.status::text ORDER BY jobs.id DESC))[1],"
            " count(*) FILTER (WHERE jobs.status IN ('succeeded', 'failed')),"
            " count(*) FILTER (WHERE jobs.status = 'failed')"
            " FROM procrastinate_jobs jobs LEFT JOIN LATERAL (SELECT max(at) AS at"
            " FROM procrastinate_events WHERE job_id = jobs.id AND type = 'started') started"
            " ON true GROUP BY jobs.task_name"
        )
        results = {row[0]: (row[1], row[2], row[3], row[4]) for row in cursor.fetchall()}
        cursor.execute(
            "SELECT task_name, to_timestamp(max(defer_timestamp))"
            " FROM procrastinate_periodic_defers GROUP BY task_name"
        )
        for name, at in cursor.fetchall():
            started, *rest = results.get(name, (None, "", 0, 0))
            results[name] = (started or at, *rest)  # its job may be forgotten already
    return results


def service_state() -> list[tuple[str, list[Fact]]]:
    """Return what there is to say about the installation, by titles."""
    return [
        (_("后台任务"), _jobs()),
        (_("数据库"), _database()),
        (_("磁盘"), [_free_space()]),
        (_("证据链"), _evidence()),
        (_("版本"), _versions()),
    ]


def _jobs() -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_heartbeat), count(*) FROM procrastinate_workers")
        heard, workers = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'todo' AND due),"
            " count(*) FILTER (WHERE status = 'todo' AND NOT due),"
            " count(*) FILTER (WHERE status = 'doing'),"
            " count(*) FILTER (WHERE status = 'failed')"
            " FROM (SELECT status, coalesce(scheduled_at <= now(), true) AS due"
            " FROM procrastinate_jobs) jobs"
        )
        waiting, later, doing, failed = cursor.fetchone()
        cursor.execute(
            "SELECT min(events.at) FROM procrastinate_jobs jobs"
            " JOIN procrastinate_events events ON events.job_id = jobs.id"
            " AND events.type = 'deferred'"
            " WHERE jobs.status = 'todo' AND coalesce(jobs.scheduled_at <= now(), true)"
        )
        oldest = cursor.fetchone()[0]
    alive = _state(bad=heard is None or now() - heard >= SILENT)
    age = now() - oldest if oldest else timedelta(0)
    minutes = _("%(minutes)s 分钟") % {"minutes": int(age.total_seconds() // 60)}
    return [
        Fact(_("工作进程"), str(workers), alive),
        Fact(_("最近心跳"), _moment(heard), alive),
        Fact(_("排队"), str(waiting)),
        Fact(_("最久等待"), minutes, _state(bad=age > WAITING_LONG)),
        Fact(_("执行中"), str(doing)),
        Fact(_("定时等待"), str(later)),
        Fact(_("失败"), str(failed), _state(bad=failed > 0)),
    ]


def _database() -> list[Fact]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_size_pretty(pg_database_size(current_database())),"
            " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),"
            " current_setting('max_connections')::int, current_setting('server_version'),"
            " pg_postmaster_start_time()"
        )
        size, connections, most, server, started = cursor.fetchone()
    crowded = _state(bad=connections > most * 0.8)
    return [
        Fact("PostgreSQL", server),
        Fact(_("数据量"), size),
        Fact(_("连接数"), f"{connections} / {most}", crowded),
        Fact(_("启动时间"), _moment(started)),
    ]


def _free_space() -> Fact:
    usage = shutil.disk_usage(settings.VAR_DIR)
    free = f"{usage.free / 2**30:.1f} GB / {usage.total / 2**30:.1f} GB"
    return Fact(_("可用空间"), free, _state(bad=usage.free < LITTLE_SPACE))


def _evidence() -> list[Fact]:
    check = ChainCheck.objects.exclude(finished_at=None).first()
    if check is None:
        return [Fact(_("最近校验"), _("尚未校验"))]
    broken = len(check.broken)
    result = _("%(number)s 处异常") % {"number": broken} if broken else _("完好")
    return [
        Fact(_("最近校验"), _moment(check.finished_at)),
        Fact(_("结果"), result, _state(bad=broken > 0)),
        Fact(_("事件"), str(check.events)),
        Fact(_("检查点"), str(check.checkpoints)),
        Fact(_("附件"), str(check.files)),
    ]


def _versions() -> list[Fact]:
    return [
        Fact(_("云间"), version("yunjian")),
        Fact("Python", platform.python_version()),
        Fact("Django", django.get_version()),
    ]


def _state(*, bad: bool) -> str:
    return "bad" if bad else "good"


def _moment(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else "—"
