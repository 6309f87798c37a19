"""Files on their way into the site, and addresses that are read again and again."""

from matchmaker.imports.models.batches import Import, ImportRow
from matchmaker.imports.models.feeds import Feed, FeedLine
from matchmaker.imports.models.readings import Reading
