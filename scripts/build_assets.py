"""Make what is never committed: the pages' files from npm, and the compiled English texts."""

import shutil
import sys
from pathlib import Path

import messages

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
TARGET = ROOT / "src" / "yunjian" / "web" / "static" / "vendor"
ICONS = "bootstrap-icons/font/fonts/bootstrap-icons"
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons/bootstrap-icons.min.css",
    f"{ICONS}.woff2": "bootstrap-icons/fonts/bootstrap-icons.woff2",
    f"{ICONS}.woff": "bootstrap-icons/fonts/bootstrap-icons.woff",
    "echarts/dist/echarts.common.min.js": "echarts.common.min.js",
    "flatpickr/dist/flatpickr.min.css": "flatpickr.min.css",
    "flatpickr/dist/flatpickr.min.js": "flatpickr.min.js",
    "flatpickr/dist/l10n/zh.js": "flatpickr.zh.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
    "tus-js-client/dist/tus.min.js": "tus.min.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    **{
        f"leaflet/dist/images/{name}.png": f"leaflet/images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    },
}


def main() -> int:
    """Copy every file and compile the texts; say which file is missing."""
    shutil.rmtree(TARGET, ignore_errors=True)
    for source, name in FILES.items():
        result = MODULES / source
        if not result.exists():
            print(f"缺少 {source}：请先运行 npm ci / missing: run npm ci first", file=sys.stderr)
            return 1
        (TARGET / name).parent.mkdir(parents=True, exist_ok=True)
        content = result.read_bytes()
        # maps are not copied, so nothing may point at them
        lines = [
            line for line in content.splitlines(keepends=True) if b"sourceMappingURL" not in line
        ]
        (TARGET / name).write_bytes(
            b"".join(lines) if result.suffix in {".css", ".js"} else content
        )
    messages.compile_catalogue()
    return 0


if __name__ == "__main__":
    sys.exit(main())
