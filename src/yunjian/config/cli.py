"""The `yunjian` command line."""

import os

import click


@click.group()
def main() -> None:
    """云间：污染源自动监控运维监管系统 / Yunjian: oversight of the upkeep of emission monitors."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.demo")
