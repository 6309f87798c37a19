"""How well fields are read from photographs of labels and business cards: 65 pictures, drawn with fixed seeds.

    bin/setup pictures
    python benchmarks/reading/reading_pictures.py            # prints the section of docs/quality.md

A picture is a label or a card with a text of our own, in Latin letters, in Chinese, or in a script that the reader does
not know. It is then photographed: as it is, tilted in perspective, creased, blurred, or in poor light with the noise of
a phone. Pictures are not stored. A field is right when the form would show what the text says.
"""

import io
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")

import django  # noqa: E402  # after the path

django.setup()

import importlib.resources  # noqa: E402

import pylopdf_fonts_zh_cn  # noqa: E402
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont  # noqa: E402

from matchmaker.core.pictures import reencode  # noqa: E402
from matchmaker.engines.language.text import clean, simplify  # noqa: E402
from matchmaker.engines.reading.pictures import RapidOCRReader  # noqa: E402
from matchmaker.imports.recognition import company_fields  # noqa: E402
from matchmaker.imports.recognition.products import read_fields  # noqa: E402

# (script, kind, lines: the first is the largest, fields that the form should show)
TEXTS = [
    ("Latin", "label", "Comté AOP affiné 18 mois|Fromage à pâte pressée cuite|Origine : France|Poids net : 250 g|"
     "Ingrédients : lait cru de vache, sel, présure",
     {"name": "Comté AOP affiné 18 mois", "origin": "FR", "pack": "250 g"}),
    ("Latin", "label", "Wild Manuka Honey|MGO 263+|Product of New Zealand|Net weight: 500 g|Shelf life: 36 months",
     {"name": "Wild Manuka Honey", "origin": "NZ", "pack": "500 g", "shelf_life_days": 1080}),
    ("Latin", "label", "Aceite de oliva virgen extra|Cosecha temprana|País de origen: España|Contenido neto: 750 ml",
     {"name": "Aceite de oliva virgen extra", "origin": "ES", "pack": "750 ml"}),
    ("Latin", "card", "Alpenkäse Müller GmbH|Katrin Müller|Leiterin Export|Seestraße 14|87527 Sonthofen, Germany|"
     "Tel. +49 8321 66 12 0|k.mueller@alpenkaese.de",
     {"legal_name": "Alpenkäse Müller GmbH", "contact_name": "Katrin Müller", "address": "Seestraße 14",
      "city": "Sonthofen", "country": "DE", "contact_phone": "+49 8321 66120",
      "contact_email": "k.mueller@alpenkaese.de"}),
    ("Latin", "card", "Andes Berries Ltda|Ana Ruiz|Export Manager|Avenida Apoquindo 4501|Chile|+56 2 2345 6789|"
     "ana.ruiz@andesberries.cl",
     {"legal_name": "Andes Berries Ltda", "contact_name": "Ana Ruiz", "address": "Avenida Apoquindo 4501",
      "country": "CL", "contact_phone": "+56 2 2345 6789", "contact_email": "ana.ruiz@andesberries.cl"}),
    ("Chinese", "label", "泰国茉莉香米|新米上市|原产国：泰国|净含量：5千克|保质期：18个月|贮存条件：阴凉干燥处",
     {"name": "泰国茉莉香米", "origin": "TH", "pack": "5 千克", "shelf_life_days": 540}),
    ("Chinese", "label", "智利车厘子|鲜果空运|原产国：智利|净含量：2.5千克|贮存条件：冷藏",
     {"name": "智利车厘子", "origin": "CL", "pack": "2.5 千克"}),
    ("Chinese", "label", "初榨橄榄油|Extra virgin olive oil|原产国：西班牙|净含量：750毫升|保质期：24个月",
     {"name": "初榨橄榄油", "origin": "ES", "pack": "750 毫升", "shelf_life_days": 720}),
    ("Chinese", "card", "宁波甬海进口贸易有限公司|陈敏  采购经理|地址：浙江省宁波市海曙区中山路128号|"
     "电话：+86 574 8718 1234|"
     "邮箱：chenmin@yonghai.cn",
     {"legal_name": "宁波甬海进口贸易有限公司", "contact_name": "陈敏", "city": "宁波",
      "address": "浙江省宁波市海曙区中山路128号", "contact_phone": "+86 574 8718 1234",
      "contact_email": "chenmin@yonghai.cn"}),
    ("Chinese", "card", "广州南海食品有限公司|李华  总经理|地址：广东省广州市天河区体育路88号|电话：+86 20 8765 4321|"
     "邮箱：lihua@nanhai-food.cn",
     {"legal_name": "广州南海食品有限公司", "contact_name": "李华", "city": "广州",
      "address": "广东省广州市天河区体育路88号", "contact_phone": "+86 20 8765 4321",
      "contact_email": "lihua@nanhai-food.cn"}),
    ("Thai", "label", "ข้าวหอมมะลิ|ผลิตใน: ประเทศไทย|น้ำหนักสุทธิ: 5 กก.", {"name": "ข้าวหอมมะลิ", "origin": "TH"}),
    ("Arabic", "label", "تمر عجوة|بلد المنشأ: السعودية|الوزن الصافي: 500 غ", {"name": "تمر عجوة", "origin": "SA"}),
    ("Cyrillic", "label", "Мёд липовый|Страна происхождения: Россия|Масса нетто: 500 г",
     {"name": "Мёд липовый", "origin": "RU"}),
]  # fmt: skip
WIDTH = 1100


def font(script: str, size: int) -> ImageFont.FreeTypeFont:
    if script == "Chinese":
        return ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), size)
    package = {"Thai": "fontpkg_noto_sans_thai", "Arabic": "fontpkg_noto_sans_arabic"}.get(script, "fontpkg_noto_sans")
    files = (importlib.resources.files(package) / "files").iterdir()
    path = next(file for file in files if file.name.endswith(".ttf") and "Italic" not in file.name)
    return ImageFont.truetype(str(path), size)


def drawn(script: str, kind: str, text: str, chance: random.Random) -> Image.Image:
    """The label or card, flat: the first line is the largest, colours of paper and ink differ."""
    lines = text.split("|")
    paper, ink = chance.choice(
        [("#fdfbf4", "#22201c"), ("#f3ead2", "#3a2a18"), ("#e4efe6", "#163524"), ("#26302f", "#f4efe2")]
    )
    image = Image.new("RGB", (WIDTH, 720), paper)
    draw, top = ImageDraw.Draw(image), 60
    for place, line in enumerate(lines):
        size = (66 if kind == "label" else 46) if place == 0 else 34
        draw.text((70, top), line, fill=ink, font=font(script, size))
        top += round(size * 1.75)
    draw.rectangle((24, 24, WIDTH - 24, 696), outline=ink, width=3)
    return image


def on_table(flat: Image.Image, chance: random.Random, bend: float) -> Image.Image:
    """Lies on a table and is seen in perspective: corners move by up to `bend` of the width."""
    table = Image.new("RGB", (WIDTH + 240, 960), chance.choice(["#8a7a68", "#b9b2a6", "#5d6468"]))
    table.paste(flat, (120, 120))
    width, height = table.size
    move = lambda: chance.uniform(-bend, bend) * width  # noqa: E731
    corners = [(move(), move()), (move(), height + move()), (width + move(), height + move()), (width + move(), move())]
    quad = [value for corner in corners for value in corner]
    return table.transform(table.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)


def as_it_is(flat: Image.Image, chance: random.Random) -> Image.Image:
    return on_table(flat, chance, 0.005)


def tilted(flat: Image.Image, chance: random.Random) -> Image.Image:
    return on_table(flat, chance, 0.07).rotate(chance.uniform(-9, 9), Image.Resampling.BICUBIC, fillcolor="#8a7a68")


def creased(flat: Image.Image, chance: random.Random) -> Image.Image:
    """Folds: strips of the paper are lighter or darker and a little out of line."""
    folded, left = flat.copy(), 0
    while left < WIDTH:
        width = chance.randint(120, 300)
        strip = flat.crop((left, 0, min(left + width, WIDTH), 720))
        strip = ImageEnhance.Brightness(strip).enhance(chance.uniform(0.72, 1.12))
        folded.paste(ImageChops.offset(strip, 0, chance.randint(-5, 5)), (left, 0))
        ImageDraw.Draw(folded).line((left, 0, left + chance.randint(-20, 20), 720), fill="#777064", width=3)
        left += width
    return on_table(folded, chance, 0.03)


def blurred(flat: Image.Image, chance: random.Random) -> Image.Image:
    return on_table(flat, chance, 0.02).filter(ImageFilter.GaussianBlur(chance.uniform(1.6, 2.6)))


def in_poor_light(flat: Image.Image, chance: random.Random) -> Image.Image:
    """Dark to one side, with noise."""
    photo = on_table(flat, chance, 0.03)
    shade = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180, 270])).resize(photo.size)
    shade = shade.point(lambda value: 60 + value * 0.45)
    dark = ImageChops.multiply(photo, Image.merge("RGB", [shade] * 3))
    noise = Image.frombytes("L", photo.size, random.Random(chance.random()).randbytes(photo.width * photo.height))
    return Image.blend(dark, Image.merge("RGB", [noise] * 3), 0.07)


CONDITIONS: dict[str, Callable] = {
    "flat": as_it_is, "tilted": tilted, "creased": creased, "blurred": blurred, "poor light": in_poor_light,
}  # fmt: skip


def is_right(found, wanted) -> bool:
    if isinstance(wanted, int):
        return found == wanted
    plain = lambda text: simplify(clean(str(text))).casefold().replace(" ", "")  # noqa: E731
    return plain(found) == plain(wanted)


def main() -> None:
    reader, counts, began = RapidOCRReader(), defaultdict(lambda: [0, 0]), time.process_time()
    seconds: list[float] = []
    for number, (script, kind, text, wanted) in enumerate(TEXTS):
        for place, (condition, photograph) in enumerate(CONDITIONS.items()):
            chance = random.Random(1000 * number + place)
            out = io.BytesIO()
            photograph(drawn(script, kind, text, chance), chance).save(out, "JPEG", quality=80)
            started = time.monotonic()
            lines = reader.read(reencode(out.getvalue(), 2400)[0][1])  # as an upload is stored
            seconds.append(time.monotonic() - started)
            fields = company_fields(lines)[0] if kind == "card" else read_fields(lines, is_picture=True)[0]
            for name, value in wanted.items():
                right = is_right(fields.get(name, ""), value)
                for key in ((script, condition), (script, "all"), ("field", f"{kind}: {name}")):
                    if key[0] != "field" or script in ("Latin", "Chinese"):
                        counts[key][0] += right
                        counts[key][1] += 1
                if not right and script in ("Latin", "Chinese") and "-v" in sys.argv:
                    print(f"{condition}: {name} is {fields.get(name, '')!r}, wanted {value!r}", file=sys.stderr)
    report(counts, seconds, time.process_time() - began)


def report(counts, seconds: list[float], _own: float) -> None:
    share = lambda key: f"{counts[key][0] / counts[key][1]:.2f} ({counts[key][0]} of {counts[key][1]})"  # noqa: E731
    print("| script |", " | ".join([*CONDITIONS, "all"]), "|")
    print("| --- |" + " --- |" * (len(CONDITIONS) + 1))
    for script in dict.fromkeys(script for script, *_rest in TEXTS):
        print(f"| {script} |", " | ".join(share((script, name)) for name in [*CONDITIONS, "all"]), "|")
    print("\n| field (Latin and Chinese) | right |\n| --- | --- |")
    for key in (key for key in counts if key[0] == "field"):
        print(f"| {key[1]} | {share(key)} |")
    print(f"\n{len(seconds)} pictures, median {sorted(seconds)[len(seconds) // 2]:.1f} s a picture")


if __name__ == "__main__":
    main()
