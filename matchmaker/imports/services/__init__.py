"""The services of imports."""

from matchmaker.imports.services.applying import apply_import, work_waiting
from matchmaker.imports.services.correcting import choose_alike, correct_row
from matchmaker.imports.services.feeds import remove_feed, save_feed, source_among, source_of, turn_feed, work_feeds
from matchmaker.imports.services.readings import (
    confirm_reading,
    forget_readings,
    read_waiting,
    start_reading,
    text_reader,
)
from matchmaker.imports.services.staging import map_columns
from matchmaker.imports.services.undoing import forget_old, undo_import
from matchmaker.imports.services.uploading import (
    DROPPABLE,
    drop_import,
    may_bring_in,
    other_sheets,
    read_other_sheet,
    reread,
    start_import,
)
