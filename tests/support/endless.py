"""A program that takes all the time, or all the memory, that it is given (`bounded`)."""

import sys

if __name__ == "__main__":
    held: list[bytes] = []
    while True:
        held = [*held, bytes(2**20)] if sys.argv[1] == "memory" else []
