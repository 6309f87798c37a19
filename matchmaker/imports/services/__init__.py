"""The verbs of imports."""

from matchmaker.imports.services.applying import apply_import, work_waiting
from matchmaker.imports.services.correcting import correct_row
from matchmaker.imports.services.feeds import remove_feed, save_feed, source_among, source_of, turn_feed, work_feeds
from matchmaker.imports.services.staging import map_columns
from matchmaker.imports.services.undoing import forget_old, undo_import
from matchmaker.imports.services.uploading import (
    DROPPABLE,
    drop_import,
    may_bring_in,
    may_import,
    reread,
    start_import,
)

__all__ = [
    "DROPPABLE",
    "apply_import",
    "correct_row",
    "drop_import",
    "forget_old",
    "map_columns",
    "may_bring_in",
    "may_import",
    "remove_feed",
    "reread",
    "save_feed",
    "source_among",
    "source_of",
    "start_import",
    "turn_feed",
    "undo_import",
    "work_feeds",
    "work_waiting",
]
