"""Find the system's Chromium, or say how to get one."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_chromium() -> str | None:
    """Return the browser's path: CHROMIUM from the environment, PATH, or the Mac's place."""
    path = os.environ.get("CHROMIUM")
    if path:
        return path
    for name in NAMES:
        result = shutil.which(name)
        if result:
            return result
    return str(MAC) if MAC.exists() else None


if __name__ == "__main__":
    if find_chromium() is None:
        sys.exit(
            "没有找到 Chromium，浏览器测试无法运行。"
            "Debian/Ubuntu：apt install chromium fonts-noto-cjk；"
            "macOS：安装 Google Chrome；或用 CHROMIUM=路径 指定。\n"
            "No Chromium found. Debian/Ubuntu: apt install chromium fonts-noto-cjk; macOS: install "
            "Google Chrome; or set CHROMIUM to its path."
        )
