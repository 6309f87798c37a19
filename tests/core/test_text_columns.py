"""Columns named for a language become one column, and back, with every value."""

import datetime as dt

import pytest

from tests.old_migrations import old_executor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.migrations]
BEFORE = [
    ("companies", "0007_number_taken_by_its_code"),
    ("campaigns", "0006_team_seats"),
    ("catalogue", "0010_everyday_chinese_names"),
    ("events", "0007_calendar_addresses"),
    ("market_access", "0006_registration_evidence"),
]
DAY = dt.date(2027, 3, 1)
OLD = {
    "companies.Company": {
        "th": {"legal_name": "Mill", "language": "th", "about": "เราสีข้าว", "about_en": "We mill rice."},
        "en": {"legal_name": "Shop", "language": "en", "about": "We buy rice.", "about_en": ""},
    },
    "campaigns.Campaign": {"c": {"name_en": "Fair", "name_zh": "展会", "about_en": "One.\n\nTwo.", "about_zh": ""}},
    "campaigns.Partner": {"p": {"name_en": "Chamber", "name_zh": ""}},
    "campaigns.Question": {"q": {"label_en": "Which?", "label_zh": "哪种？", "help_en": "", "help_zh": "多选",
                                 "options": [["Organic", "有机"], ["None", ""]]}},
    "events.Event": {"e": {"name_en": "Day", "name_zh": "洽谈会", "city_en": "Wuhan", "venue_zh": "展馆"}},
    "events.Hall": {"h": {"name_en": "Hall A", "name_zh": "一号馆"}},
    "catalogue.Category": {"AGRI-06": {"name_en": "Cereals", "name_zh": "谷物", "name_fr": "Céréales", "name_es": ""}},
    "catalogue.HSCode": {"10": {"text_en": "Cereals", "path_en": "Cereals", "path_fr": "Céréales", "title_zh": "谷物"}},
    "market_access.EntryRule": {"r": {"name_en": "Rule", "name_zh": "规则", "legal_basis_en": "Decree 1",
                                      "legal_basis_zh": "第1号令", "how_to_satisfy_en": "Apply."}},
    "market_access.EntryQuestion": {"x": {"text_en": "Fresh?", "text_zh": "鲜？", "help_en": "", "help_zh": ""}},
    "market_access.AccessNotice": {"n": {"product_en": "Mango", "product_zh": "芒果"}},
    "market_access.Agreement": {"a": {"name_en": "FTA", "name_zh": "自贸协定"}},
}  # fmt: skip
NEW = {
    ("companies.Company", "about"): [{"th": "เราสีข้าว", "en": "We mill rice."}, {"en": "We buy rice."}],
    ("campaigns.Campaign", "name"): [{"en": "Fair", "zh-hans": "展会"}],
    ("campaigns.Campaign", "about"): [{"en": "One.\n\nTwo."}],
    ("campaigns.Partner", "name"): [{"en": "Chamber"}],
    ("campaigns.Question", "help"): [{"zh-hans": "多选"}],
    ("campaigns.Question", "options"): [[{"en": "Organic", "zh-hans": "有机"}, {"en": "None"}]],
    ("events.Event", "city"): [{"en": "Wuhan"}],
    ("events.Event", "venue"): [{"zh-hans": "展馆"}],
    ("events.Hall", "name"): [{"en": "Hall A", "zh-hans": "一号馆"}],
    ("catalogue.Category", "name"): [{"en": "Cereals", "zh-hans": "谷物", "fr": "Céréales"}],
    ("catalogue.HSCode", "path"): [{"en": "Cereals", "fr": "Céréales"}],
    ("catalogue.HSCode", "title"): [{"zh-hans": "谷物"}],
    ("market_access.EntryRule", "legal_basis"): [{"en": "Decree 1", "zh-hans": "第1号令"}],
    ("market_access.EntryQuestion", "text"): [{"en": "Fresh?", "zh-hans": "鲜？"}],
    ("market_access.AccessNotice", "product"): [{"en": "Mango", "zh-hans": "芒果"}],
    ("market_access.Agreement", "name"): [{"en": "FTA", "zh-hans": "自贸协定"}],
}


def migrate(targets):
    executor = old_executor()
    executor.migrate(targets)
    return old_executor().loader.project_state(targets).apps


def fill(apps):
    made = {}
    others = {
        "companies.Company": {"country": "TH", "is_supplier": True},
        "campaigns.Campaign": {"slug": "c", "starts_on": DAY, "ends_on": DAY},
        "campaigns.Question": {"kind": "choices"},
        "events.Event": {"slug": "e", "starts_on": DAY, "ends_on": DAY},
        "events.Hall": {"tables": 1},
        "catalogue.Category": {"code": "AGRI-06", "group": "AGRI"},
        "catalogue.HSCode": {"code": "10", "level": 2, "section": "II"},
        "market_access.EntryRule": {"code": "r", "requirement": "r", "stage": "before", "confidence": "hint"},
        "market_access.EntryQuestion": {"code": "x"},
        "market_access.AccessNotice": {"rule_code": "r", "origin": "TH", "basis": "b", "confidence": "hint"},
        "market_access.Agreement": {"code": "a", "kind": "fta", "confidence": "hint"},
    }
    for label, rows in OLD.items():
        parents = {
            "campaigns.Partner": {"campaign": made.get("campaigns.Campaign")},
            "campaigns.Question": {"campaign": made.get("campaigns.Campaign")},
            "events.Event": {"campaign": made.get("campaigns.Campaign")},
            "events.Hall": {"event": made.get("events.Event")},
        }
        for values in rows.values():
            values = {**others.get(label, {}), **parents.get(label, {}), **values}
            made[label] = apps.get_model(label).objects.create(**values)


@pytest.fixture
def _present_tables():
    yield
    leaves = old_executor().loader.graph.leaf_nodes()
    old_executor().migrate(leaves)


@pytest.mark.usefixtures("_present_tables")
def test_every_value_is_kept_there_and_back():
    fill(migrate(BEFORE))
    executor = old_executor()
    apps = migrate(executor.loader.graph.leaf_nodes())
    for (label, field), values in NEW.items():
        rows = apps.get_model(label).objects.order_by("pk")
        assert [getattr(row, field) for row in rows] == values, (label, field)
    apps = migrate(BEFORE)
    for label, rows in OLD.items():
        for row, values in zip(apps.get_model(label).objects.order_by("pk"), rows.values(), strict=True):
            assert {name: getattr(row, name) for name in values} == values, label
    for label in reversed(OLD):
        apps.get_model(label).objects.all().delete()
