"""Units of quantities as people write them, and which can be compared."""

# (dimension, how many of the dimension's base unit). SI brochure 9 and, for lb and oz, the 1959 agreement (exact).
# A set, a carton or a bag holds whatever its maker puts into it, so it converts to nothing but itself.
_UNITS: dict[str, tuple[str, float]] = {
    "mg": ("mass", 1e-6),
    "g": ("mass", 1e-3),
    "kg": ("mass", 1.0),
    "q": ("mass", 100.0),
    "t": ("mass", 1000.0),
    "kt": ("mass", 1e6),
    "lb": ("mass", 0.45359237),
    "oz": ("mass", 0.028349523125),
    "ml": ("volume", 1e-3),
    "cl": ("volume", 1e-2),
    "l": ("volume", 1.0),
    "hl": ("volume", 100.0),
    "m3": ("volume", 1000.0),
    "pc": ("count", 1.0),
    "pair": ("count", 2.0),
    "dozen": ("count", 12.0),
    "thousand": ("count", 1000.0),
    "mm": ("length", 1e-3),
    "cm": ("length", 1e-2),
    "m": ("length", 1.0),
    "km": ("length", 1000.0),
    "cm2": ("area", 1e-4),
    "m2": ("area", 1.0),
    "hour": ("time", 1.0),
    "day": ("time", 8.0),  # a working day, as in the list of units of the campaign
    "kwh": ("energy", 1.0),
    "mwh": ("energy", 1000.0),
    "ct": ("carat", 1.0),
}
_SAME = {
    "kgs": "kg", "kilogram": "kg", "kilograms": "kg", "kilo": "kg", "千克": "kg", "公斤": "kg",
    "gram": "g", "grams": "g", "克": "g", "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t", "mt": "t", "吨": "t",
    "lbs": "lb", "pound": "lb", "pounds": "lb", "litre": "l", "litres": "l", "liter": "l", "liters": "l", "升": "l",
    "hectolitre": "hl", "hectoliter": "hl", "百升": "hl", "毫升": "ml", "m³": "m3", "cbm": "m3", "立方米": "m3",
    "pcs": "pc", "piece": "pc", "pieces": "pc", "unit": "pc", "units": "pc", "件": "pc", "个": "pc", "只": "pc",
    "pairs": "pair", "双": "pair", "对": "pair", "dozens": "dozen", "dz": "dozen", "打": "dozen",
    "sets": "set", "套": "set",
    "metre": "m", "metres": "m", "meter": "m", "meters": "m", "米": "m", "m²": "m2", "sqm": "m2", "平方米": "m2",
    "hours": "hour", "h": "hour", "小时": "hour", "days": "day", "cartons": "carton", "箱": "carton",
}  # fmt: skip


def factor(unit: str, into: str) -> float | None:
    """How many `into` one `unit` is (kg into t: 0.001), None when the two cannot be compared."""
    unit, into = _name(unit), _name(into)
    if not unit or not into:
        return None
    if unit == into:
        return 1.0
    one, other = _UNITS.get(unit), _UNITS.get(into)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] / other[1]


def _name(unit: str) -> str:
    unit = unit.strip().casefold().rstrip(".")
    return _SAME.get(unit, unit)
