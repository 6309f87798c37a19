"""The things a file can bring in."""

from matchmaker.imports.kinds.base import Context, Kind
from matchmaker.imports.kinds.companies import Companies
from matchmaker.imports.kinds.demands import Demands
from matchmaker.imports.kinds.feeds import FeedDemands
from matchmaker.imports.kinds.products import Products
from matchmaker.imports.models import Import

KINDS: dict[str, Kind] = {
    Import.Kind.SUPPLIERS: Companies("supplier"),
    Import.Kind.PRODUCTS: Products(),
    Import.Kind.BUYERS: Companies("buyer"),
    Import.Kind.DEMANDS: Demands(),
    Import.Kind.FEED: FeedDemands(),
}
