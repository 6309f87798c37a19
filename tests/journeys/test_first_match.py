"""The story the site is for: two strangers register, find each other with reasons, and speak."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.campaigns.models import Organiser
from matchmaker.companies.models import Company
from matchmaker.matching.models import Match
from tests import factories
from tests.journeys.conftest import body_of, mails_to, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow]
USCC = "91330212MA2KT7X3Q9"


def test_french_supplier_and_chinese_buyer_match_within_ten_seconds_and_open_their_contacts(site):
    campaign = factories.campaign()
    team = factories.user("a long enough secret", language="en")
    Organiser.objects.create(campaign=campaign, user=team, role=Organiser.Role.ADMIN)
    organiser, claire, min_ = site(), site("fr", width=320), site("zh")

    # She registers on a phone, in French words; he in Chinese, with his company's code.
    claire.sign_up("Claire Morel", "claire@fruitiere.example")
    claire.go("/join/supplier/1/")
    claire.fill(legal_name="Fruitière du Haut-Jura SCA", name_zh="上汝拉奶酪合作社")
    claire.choose(country="FR")
    claire.submit()
    claire.fill(city="Lons-le-Saunier", contact_name="Claire Morel", contact_email="claire@fruitiere.example")
    claire.submit()
    claire.fill(about_fr="Nous affinons du comté et du morbier depuis 1934, avec le lait de vingt fermes.")
    claire.page.locator("[name=consent]").check()
    claire.submit()

    min_.sign_up("陈敏", "chenmin@yonghai.example")
    min_.go("/join/buyer/1/")
    min_.fill(legal_name="宁波甬海进口贸易有限公司", identifier=USCC[:-1] + "X")
    min_.choose(country="CN", identifier_kind="uscc")
    min_.submit()
    assert min_.page.locator(".field-error").count() >= 1  # the mistyped character is explained, nothing is lost
    assert min_.page.locator("[name=legal_name]").input_value() == "宁波甬海进口贸易有限公司"
    min_.fill(identifier=USCC)
    min_.submit()
    min_.fill(city="宁波", contact_name="陈敏", contact_email="chenmin@yonghai.example")
    min_.submit()
    min_.fill(**{"about_zh-hans": "进口乳制品与葡萄酒，供应华东地区商超。"})
    min_.page.locator("[name=consent]").check()
    min_.submit()

    # The organiser approves both.
    organiser.sign_in(team.email, "a long enough secret")
    for name in ("Fruitière du Haut-Jura SCA", "宁波甬海进口贸易有限公司"):
        organiser.go(f"/console/companies/{Company.objects.get(legal_name=name).uid}/")
        organiser.submit("main form[action$='/approve/'] button")
    assert Company.objects.approved().count() == 2

    # She lists a cheese; he asks for one. Category and HS code are suggested from the text.
    claire.go("/supplier/products/new/")
    claire.choose(**{"texts-0-language": "fr"})
    claire.fill(
        **{
            "texts-0-name": "Comté AOP affiné 18 mois",
            "texts-0-description": "Fromage à pâte pressée cuite, au lait cru de vache, meules de 40 kg.",
        }
    )
    claire.choose(category="AGRI-03", origin="FR", currency="EUR", price_unit="kg", min_order_unit="kg")
    claire.fill(price_low="14.5", min_order="500")
    claire.page.locator("main button[name=publish], main button:has-text('Publish')").first.click()
    claire.page.wait_for_load_state()

    closing = (timezone.localdate() + dt.timedelta(days=40)).isoformat()
    min_.go("/buyer/demands/new/")
    min_.fill(
        **{
            "title": "2027年春季奶酪采购",
            "lines-0-text": "法国孔泰奶酪，硬质奶酪，成熟12个月以上，原产地保护，整轮或切块",
            "lines-0-quantity": "2000",
            "closing_on": closing,
        }
    )
    min_.choose(**{"lines-0-category": "AGRI-03", "lines-0-unit": "kg"})
    min_.page.locator("main button[value=publish]").first.click()
    min_.page.wait_for_load_state()

    match, seconds = wait_for(Match.objects.first, 20, "no match was made")
    assert seconds < 10
    for address in ("claire@fruitiere.example", "chenmin@yonghai.example"):
        mails, seconds = wait_for(
            lambda to=address: [m for m in mails_to(to) if "Comté" in body_of(m)], 20, f"no mail to {address}"
        )
        assert seconds < 10
        assert "孔泰" in body_of(mails[0])

    # Both see it with its reasons, and neither sees the other's name.
    claire.go("/supplier/matches/")
    # Of the first clause, without the variety: its name is not in the vocabulary.
    glosses = claire.page.locator("main span[lang=fr]:has(~ .original)").all_inner_texts()
    assert glosses == ["fromage"]
    assert "mot à mot" in claire.text()
    assert "法国孔泰奶酪" in claire.text()
    assert "甬海" not in claire.text()
    min_.go("/buyer/matches/")
    assert "Comté AOP affiné 18 mois" in min_.text()

    # Both say yes; each sees the other's contact, and the organiser sees it counted.
    claire.page.locator("main button[name=answer][value=interested]").first.click()
    wait_for(lambda: Match.objects.filter(supplier_answer="interested").exists(), 10, "her yes was not kept")
    min_.page.locator("main button[name=answer][value=interested]").first.click()
    wait_for(lambda: Match.objects.filter(mutual_at__isnull=False).exists(), 10, "his yes did not open the contact")

    claire.go(f"/supplier/matches/{match.uid}/")
    assert "chenmin@yonghai.example" in claire.text()
    assert "法国孔泰奶酪" in claire.text()
    min_.go(f"/buyer/matches/{match.uid}/")
    assert "claire@fruitiere.example" in min_.text()
    organiser.go("/console/")
    opened = organiser.page.locator(".figures, .figure").filter(has_text="contacts opened")
    assert "1" in opened.first.inner_text()
