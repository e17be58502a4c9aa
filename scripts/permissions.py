"""docs/security/permissions.md, made from the permissions that the code states (`make docs`)."""

from collections.abc import Mapping
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "security" / "permissions.md"
HEAD = """# 权限矩阵 / Permissions

Made from the code by `make docs`; do not edit. The same table is a page of the
supervision portal (权限矩阵). Which rows a permission reaches is said in 范围 and enforced by the
scoped selectors and row policies of the database (`threat-model.md`).
"""


def documents() -> Mapping[Path, str]:
    """Return the document as the code states it now."""
    from yunjian.supervision.selectors.permissions import matrix  # noqa: PLC0415 - after Django's setup

    table = matrix()
    kinds = [kind for kind, width in table.kinds for _column in range(width)]
    head = [f"{kind} {role}" for kind, role in zip(kinds, table.roles, strict=True)]
    lines = [HEAD]
    for room in table.rooms:
        used = [index for index in range(len(head)) if any(row.held[index] for row in room.rows)]
        lines.append(f"\n## {room.title}\n")
        lines.append("| " + " | ".join(["权限", "代码", "范围", *(head[i] for i in used)]) + " |")
        lines.append("|---|---|---|" + ":-:|" * len(used))
        lines += [
            f"| {row.permission.title} | `{row.permission.code}` | {row.permission.within} | "
            + " | ".join("✓" if row.held[index] else "" for index in used)
            + " |"
            for row in room.rows
        ]
    return {DOCUMENT: "\n".join(lines) + "\n"}
