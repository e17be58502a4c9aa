"""`python -m yunjian.certificates.simulator --keys var/demo-keys --origin http://…`."""

import contextlib
import logging
import signal
from pathlib import Path

import click

from yunjian.certificates.simulator import read_drawer, serve


@click.command()
@click.option("--port", default=8002, show_default=True, help="端口 / port")
@click.option(
    "--keys",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="密钥目录（含 keys.json）/ folder of keys",
)
@click.option("--origin", "origins", multiple=True, required=True, help="允许的网页来源 / origins")
def main(port: int, keys: Path, origins: tuple[str, ...]) -> None:
    """证书客户端模拟器（仅限本机，只用于演示和测试）。

    Stands in for the client of certificate keys: loopback only, for demo and tests.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        serve(drawer=read_drawer(keys), origins=origins, port=port)


if __name__ == "__main__":
    main()
