"""Files under their digest: the same bytes are stored once, and never changed."""

import os
import tempfile
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage


class WholeFileStorage(FileSystemStorage):
    """A folder in which a name either has all its bytes, on disk, or does not exist."""

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(part).chmod(0o640)
            Path(part).replace(target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return name


def storage_key(digest: str, suffix: str) -> str:
    """Return where bytes of this digest (`algorithm:hex`) live: `sha256/ab/cd/abcd….jpg`."""
    algorithm, _colon, value = digest.partition(":")
    return f"{algorithm}/{value[:2]}/{value[2:4]}/{value}{suffix}"


def put(key: str, content: bytes) -> None:
    """Store bytes under a key unless they are there; the file is complete or absent."""
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(content))


def put_file(key: str, path: Path) -> None:
    """Store a file under a key unless it is there, piece by piece; it is complete or absent."""
    if not default_storage.exists(key):
        with path.open("rb") as file:
            default_storage.save(key, File(file))


def get(key: str) -> bytes:
    """Return the bytes under a key.

    Raises:
        FileNotFoundError: there are none.
    """
    with default_storage.open(key) as file:
        content: bytes = file.read()
        return content


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
