"""Lists in the shape imports read: what is exported can be edited in a spreadsheet and sent back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core.formats import capfirst
from matchmaker.imports.columns import as_text
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import

Table = tuple[list[str], Iterator[Sequence[Any]]]


def products(rows: Iterable[Product]) -> Table:
    """One row a product; reads `texts`, `certificates` and `company`."""
    return _table(Import.Kind.PRODUCTS, map(_product, rows))


def demand_lines(rows: Iterable[DemandLine]) -> Table:
    """One row a line; reads `demand` and its company."""
    return _table(Import.Kind.DEMANDS, map(_line, rows))


def companies(rows: Iterable[Company]) -> Table:
    return _table(Import.Kind.SUPPLIERS, (vars(company) for company in rows))


def _table(kind: str, rows: Iterable[dict]) -> Table:
    columns = KINDS[kind].columns
    return [capfirst(str(column.label)) for column in columns], (
        [_cell(row.get(column.name)) for column in columns] for row in rows
    )


def _cell(value: Any) -> Any:
    return as_text(value) if isinstance(value, list) else value


def _product(product: Product) -> dict:
    texts = {text.language: text for text in product.texts.all()}
    own = product.original
    names = {f"name_{code}": texts[code].name for code in ("en", "zh") if code in texts}
    names |= {f"description_{code}": texts[code].description for code in ("en", "zh") if code in texts}
    return {
        **vars(product),
        **names,
        "company": str(product.company),
        "name": own.name if own else "",
        "language": own.language if own else "",
        "description": own.description if own else "",
        "category": product.category_id,
        "certificates": [certificate.code for certificate in product.certificates.all()],
    }


def _line(line: DemandLine) -> dict:
    return {
        **vars(line.demand),
        **vars(line),
        "company": str(line.demand.company),
        "category": line.category_id,
    }
