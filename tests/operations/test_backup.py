"""A backup comes back whole in another installation, and nothing damaged is let in."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from PIL import Image

from tests.support.owner import let_tests_empty_tables
from tests.support.world import build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.config import operations
from yunjian.config.embedded import EmbeddedDatabase
from yunjian.config.runtime import NotReady
from yunjian.evidence.services import attachment_store, verify_log
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows

RESTORE = """
import sys, django
from pathlib import Path
django.setup()
from yunjian.config import operations
from yunjian.evidence.services import verify_log
from yunjian.access.actor import acting_as, system_actor
operations.restore(Path(sys.argv[1]), var_dir=Path(sys.argv[2]))
with acting_as(system_actor("test")):
    report = verify_log(files=True)
print(report.events, report.waiting, report.files, len(report.broken))
"""


def _photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def installation(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A data folder with one photo of evidence."""
    var = tmp_path / "var"
    with override_settings(
        STORAGES={
            "default": {
                "BACKEND": "yunjian.evidence.storage.WholeFileStorage",
                "OPTIONS": {"location": str(var / "files")},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
    ):
        world = build_world()
        actor = world.actor(world.engineer)
        with acting_as(actor):
            attachment_store(
                id=new_id(), actor=actor, content=_photo(), filename="a.jpg", purpose="sheet"
            )
        yield var
    let_tests_empty_tables()  # a restored database has none of the tests' rights


def test_a_backup_restores_into_another_installation_with_its_chain(
    installation: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar"
    operations.backup(archive, var_dir=installation)

    other = tmp_path / "other"
    tmp_path.parent.chmod(0o755)  # the database runs as a user of its own
    database = EmbeddedDatabase(other / "pg", durable=False)
    url = database.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", RESTORE, str(archive), str(other)],
            env={
                **os.environ,
                "DATABASE_URL": url,
                "YUNJIAN_VAR": str(other),
                "YUNJIAN_SECRET_KEY": "x" * 50,
                "DJANGO_SETTINGS_MODULE": "yunjian.config.settings.demo",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        database.stop()

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "1", "1", "0"]


def test_a_database_with_data_is_not_replaced_unless_forced(
    installation: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar"
    operations.backup(archive, var_dir=installation)

    with pytest.raises(NotReady, match="--force"):
        operations.restore(archive, var_dir=installation)


def test_a_changed_member_is_refused_before_anything_is_touched(
    installation: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar"
    operations.backup(archive, var_dir=installation)
    folder = tmp_path / "opened"
    with tarfile.open(archive) as opened:
        opened.extractall(folder)  # noqa: S202 - made a moment ago
    (folder / "database.dump").write_bytes(b"something else")
    with tarfile.open(archive, "w") as changed:
        for file in sorted(folder.iterdir()):
            changed.add(file, arcname=file.name)

    with pytest.raises(NotReady, match="已损坏"):
        operations.restore(archive, var_dir=installation, force=True)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM evidence_event")
        assert cursor.fetchone()[0] == 1


def test_doctor_names_what_it_looked_at_and_how_to_mend_it(db: None) -> None:
    checks = {check.name: check for check in operations.doctor()}

    assert checks["database"].ok
    assert checks["migrations"].ok
    assert not checks["worker"].ok
    assert "yunjian worker" in checks["worker"].hint


def test_a_forced_restore_brings_back_what_was_lost(installation: Path, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar"
    operations.backup(archive, var_dir=installation)
    for file in (installation / "files").rglob("*.jpg"):
        file.unlink()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM evidence_attachment")

    operations.restore(archive, var_dir=installation, force=True)

    with acting_as(system_actor("test")):
        report = verify_log(files=True)
    assert (report.waiting, report.files, report.broken) == (1, 1, [])
