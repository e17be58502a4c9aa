"""The bytes of uploads that are not yet whole: one growing file each, beside the attachments.

How long the file is, is how far the upload came: after a crash it holds what reached the disk.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import new
from io import FileIO
from pathlib import Path
from uuid import UUID

from django.core.files.storage import FileSystemStorage, default_storage

PIECE = 64 * 1024
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class Busy(Exception):
    """Somebody else writes to this file."""


class DiskFull(Exception):
    """There is no room for more."""


class WrongChecksum(Exception):
    """What came is not what was announced."""


def path_of(identifier: UUID) -> Path:
    """Return where the bytes of an upload lie."""
    return folder() / f"{identifier}.part"


def folder() -> Path:
    """Return the folder of the uploads; it is on the disk of the attachments."""
    assert isinstance(default_storage, FileSystemStorage) or hasattr(default_storage, "path")  # noqa: S101 - a folder
    return Path(default_storage.path("uploads"))


def free_bytes() -> int:
    """Return how much room the disk has."""
    folder().mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder()).free


def begin(identifier: UUID) -> None:
    """Make the empty file.

    Raises:
        DiskFull: there is no room even for that.
    """
    path = path_of(identifier)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o640)
    except OSError as error:
        raise _told(error) from error


def length(identifier: UUID) -> int:
    """Return how many bytes are there.

    Raises:
        FileNotFoundError: the file is gone.
    """
    return path_of(identifier).stat().st_size


@contextmanager
def only_writer(identifier: UUID) -> Iterator[FileIO]:
    """Give the file to one writer; the lock ends with its process, whatever happens to it.

    Raises:
        Busy: another one has it.
        FileNotFoundError: the file is gone.
    """
    with path_of(identifier).open("r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy from error
        # removed by whoever had it before
        if not path_of(identifier).exists():
            raise FileNotFoundError(path_of(identifier))
        yield file


def append(
    file: FileIO,
    read: Callable[[int], bytes],
    *,
    at_most: int,
    checksum: tuple[str, bytes] | None = None,
) -> int:
    """Add what comes to a locked file, and return its length, all of it on disk.

    A line that drops leaves what came before. With a checksum it is the announced bytes or none.

    Raises:
        DiskFull, WrongChecksum: the file is as it was.
    """
    start = file.seek(0, os.SEEK_END)
    hasher = new(checksum[0], usedforsecurity=False) if checksum else None
    try:
        for piece in _pieces(read, at_most):
            _write(file, piece)
            if hasher:
                hasher.update(piece)
        if hasher and checksum and hasher.digest() != checksum[1]:
            raise WrongChecksum  # noqa: TRY301 - undone below, like a full disk
        os.fsync(file.fileno())
    except (OSError, WrongChecksum) as error:
        os.ftruncate(file.fileno(), start)
        raise (_told(error) if isinstance(error, OSError) else error) from error
    return file.tell()


def remove(identifier: UUID) -> None:
    """Remove the bytes; there may be none."""
    path_of(identifier).unlink(missing_ok=True)


def _pieces(read: Callable[[int], bytes], at_most: int) -> Iterator[bytes]:
    """Yield what comes until it ends, the line drops, or it is as much as may come."""
    left = at_most
    while left > 0:
        try:
            piece = read(min(PIECE, left))
        except OSError:
            return  # the line dropped: what came is kept
        if not piece:
            return
        left -= len(piece)
        yield piece


def _write(file: FileIO, piece: bytes) -> None:
    """Write all of it, without a buffer that could be written later, when it was given up."""
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def _told(error: OSError) -> Exception:
    return DiskFull() if error.errno in NO_SPACE else error
