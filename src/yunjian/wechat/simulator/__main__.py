"""`python -m yunjian.wechat.simulator --port 8001`."""

import logging
import signal

import click

from yunjian.wechat.simulator.program import serve


@click.command()
@click.option("--port", default=8001)
def main(port: int) -> None:
    """Run the simulator on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serve(port=port)


if __name__ == "__main__":
    main()
