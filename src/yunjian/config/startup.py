"""What a command begins with: database, Django, refusals as one sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from yunjian.config.runtime import NotReady, database, local_secret, var_dir


class Refusal(click.ClickException):
    """A sentence instead of a stack trace."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.secho(f"✗ {self.message}", fg="red", file=file, err=file is None)


@contextmanager
def refusals_as_sentences() -> Iterator[None]:
    """Turn what the user can mend into one clear sentence."""
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - slow to import

    try:
        yield
    except (NotReady, ImproperlyConfigured) as error:
        raise Refusal(str(error)) from error


@contextmanager
def django_ready() -> Iterator[Path]:
    """Make database and Django ready for a command that is not the server."""
    with refusals_as_sentences():
        folder = var_dir()
        with database(folder, keep_running=True):
            setup_django(folder)
            from yunjian.access.actor import acting_as, system_actor  # noqa: PLC0415 - after setup

            with acting_as(system_actor("命令行")):  # nobody else asks for what a command does
                yield folder


def setup_django(folder: Path) -> None:
    """Let Django read its settings; without a secret key the demo gets one of its own.

    Raises:
        NotReady: settings other than the demo's need a secret key.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunjian.config.settings.demo")
    if "YUNJIAN_SECRET_KEY" not in os.environ:
        if not os.environ["DJANGO_SETTINGS_MODULE"].endswith(".demo"):
            raise NotReady("YUNJIAN_SECRET_KEY 未设置 / is not set")
        os.environ["YUNJIAN_SECRET_KEY"] = local_secret(folder)
    import django  # noqa: PLC0415 - settings read the environment when they are imported

    django.setup()
