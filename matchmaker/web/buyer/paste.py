"""Lines pasted from a sheet: one row a line, cells parted by tabs, with or without a head."""

from collections.abc import Mapping

from matchmaker.catalogue import wording
from matchmaker.language.text import clean

# What the columns are called in sheets we saw, in both languages; the order without a head is that of the keys.
HEADS = {
    "text": (
        "text",
        "product",
        "item",
        "goods",
        "description",
        "name",
        "品名",
        "产品",
        "产品名称",
        "商品",
        "需求",
        "名称",
        "货物",
    ),
    "quantity": ("quantity", "qty", "amount", "数量", "采购数量"),
    "unit": ("unit", "单位", "数量单位"),
    "target_price": ("price", "target price", "target", "unit price", "目标价", "单价", "价格", "目标价格"),
    "currency": ("currency", "币种", "货币"),
    "price_unit": ("price unit", "per", "计价单位", "价格单位"),
    "hs_code": ("hs", "hs code", "hs编码", "海关编码", "税号", "编码"),
    "origins_wanted": ("origin", "origins", "country", "原产地", "产地", "原产国"),
    "certificates_required": ("certificates", "certificate", "认证", "证书", "资质"),
}


def read_lines(pasted: str, most: int = 100) -> tuple[list[dict[str, str]], int]:
    """Lines as they would be typed, and how many rows were left out because there is no room.

    Nothing is guessed: a cell that cannot be read is kept as it is, and the form says what is wrong with it.
    """
    rows = [row.split("\t") for row in pasted.replace("\r\n", "\n").replace("\r", "\n").split("\n") if row.strip()]
    if not rows:
        return [], 0
    columns = _columns(rows[0])
    body = rows[1:] if columns else rows
    columns = columns or dict(enumerate(HEADS))
    found = [line for row in body if (line := _line(row, columns))]
    return found[:most], max(0, len(found) - most)


def _columns(head: list[str]) -> dict[int, str] | None:
    """Column → field when the first row is a head: when it names the goods and nothing in it is a figure."""
    named: dict[int, str] = {}
    for at, cell in enumerate(head):
        word = clean(cell).casefold()
        for field, words in HEADS.items():
            if word in words and field not in named.values():
                named[at] = field
    return named if "text" in named.values() and (len(head) == 1 or len(named) > 1) else None


def _line(row: list[str], columns: Mapping[int, str]) -> dict[str, str]:
    read = {
        "unit": wording.unit,
        "price_unit": wording.unit,
        "currency": wording.currency,
        "quantity": wording.amount,
        "target_price": wording.amount,
    }
    line = {field: row[at].strip() for at, field in columns.items() if at < len(row) and row[at].strip()}
    return {field: read[field](text) if field in read else text for field, text in line.items()}
