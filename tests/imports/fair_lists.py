"""Lists of exhibitors as organisers get them: 500 rows typed by many hands, made up, the same at every run.

What is wrong in them was written down before the import could read it: heads in two languages below a title, cells that
say "nothing" in words, countries in two scripts, addresses hidden from programs, numbers with words, a telephone number
inside the name, several sheets.
"""

import random

HEAD = [
    "No.",
    "Company name / 公司名称",
    "Country 国家",
    "City",
    "Website",
    "Contact person",
    "E-mail",
    "Tel.",
    "Year established",
    "Staff",
    "Languages",
    "What they sell / 产品",
    "Tags",
    "Remarks",
]
TITLE = ["China Import Week 2027: list of exhibitors (draft 3)", *[""] * (len(HEAD) - 1)]
# Country as typed, names of companies there, a city, the domain's ending, the country's telephone code and a number.
PLACES = [
    (
        ("Japan 日本", "JAPAN", "日本", "Japan (JP)"),
        ("Kanda Seicha", "Hoshino Shoyu", "Mori Nori"),
        "Shizuoka",
        "co.jp",
        "+81",
        "3-3211-5511",
    ),
    (
        ("泰国 Thailand", "Thailand", "ไทย", "TH"),
        ("Surin Hom Rice", "Nakhon Durian", "Siam Latex"),
        "Surin",
        "co.th",
        "+66",
        "44 511 222",
    ),
    (
        ("Rossiya / Россия", "Россия", "Russian Federation"),
        ("Altai Mjod", "Сибирский кедр", "Volga Maslo"),
        "Барнаул",
        "ru",
        "+7",
        "3852 55-11-22",
    ),
    (
        ("Viet Nam", "Việt Nam", "VIETNAM 越南"),
        ("Dak Lak Ca Phe", "Phu Quoc Tieu", "Mekong Ca Tra"),
        "Buôn Ma Thuột",
        "com.vn",
        "+84",
        "28 3822 1002",
    ),
    (
        ("ITALIA", "Italy (IT)", "意大利 Italy"),
        ("Frantoio Del Sole", "Caseificio Bianchi", "Oleificio Murgia"),
        "Bari",
        "it",
        "+39",
        "080 521 3344",
    ),
    (
        ("Polska", "Poland", "波兰"),
        ("Mleczarnia Tatry", "Sad Owocowy Lubicz", "Bursztyn Balt"),
        "Kraków",
        "pl",
        "+48",
        "12 421 22 33",
    ),
    (
        ("Maroc", "Morocco/المغرب", "摩洛哥"),
        ("Argan du Souss", "Conserverie Agadir", "Olives de Meknès"),
        "Agadir",
        "ma",
        "+212",
        "528-84 22 11",
    ),
    (
        ("Brasil", "BRAZIL 巴西", "Brazil, South America"),
        ("Café Serra Azul", "Frigorífico Campo", "Suco do Vale"),
        "Varginha",
        "com.br",
        "+55",
        "35 3221-4455",
    ),
    (
        ("Chile", "CHILE 智利"),
        ("Cerezas del Maule", "Viña Quebrada", "Salmones Puelo"),
        "Curicó",
        "cl",
        "+56",
        "75 231 4455",
    ),
    (
        ("ኢትዮጵያ", "Ethiopia 埃塞俄比亚"),
        ("Yirga Coffee Union", "Sidama Sesame", "Addis Leather"),
        "Addis Ababa",
        "et",
        "+251",
        "11 551 2233",
    ),
    (
        ("Deutschland", "Germany (DE)", "德国 Germany"),
        ("Holzmann Pumpen", "Bergkäserei Allgäu", "Feinmechanik Roth"),
        "Kempten",
        "de",
        "+49",
        "831 22 33 44",
    ),
    (
        ("السعودية", "Saudi Arabia 沙特"),
        ("Tumoor Al Qassim", "Al Nakheel Dates", "Bahr Shrimp"),
        "Buraydah",
        "com.sa",
        "+966",
        "16 323 4455",
    ),
    (
        ("Indonesia 印尼", "INDONESIA"),
        ("Kopi Gayo Lestari", "Sarang Walet Nusantara", "Kelapa Sulawesi"),
        "Medan",
        "co.id",
        "+62",
        "61 451 2233",
    ),
    (
        ("Türkiye", "Turkey 土耳其"),
        ("Fındık Karadeniz", "Malatya Kayısı", "Ege Zeytin"),
        "Giresun",
        "com.tr",
        "+90",
        "454 212 33 44",
    ),
    (
        ("대한민국", "Korea, Rep.", "韩国 Korea"),
        ("Hansan Insam", "Jeju Gamgyul", "Daehan Kimchi"),
        "Geumsan",
        "co.kr",
        "+82",
        "41-751-2233",
    ),
]
FORMS = ("Co., Ltd.", "S.A.", "GmbH", "Ltd", "LLC", "S.r.l.", "")
NOTHING = (
    "n/a",
    "N/A",
    "-",
    "--",
    "none",
    "None",
    "无",
    "没有",
    "nil",
    "—",
    "TBC",
    "sin web",
    "keine",
    "нет",
    "ไม่มี",
    "なし",
    "không có",
)
GOODS = (
    "rice, rice noodles",
    "green tea; matcha",
    "冷冻虾仁",
    "olive oil / table olives",
    "cherries",
    "pumps and valves",
    "miel, cire",
    "咖啡豆、可可",
    "",
)
PEOPLE = ("Anna Rossi", "Mr. Nguyễn Văn An", "王芳", "Сергей Петров", "Ms Kim", "Fatima Zahra", "")


def rows(count: int = 500, seed: int = 7) -> list[list[str]]:
    """Rows of HEAD. About one in a hundred is useless: it names no company or no country of this world."""
    pick = random.Random(seed)
    made = []
    for number in range(1, count + 1):
        countries, names, city, ending, code, telephone = PLACES[number % len(PLACES)]
        name = f"{pick.choice(names)} {_word(pick)} {pick.choice(FORMS)}".strip()
        host = f"{_word(pick).lower()}-{number}.{ending}"
        if number % 23 == 0:
            name = f"{name} Tel. {code} {telephone}"
        if number % 29 == 0:
            name = f"  {name.upper()}  "
        country = pick.choice(countries)
        if number % 125 == 0:
            country = pick.choice(("Atlantis", "worldwide"))
        if number % 250 == 1:
            name = ""
        made.append(
            [
                str(number),
                name,
                country,
                pick.choice((city, city.upper(), "n/a", "")),
                pick.choice(
                    (
                        f"www.{host}",
                        f"https://{host}/",
                        f"{host} / www.{_word(pick).lower()}.com",
                        pick.choice(NOTHING),
                        "under construction",
                    )
                ),
                pick.choice((*PEOPLE, pick.choice(NOTHING))),
                pick.choice(
                    (
                        f"info@{host}",
                        f"sales[at]{host}",
                        f"office (at) {host}",
                        f"a@{host}; b@{host}",
                        pick.choice(NOTHING),
                        "see website",
                        f"Mail: export@{host}",
                    )
                ),
                pick.choice(
                    (
                        f"{code} {telephone}",
                        telephone,
                        f"Tel: {code} {telephone} / Fax 123",
                        "0086-",
                        pick.choice(NOTHING),
                        "",
                    )
                ),
                pick.choice(
                    ("1998", "since 1998", "1998年", "est. 2004", "2541 BE", "n/a", "", "12.05.2001", "long ago")
                ),
                pick.choice(("120", "50-100", "ca. 30", "约200人", "1000+", "10 employees", "n/a", "", "family")),
                pick.choice(("English", "English/中文", "EN, FR", "n/a", "", "th+en", "Klingon")),
                pick.choice(GOODS),
                pick.choice(("organic", "VIP; organic", "", "-")),
                pick.choice(("met in Shanghai", "wants booth near the entrance", "", "call again in May")),
            ]
        )
    return made


def _word(pick: random.Random) -> str:
    """A made-up proper name, so that no two companies share one by accident."""
    return "".join(
        pick.choice(part) for part in ("BDFGKLMNPRSTVZ", "aeiou", "bdfgklmnprstvz", "aeiou", "lmnrst")
    ) + pick.choice("aeiou")
