"""What is offered, what is wanted, and the trees both sides share."""

from matchmaker.catalogue.models.codes import Category, HSCode
from matchmaker.catalogue.models.demands import Demand, DemandInvitation, DemandLine
from matchmaker.catalogue.models.desk import DemandComment, DemandVersion
from matchmaker.catalogue.models.products import (
    Period,
    Product,
    ProductCertificate,
    ProductFile,
    ProductImage,
    ProductText,
    ProductVariant,
    ProductVideo,
    ShortlistItem,
    is_public,
    text_for_reader,
)
