"""A supplier from landing to the contact of her buyer, on a phone, in five languages.

She chooses her language from the offer above the first page, registers, publishes, answers a question and a match.
Every page she sees and every letter she gets is read by the rules of `tests/readers.py`: no string of the interface in
another language, no text of the other side only in letters that she does not know.
"""

import pytest
from django.urls import reverse
from django.utils import translation

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.campaigns.services import approve_company
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.languages import find, site_languages
from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match
from matchmaker.messaging.models import Enquiry, Message
from matchmaker.messaging.services import ask
from tests import factories
from tests.journeys.conftest import body_of, confirmation, mails_to, wait_for
from tests.readers import Page, english_in, is_foreign, without

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow, pytest.mark.pages]
SECRET = "a long enough secret"
BUYERS_WORDS = "请报CIF武汉价，二十吨。"
# name, company, country, city, about, product, its description, answer
SUPPLIERS = {
    "fr": (
        "Claire Morel",
        "Fruitière du Haut-Jura SCA",
        "FR",
        "Champagnole",
        "Nous affinons du comté depuis 1934.",
        "Comté AOP affiné 18 mois",
        "Fromage à pâte pressée cuite, au lait cru de vache.",
        "Merci, nous vous envoyons notre prix demain.",
    ),
    "ar": (
        "ليلى منصور",
        "شركة وادي النيل للتمور",
        "EG",
        "أسوان",
        "نجفف التمور ونعبئها في أسوان منذ 1980.",
        "تمور مجففة",
        "تمور مصرية مجففة ومفروزة يدويًا.",
        "شكرًا لكم، سنرسل السعر غدًا.",
    ),
    "th": (
        "มาลี ศรีสุข",
        "โรงสีข้าวสุรินทร์",
        "TH",
        "สุรินทร์",
        "เราสีข้าวหอมมะลิในจังหวัดสุรินทร์ตั้งแต่ปี 2520",
        "ข้าวหอมมะลิไทย 100%",
        "ข้าวหอมมะลิเมล็ดยาว เก็บเกี่ยวใหม่",
        "ขอบคุณค่ะ เราจะส่งราคาให้พรุ่งนี้",
    ),
    "vi": (
        "Nguyễn Thị Lan",
        "Công ty Cà phê Đắk Lắk",
        "VN",
        "Buôn Ma Thuột",
        "Chúng tôi trồng và rang cà phê từ năm 1995.",
        "Cà phê nhân Robusta",
        "Cà phê nhân xanh, sàng 18, chế biến ướt.",
        "Cảm ơn quý vị, ngày mai chúng tôi sẽ gửi giá.",
    ),
    "ru": (
        "Анна Соколова",
        "ООО «Алтайский мёд»",
        "RU",
        "Барнаул",
        "Мы собираем мёд на Алтае с 1998 года.",
        "Мёд гречишный",
        "Натуральный гречишный мёд с пасек Алтая.",
        "Спасибо, завтра мы пришлём цену.",
    ),
}
WANTED = {
    "fr": ("法国孔泰奶酪，硬质奶酪", "AGRI-03", "040690"),
    "ar": ("埃及椰枣干", "AGRI-04", "080410"),
    "th": ("泰国茉莉香米，5公斤袋装", "AGRI-06", "100630"),
    "vi": ("越南罗布斯塔咖啡生豆", "AGRI-08", "090111"),
    "ru": ("俄罗斯荞麦蜂蜜", "AGRI-03", "040900"),
}


class Reader:
    """A supplier on a phone who reads every page and letter before she goes on."""

    def __init__(self, person, language):
        self.person, self.page, self.language = person, person.page, language
        self.faults: list[str] = []
        self.pages = self.letters = 0
        self.names = {SUPPLIERS[language][0], SUPPLIERS[language][1]} | {row.name for row in site_languages()}
        self.names |= {reference.own_name(code) for code in reference.languages()}
        with translation.override(language):  # certificates have names in the languages of tier 1
            self.names |= {reference.name(row, code) for code, row in reference.certificates().items()}

    def look(self):
        """Read the page that is open."""
        self.pages += 1
        here = self.page.url.removeprefix(self.person.address)
        html = self.page.locator("html")
        assert html.get_attribute("dir") == find(self.language).direction, here
        found = Page(self.page.content(), self.language, self.names | self._names()).faults()
        if (width := self.page.evaluate("document.documentElement.scrollWidth")) > self.page.viewport_size["width"]:
            found.append(f"{width} pixels wide")
        self.faults += [f"{here}: {fault}" for fault in found]

    def go(self, path):
        self.person.go(path)
        self.look()

    def tap(self, selector):
        with self.page.expect_navigation():
            self.page.locator(selector).first.tap()
        self.look()

    def fill(self, **values):
        for name, value in values.items():
            self.page.locator(f"main [name='{name}']").first.fill(value)

    def read_letters(self, address):
        """Read all letters to her: in her language, and other words only in quotation marks or behind facts."""
        for message in mails_to(address):
            self.letters += 1
            subject, text = str(message["Subject"]), body_of(message)
            found = [] if message["Content-Language"] == self.language else [f"is in {message['Content-Language']}"]
            long_first = sorted(self.names | self._names() | {BUYERS_WORDS.rstrip("。")}, key=len, reverse=True)
            lines = [" ".join(line.split()) for line in (subject, *text.splitlines())]
            # Behind the facts the buyer's own words have a line of their own.
            lines = [without(long_first, line) for line in lines if line != WANTED[self.language][0]]
            found += english_in(lines, self.language)
            found += [f"in another script: {line}" for line in lines if is_foreign(line, self.language)]
            self.faults += [f"letter “{subject}”: {fault}" for fault in found]

    @staticmethod
    def _names():
        columns = ("legal_name", "name_latin", "name_zh", "contact_name", "city", "address")
        rows = [*Company.objects.values_list(*columns), *(row.name.values() for row in Campaign.objects.all())]
        return {name for row in rows for name in row if name}


@pytest.mark.parametrize("language", SUPPLIERS)
def test_a_supplier_on_a_phone_reads_every_page_and_letter_in_her_language(site, language):
    name, company, country, city, about, product, description, answer = SUPPLIERS[language]
    address = f"export@{language}.example"
    campaign = factories.campaign()
    team = factories.user(language="en")
    Organiser.objects.create(campaign=campaign, user=team, role=Organiser.Role.ADMIN)
    text, category, code = WANTED[language]
    demand = factories.demand(factories.buyer(factories.user(language="zh-hans")), title=text)
    line = factories.line(demand, text=text, hs_code=code, category=factories.category(category))

    her = Reader(site(language, width=320 if language in ("ar", "ru") else 390, has_touch=True), language)
    her.person.context.clear_cookies()
    her.person.go("/")  # in English; above it, the language of her browser is offered
    her.tap(f".lang-offer button[value={language}]")
    assert her.page.url.endswith(f"/{language}/")
    for path in ("products", "demands", "about"):
        with translation.override(language):
            her.go(reverse(path))
    register(her, name, address)
    join(her, company, country, city, about, address)
    approve_company(by=team, company=Company.objects.get(legal_name=company), campaign=campaign)
    publish(her, product, description, category, country)

    match, _seconds = wait_for(Match.objects.first, 60, "no match was made")
    assert match.line == line
    buyer = factories.member_of(demand.company)
    ask(by=buyer, company=demand.company, product=match.product, text=BUYERS_WORDS)
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    answer_question(her, answer)
    her.go(reverse("supplier_matches"))
    her.go(reverse("supplier_match", args=[match.uid]))
    her.page.locator("main button[name=answer][value=interested]").first.tap()  # answered within the page
    wait_for(lambda: Match.objects.filter(mutual_at__isnull=False).exists(), 30, "her yes did not open the contact")
    her.go(reverse("supplier_match", args=[match.uid]))
    assert demand.company.contact_email in her.person.text()
    for path in ("desk", "notices", "notice_settings", "account", "supplier_products", "enquiries"):
        her.go(reverse(path))
    wait_for(lambda: len(mails_to(address)) >= 5, 60, "letters are missing")
    her.read_letters(address)
    print(f"{language}: {her.pages} pages, {her.letters} letters")  # noqa: T201
    assert not her.faults, "\n".join(her.faults)


def register(her, name, address):
    her.go(reverse("account_signup"))
    her.fill(name=name, email=address, password1=SECRET)
    her.tap("main form button[type=submit]")
    her.go(confirmation(address))
    her.tap("main form button[type=submit]")


def join(her, company, country, city, about, address):
    her.go(reverse("join"))
    her.tap("main a[href*='supplier']")
    her.fill(legal_name=company)
    if not company.isascii():
        her.fill(name_latin="Export Company Ltd")
    her.person.choose(country=country)
    next_step = "main form[data-keep^='join.'] button.btn-primary"
    her.tap(next_step)
    her.fill(city=city, contact_name=SUPPLIERS[her.language][0], contact_email=address)
    her.tap(next_step)
    her.fill(**{f"about_{her.language}": about})
    her.page.locator("main [name=consent]").check()
    her.tap(next_step)


def publish(her, product, description, category, country):
    her.go(reverse("supplier_product_new"))
    her.person.choose(**{"texts-0-language": her.language})
    her.fill(**{"texts-0-name": product, "texts-0-description": description, "price_low": "12"})
    her.person.choose(category=category, origin=country, currency="USD", price_unit="kg", min_order_unit="kg")
    her.fill(min_order="500")
    her.tap("main button[name=publish]")
    assert Product.objects.get().status == Product.Status.PUBLISHED, her.person.text()[:2_000]


def answer_question(her, answer):
    enquiry = Enquiry.objects.get()
    her.go(reverse("enquiries"))
    her.go(reverse("enquiry", args=[enquiry.uid]))
    her.fill(text=answer)
    her.tap("main form[data-keep^='enquiry.'] button.btn-primary[type=submit]")
    assert Message.objects.filter(text=answer).exists()
