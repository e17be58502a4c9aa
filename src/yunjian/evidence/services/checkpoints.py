"""Handing out what the log signed, so that others hold it: nobody rewrites what they keep."""

import os
from pathlib import Path

from django.conf import settings

from yunjian.evidence.log import latest_checkpoint
from yunjian.evidence.models import Checkpoint


def checkpoint_publish() -> Path | None:
    """Write the last checkpoint into the folder of `YUNJIAN_LOG_FOLDER`, unless it is there.

    Returns:
        The file, or None when nothing was signed yet.

    Raises:
        OSError: the folder cannot be written; the job fails and is tried again.
    """
    checkpoint = latest_checkpoint()
    return _written(checkpoint) if checkpoint else None


def _written(checkpoint: Checkpoint) -> Path:
    folder = Path(settings.LOG_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{checkpoint.created_at:%Y%m%d}-{checkpoint.size:012}.txt"
    if not path.exists():
        partly = path.with_suffix(".part")  # whoever copies the folder sees whole files only
        with partly.open("w", encoding="utf-8") as file:
            file.write(checkpoint.note)
            file.flush()
            os.fsync(file.fileno())
        partly.replace(path)
    return path
