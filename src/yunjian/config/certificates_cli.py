"""`yunjian certificates`: trusted authorities and their revocation lists."""

import click

from yunjian.config.startup import django_ready


@click.group()
def certificates() -> None:
    """法人一证通：信任的证书机构和吊销列表。

    Trusted authorities of certificates and their revocation lists.
    """


@certificates.command()
def load() -> None:
    """立即载入吊销列表（后台任务每十分钟也会载入一次）。

    Load the revocation lists now; the exit code is 1 when one is not taken.
    """
    with django_ready():
        from yunjian.access.actor import acting_as, system_actor  # noqa: PLC0415
        from yunjian.certificates.services.lists import lists_load  # noqa: PLC0415

        with acting_as(system_actor("命令行")) as actor:
            report = lists_load(actor=actor)
    for name in report.loaded:
        click.secho(f"✓ {name} 已载入 / loaded", fg="green")
    for name in report.unchanged:
        click.echo(f"= {name} 没有变化 / unchanged")
    for name, problem in report.refused.items():
        click.secho(f"✗ {name} 未被采用 / not taken: {problem}", fg="red", err=True)
    if report.refused:
        raise SystemExit(1)


@certificates.command()
def status() -> None:
    """列出信任的证书机构及其吊销列表。

    List the trusted authorities and their revocation lists; the exit code is 1 when one is
    missing or past its next update.
    """
    with django_ready():
        from yunjian.certificates.selectors.authorities import authority_states  # noqa: PLC0415
        from yunjian.certificates.selectors.health import findings  # noqa: PLC0415
        from yunjian.kernel.clock import SHANGHAI  # noqa: PLC0415

        result = findings()
        for state in authority_states():
            click.echo(f"{state.name}\t{state.state}")
            for held in state.lists:
                until = held.next_update.astimezone(SHANGHAI)
                loaded = held.loaded_at.astimezone(SHANGHAI)
                click.echo(
                    f"\t编号 {held.number or '—'}，吊销 {held.size} 张，"
                    f"有效至 {until:%Y-%m-%d %H:%M}，载入于 {loaded:%Y-%m-%d %H:%M}"
                    f" / {held.size} revoked, good until then, loaded then"
                )
    for one in result:
        if not one.ok:
            click.secho(f"✗ {one.zh} / {one.en}\n  {one.hint}", fg="red", err=True)
    if not all(one.ok for one in result):
        raise SystemExit(1)
