"""Where a rule stands: the authority's own address, and whoever only reports it as "read at" (T-18)."""

import pytest
from django.template import Context, Template
from django.utils import translation

from matchmaker.market_access import rules
from matchmaker.market_access.authorities import authorities, authority_of
from matchmaker.market_access.services.answers import RECORDS

REPORT = "https://insights.made-in-china.com/a-guide"


def shown(text: str, url: str, website: str = "", *, language: str = "en") -> str:
    page = Template("{% load trade %}{% source text url 'en' website %}")
    with translation.override(language):
        return page.render(Context({"text": text, "url": url, "website": website}))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.customs.gov.cn/a", "customs.gov.cn"),
        ("http://ire.customs.gov.cn", "customs.gov.cn"),
        ("https://www.beijing.gov.cn/x", "gov.cn"),
        ("https://cifer.singlewindow.cn", "singlewindow.cn"),
    ],
)
def test_addresses_of_authorities(url: str, host: str) -> None:
    assert authority_of(url) == authorities()[host]


@pytest.mark.parametrize(
    "url", [REPORT, "", "not an address", "https://customs.gov.cn.example", "https://notcustoms-gov.cn/"]
)
def test_other_addresses(url: str) -> None:
    assert authority_of(url) is None


def test_a_report_is_never_the_link_of_the_text() -> None:
    page = shown("GACC Decree 280", REPORT, "https://cifer.singlewindow.cn")
    assert '<a href="https://cifer.singlewindow.cn" rel="noopener noreferrer">GACC Decree 280</a>' in page
    assert page.index("Read at") < page.index(REPORT)
    assert "insights.made-in-china.com</bdi>" in page


def test_without_an_own_address_the_text_is_no_link() -> None:
    page = shown("GACC Decree 280", REPORT)
    assert page.strip().startswith("GACC Decree 280")
    assert page.count("href") == 1


def test_the_authoritys_own_address_is_no_copy() -> None:
    page = shown("Announcement 3", "https://www.nmpa.gov.cn/x", "https://www.nmpa.gov.cn")
    assert 'href="https://www.nmpa.gov.cn/x"' in page
    assert "Read at" not in page


def test_without_a_text_the_authority_is_named_in_the_readers_language() -> None:
    assert ">海关总署</a>" in shown("", "http://www.customs.gov.cn/a", language="zh-hans")


def test_where_to_apply_is_an_address_of_an_authority() -> None:
    book = rules.read_rulebook(RECORDS)
    assert [rule.code for rule in book.rules if rule.where_to_apply and not authority_of(rule.where_to_apply)] == []
