"""`python -m yunjian.wechat.simulator --port 8001`."""

import contextlib
import logging
import signal

import click

from yunjian.wechat.simulator import serve


@click.command()
@click.option("--port", default=8001, show_default=True, help="端口 / port")
def main(port: int) -> None:
    """微信模拟器（仅限本机）。

    The WeChat simulator, on loopback only.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        serve(port=port)


if __name__ == "__main__":
    main()
