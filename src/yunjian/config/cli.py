"""The `yunjian` command line. Each help text is Chinese first, then English."""

import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from yunjian.config.certificates_cli import certificates
from yunjian.config.runtime import check_port, check_space, database, only_one, var_dir
from yunjian.config.sheets_cli import sheets
from yunjian.config.standards_cli import compare, rules
from yunjian.config.startup import Refusal, django_ready, refusals_as_sentences, setup_django
from yunjian.config.supervisor import Supervisor, server_arguments

SIMULATOR_PORT_OFFSET = 1
KEYS_PORT_OFFSET = 2


def _migrate_if_needed() -> bool:
    from django.core.management import call_command  # noqa: PLC0415 - after setup
    from django.db import connection  # noqa: PLC0415 - after setup

    from yunjian.access.policy_sync import as_owner, sync_policies  # noqa: PLC0415 - after setup
    from yunjian.config.operations import pending_migrations  # noqa: PLC0415 - after setup

    with as_owner():
        pending = pending_migrations()
        if pending:
            click.echo(f"正在升级数据库（{pending} 步）… / migrating")
            call_command("migrate", verbosity=0, interactive=False)
        changed = sync_policies()  # a row policy may change without a table
    connection.close()
    return bool(pending or changed)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """云间：污染源自动监控运维监管系统。

    Yunjian: oversight of the upkeep of emission monitors.
    """


for command in (certificates, compare, rules, sheets):
    main.add_command(command)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option("--port", default=8000, show_default=True, help="端口 / port")
@click.option("--workers", default=1, show_default=True, help="服务进程数 / server processes")
@click.option("--worker/--no-worker", default=True, help="同时运行后台任务 / run jobs as well")
def serve(host: str, port: int, workers: int, *, worker: bool) -> None:
    """启动服务（网页、手机端、接口和后台任务）。

    Serve pages, phone app, API and background jobs.
    """
    with refusals_as_sentences():
        folder = var_dir()
        check_space(folder)
        check_port(host, port)
        with only_one(folder), database(folder):
            setup_django(folder)
            _migrate_if_needed()
            url = f"http://{host}:{port}"
            code = _run(host, port, workers, worker=worker, on_ready=lambda: click.echo(url))
    sys.exit(code)


def _run(
    host: str,
    port: int,
    workers: int,
    *,
    worker: bool,
    on_ready: Callable[[], None],
    simulators: Mapping[str, list[str]] | None = None,
) -> int:
    supervisor = Supervisor()
    supervisor.catch_signals()
    try:
        for name, arguments in (simulators or {}).items():
            supervisor.start(name, arguments)
        supervisor.start("网页服务", server_arguments(host, port, workers))
        supervisor.wait_until_ready(f"http://{host}:{port}/healthz")
        if worker:  # after the pages: people wait for those, not for jobs
            supervisor.start("后台任务", ["yunjian", "worker"])
        return supervisor.run(on_ready)
    finally:
        supervisor.stop()


@main.command()
@click.option("--concurrency", default=4, show_default=True, help="同时执行的任务数 / jobs at once")
def worker(concurrency: int) -> None:
    """只运行后台任务（生产环境与网页服务分开部署）。

    Run background jobs only (in production apart from the server).
    """
    with django_ready():
        from procrastinate.contrib.django import app  # noqa: PLC0415 - after setup
        from procrastinate.contrib.django.utils import connector_params  # noqa: PLC0415
        from procrastinate.psycopg_connector import PsycopgConnector  # noqa: PLC0415

        from yunjian.evidence.log_keys import log_signer  # noqa: PLC0415 - after setup
        from yunjian.evidence.sequencer import run_sequencer  # noqa: PLC0415

        log_signer()  # without a key nothing begins
        stop = threading.Event()
        sequencer = threading.Thread(target=run_sequencer, args=(stop,), name="sequencer")
        sequencer.start()
        connector = PsycopgConnector(kwargs={**connector_params(), **_stepped_down()})
        try:
            app.with_connector(connector).run_worker(
                concurrency=concurrency, install_signal_handlers=True, delete_jobs="never"
            )
        finally:
            stop.set()
            sequencer.join()


def _stepped_down() -> dict[str, str]:
    """Return what makes a connection that is not Django's work as the program's role, too."""
    from django.db import connection  # noqa: PLC0415 - after setup

    role = connection.settings_dict["OPTIONS"].get("assume_role")
    return {"options": f"-c role={role}"} if role else {}


@main.command()
def migrate() -> None:
    """升级数据库结构。

    Bring the database to the current version.
    """
    with django_ready():
        if not _migrate_if_needed():
            click.echo("数据库已是最新版本 / up to date")


@main.command()
@click.option("--seed", default=2026, show_default=True, help="随机种子 / random seed")
@click.option("--scale", default=1, show_default=True, help="城市规模倍数 / multiplies the city")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option("--port", default=8000, show_default=True, help="端口 / port")
@click.option("--load-only", is_flag=True, help="只装载数据，不启动服务 / load, do not serve")
def demo(seed: int, scale: int, host: str, port: int, *, load_only: bool) -> None:
    """装载示范城市并启动服务（含微信模拟器）。

    Load the demo city and serve it, with the WeChat simulator.
    """
    with refusals_as_sentences():
        folder = var_dir()
        check_space(folder)
        simulator_port = port + SIMULATOR_PORT_OFFSET
        if not load_only:
            for wanted in (port, simulator_port, port + KEYS_PORT_OFFSET):
                check_port(host, wanted)
        _demo_environment(host, port, simulator_port)
        with only_one(folder), database(folder):
            setup_django(folder)
            _migrate_if_needed()
            keys = _load_city(folder, seed, scale)
            code = 0 if load_only else _serve_demo(host, port, simulator_port, folder, keys)
    sys.exit(code)


def _demo_environment(host: str, port: int, simulator_port: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "yunjian.config.settings.demo"
    simulator = f"http://{host}:{simulator_port}"
    os.environ.setdefault("YUNJIAN_PUBLIC_URL", f"http://{host}:{port}")
    keys = f"http://{host}:{port + KEYS_PORT_OFFSET}"
    os.environ.setdefault("YUNJIAN_CERTIFICATE_KEY_SERVICE", keys)
    for base in ("OPEN", "API", "JS"):
        os.environ.setdefault(f"YUNJIAN_WECHAT_{base}_BASE", simulator)
    os.environ.setdefault("YUNJIAN_WECHAT_APP_ID", "wxyunjiandemo0001")
    os.environ.setdefault("YUNJIAN_WECHAT_APP_SECRET", secrets.token_hex(16))
    os.environ.setdefault("YUNJIAN_WECHAT_CALLBACK_TOKEN", secrets.token_hex(16))
    os.environ.setdefault("YUNJIAN_WECHAT_AES_KEY", secrets.token_hex(22)[:43])  # 43 of Base64


def _load_city(folder: Path, seed: int, scale: int) -> Path | None:
    """Load the city if there is none; return the folder of its keys for certificates."""
    from yunjian.access.actor import acting_as, system_actor  # noqa: PLC0415 - after setup
    from yunjian.demo.certificates import prepare  # noqa: PLC0415 - after setup
    from yunjian.demo.city import is_loaded, load  # noqa: PLC0415 - after setup

    if not is_loaded():
        click.echo("正在装载示范城市，约需几分钟… / loading the demo city, some minutes")
        with acting_as(system_actor("示范数据")):
            load(seed=seed, scale=scale, var_dir=folder)
    return prepare(folder)


def _serve_demo(host: str, port: int, simulator_port: int, folder: Path, keys: Path | None) -> int:
    from yunjian.demo import certificates as demo_certificates  # noqa: PLC0415 - after setup
    from yunjian.demo.accounts import welcome  # noqa: PLC0415 - after setup

    base = f"http://{host}:{port}"
    text = welcome(base=base, var_dir=folder, more=demo_certificates.welcome(folder, base))
    simulators = {
        "微信模拟器": ["yunjian.wechat.simulator", "--port", str(simulator_port)],
    }
    if keys is not None:
        simulators["证书客户端模拟器"] = [
            "yunjian.certificates.simulator",
            "--port", str(port + KEYS_PORT_OFFSET),
            "--keys", str(keys),
            "--origin", base,
            "--origin", f"http://localhost:{port}",
        ]  # fmt: skip
    return _run(
        host, port, 1, worker=True, simulators=simulators, on_ready=lambda: click.echo(text)
    )


@main.command("operator-init")
@click.option("--name", required=True, help="运营单位名称 / name of the operator")
@click.option("--uscc", required=True, help="统一社会信用代码 / unified social credit code")
@click.option(
    "--system", default="system-admin", show_default=True, help="系统管理员账号 / account"
)
@click.option("--security", default="security-admin", show_default=True, help="安全管理员账号")
@click.option("--audit", default="audit-admin", show_default=True, help="审计管理员账号")
def operator_init(name: str, uscc: str, system: str, security: str, audit: str) -> None:
    """建立系统运营单位和三个管理员账号，并显示一次性密码（新装系统执行一次）。

    Enter the operator and its three administrators; print their one-time passwords.
    """
    with django_ready():
        from yunjian.access.actor import acting_as, system_actor  # noqa: PLC0415 - after setup
        from yunjian.administration.services import operator_create  # noqa: PLC0415 - after setup
        from yunjian.kernel.errors import DomainError  # noqa: PLC0415 - after setup

        usernames = {
            "system_administrator": system,
            "security_administrator": security,
            "audit_administrator": audit,
        }
        try:
            with acting_as(system_actor("安装")) as actor:
                made = operator_create(actor=actor, name=name, uscc=uscc, usernames=usernames)
        except DomainError as error:
            reasons = [one.message for one in error.errors] or [error.message]
            raise Refusal("；".join(reasons)) from error
    for one in made:
        click.echo(f"{one.title}\t{one.username}\t{one.password}")
    click.echo("密码只显示这一次，3 天内有效 / shown once, good for three days")


@main.command("demo-code")
@click.argument("username")
def demo_code(username: str) -> None:
    """显示示范城市某个账号此刻的动态口令（仅限示范环境）。

    Show the one-time code of an account of the demo city, now.
    """
    with django_ready():
        from django.conf import settings  # noqa: PLC0415 - after setup

        from yunjian.demo.accounts import current_code  # noqa: PLC0415 - after setup

        if not getattr(settings, "DEMO", False):
            raise Refusal("只有示范环境可以查看动态口令 / only the demo shows codes")
        code = current_code(username)
    if not code:
        raise Refusal(f"账号 {username} 没有动态口令 / this account has no authenticator")
    click.echo(code)


@main.group()
def evidence() -> None:
    """证据链。

    Events, and the transparency log over them.
    """


@evidence.command("verify")
@click.option("--files/--no-files", default=True, help="同时核对附件 / check attachments as well")
def evidence_verify(*, files: bool) -> None:
    """校验全部证据：逐条核对事件、透明日志、签署过的检查点和附件。

    Walk events, log, checkpoints and files; the exit code is 1 when something does not hold.
    """
    with django_ready():
        from yunjian.evidence.services import verify_log  # noqa: PLC0415 - after setup

        report = verify_log(files=files)
    click.echo(
        f"日志 {report.events} 条（另有 {report.waiting} 条等待写入），检查点 {report.checkpoints}"
        f" 个，附件 {report.files} 个 / {report.events} entries ({report.waiting} more wait),"
        f" {report.checkpoints} checkpoints, {report.files} files"
    )
    for broken in report.broken:
        click.secho(f"✗ {broken}", fg="red", err=True)
    if report.broken:
        sys.exit(1)
    click.secho("✓ 全部完好 / intact", fg="green")


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
def backup(path: Path) -> None:
    """备份数据库和附件到一个文件。

    Write database and files into one archive.
    """
    with django_ready() as folder:
        from yunjian.config import operations  # noqa: PLC0415 - after setup

        operations.backup(path, var_dir=folder)
    click.secho(f"✓ {path}", fg="green")


@main.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--force", is_flag=True, help="覆盖已有数据 / replace what is there")
def restore(path: Path, *, force: bool) -> None:
    """从备份恢复，并校验证据链。

    Restore an archive and verify the chain.
    """
    with django_ready() as folder:
        from yunjian.config import operations  # noqa: PLC0415 - after setup

        operations.restore(path, var_dir=folder, force=force)
    click.secho("✓ 已恢复 / restored", fg="green")


@main.command()
@click.option(
    "--production", is_flag=True, help="按正式环境要求检查 / demand what production needs"
)
def doctor(*, production: bool) -> None:
    """检查运行环境，逐项说明问题和处理办法。

    Check the installation and say what to do about what is wrong.
    """
    with django_ready():
        from yunjian.config import operations  # noqa: PLC0415 - after setup

        checks = operations.doctor(production=production)
    for check in checks:
        mark, colour = ("✓", "green") if check.ok else ("✗", "red")
        click.secho(f"{mark} {check.zh} / {check.en}", fg=colour)
        if not check.ok and check.hint:
            click.echo(f"  {check.hint}")
    if not all(check.ok for check in checks):
        sys.exit(1)


@main.command("wechat-simulator")
@click.option("--port", default=8001, show_default=True, help="端口 / port")
def wechat_simulator(port: int) -> None:
    """单独运行微信模拟器（仅限本机）。

    Run the WeChat simulator alone, on loopback only.
    """
    from yunjian.wechat.simulator import serve as serve_simulator  # noqa: PLC0415 - werkzeug

    with refusals_as_sentences():
        check_port("127.0.0.1", port)
        serve_simulator(host="127.0.0.1", port=port)
