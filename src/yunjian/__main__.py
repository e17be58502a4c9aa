"""`python -m yunjian` is the `yunjian` command."""

from yunjian.config.cli import main

main()
