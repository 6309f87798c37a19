"""Are these two companies one? Plain Python: names in both scripts, their sound, numbers and domains.

Words say unequally much. What a register adds (Ltd, GmbH, 有限公司), what a trade shares (technology, 贸易) and where
one is (Europe, 武汉) is left aside; what remains must be the same, or nearly. benchmarks/duplicates.py measures it on
the exhibitors of two editions of one fair.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from matchmaker.engines.language import pinyin, simplify

SAME = 0.8  # from here on two companies are shown as perhaps the same


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What registers add to a name; with dots and spaces taken out.
_LEGAL = _set(
    """
    ltd limited llc llp lp inc incorporated corp corporation co company plc pte pty pvt bv nv ab as asa aps oy
    oyj ag kg gmbh mbh ug se sa sas sarl sarlau srl spa snc sl slu sro kft zrt bt doo dd jsc pjsc ooo zao oao
    tic san sti ve sdn bhd pt tbk kk yk ltda eirl cv eood ead lda ltee cia unipessoal kereskedelmi tnhh cp fze
    fzco dmcc dwc wll est
    """
)
# What many companies of one trade have in their names: it tells nothing apart.
_SHARED = _set(
    """
    the and of for by de la le et und y e i formerly known powered group holding holdings international intl
    global worldwide industrial industries industry technology technologies tech systems system solutions
    solution services service trading trade traders import export imports exports enterprise enterprises
    engineering electronics electronic software networks network communications communication media products
    product security safety innovative smart secure new first national general united royal training
    consulting consultancy manufacturing factory works foods food agro farm farms exporters commerce
    commercial development com net org magazine direct
    """
)
_PLACES = _set(
    """
    europe european uk usa us america american asia asian africa china chinese hk hongkong taiwan germany
    deutschland france italia italy espana spain norway sweden danmark denmark korea japan india vietnam
    thailand thai indonesia malaysia singapore brasil brazil peru chile mexico kenya egypt turkey turkiye
    russia poland australia beijing shanghai shenzhen guangzhou guangdong zhejiang jiangsu hangzhou ningbo
    xiamen fujian zhuhai dongguan wuhan hubei hunan changsha chengdu sichuan chongqing tianjin qingdao
    shandong dalian suzhou nanjing xian hefei foshan
    """
)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_HAN_LEGAL = re.compile("(股份|有限|责任|集团|总|分)*公司|集团|股份|有限|厂$|商行$|合作社$")
_HAN_SHARED = re.compile(
    "国际|贸易|进出口|科技|技术|实业|工业|商贸|电子|食品|供应链|管理|控股|发展|投资|产业|企业|产品|农业"
)
_HAN_PLACES = re.compile(
    "^(中国|北京|上海|天津|重庆|广东|浙江|江苏|福建|山东|湖北|湖南|四川|河南|河北|安徽|江西|辽宁|陕西|云南|广西|海南|武汉|深圳|"
    "广州|杭州|宁波|厦门|青岛|大连|苏州|南京|成都|长沙|西安|合肥|佛山|东莞|珠海|香港)(省|市|自治区)?"
)
# Letters of other scripts that pass for Latin ones (a choice of Unicode TS 39, confusables).
_PASS_FOR = str.maketrans("аеорсухіѕјԁһкмтвнгѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοντρ", "aeopcyxisjdhkmtbhrvABEZHIKMNOPTYXaovtp")
FREE_MAIL = _set(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com
    aol.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de mail.com zoho.com zohomail.com protonmail.com
    proton.me pm.me tutanota.com fastmail.com hushmail.com mail.ru bk.ru list.ru inbox.ru yandex.ru yandex.com
    rambler.ru ukr.net qq.com foxmail.com 163.com 126.com yeah.net 188.com 139.com 189.cn wo.cn 21cn.com sina.com
    sina.cn sohu.com tom.com aliyun.com 263.net naver.com daum.net hanmail.net nate.com kakao.com rediffmail.com
    libero.it virgilio.it tiscali.it orange.fr wanadoo.fr free.fr laposte.net sfr.fr uol.com.br bol.com.br
    terra.com.br seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl bigpond.com comcast.net verizon.net att.net
    """
)
# Providers that have one domain for each country, such as yahoo.co.uk.
_FREE_MAIL_OF_COUNTRIES = _set("yahoo hotmail outlook live gmx yandex")
# Below them anybody registers, as below every label of at most three letters in a country's domain (in.th, bj.cn).
_SECOND_LEVEL = _set("firm info name gouv govt asso press school store shop")


@dataclass(frozen=True)
class Identity:
    """What is compared: every name it has, its number with country and kind, the hosts of its website and mail."""

    key: object
    names: tuple[str, ...]
    country: str = ""
    number: str = ""
    hosts: tuple[str, ...] = ()
    number_kind: str = ""


@dataclass(frozen=True)
class Alike:
    """`why` is one of number, domain, name, words, sound, spelling, domain_name."""

    key: object
    score: float
    why: str


@dataclass(frozen=True)
class _Name:
    whole: str  # without what registers add, letters only
    core: str  # without what is shared, too
    words: frozenset[str]  # the telling words


def compare(one: Identity, other: Identity) -> Alike:
    """How sure it is that both are one company, 0 to 1, with the strongest reason."""
    found = [(0.0, "")]
    if one.number and one.number == other.number and one.country == other.country:
        found.append((1.0, "number"))
    domains, others = _domains(one), _domains(other)
    if domains & others:
        found.append((0.95, "domain"))
    names, other_names = _names(one), _names(other)
    if not _numbered_apart(one, other):
        found += [_by_name(a, b) for a in names for b in other_names]
    if _says(one, other_names) or _says(other, names):
        found.append((0.85, "domain_name"))
    score, why = max(found)
    if one.country and other.country and one.country != other.country and why not in ("number", "domain"):
        score *= 0.8  # a name alone does not make companies of two countries one: each register has its own names
    return Alike(other.key, round(score, 3), why)


def _numbered_apart(one: Identity, other: Identity) -> bool:
    """Whether the figures in their names differ, as in 日出茶业14 and 日出茶业1: numbered companies are several."""
    figures, others = _figures(one), _figures(other)
    return bool(figures and others and not figures & others)


def _figures(one: Identity) -> set[str]:
    """The figures of each name that has any, without zeros before them."""
    names = (re.findall(r"\d+", unicodedata.normalize("NFKC", name)) for name in one.names)
    return {".".join(str(int(figure)) for figure in figures) for figures in names if figures}


def alike(one: Identity, others: Iterable[Identity], minimum: float = SAME) -> list[Alike]:
    """Those among the others that are perhaps the same company, the surest first."""
    found = [compare(one, other) for other in others if other.key != one.key]
    return sorted((row for row in found if row.score >= minimum), key=lambda row: -row.score)


def search_keys(one: Identity) -> set[str]:
    """Pieces of text of which a name of a duplicate has at least one: what a database looks for before comparing."""
    keys = {word for name in _names(one) for word in name.words if len(word) >= 3}
    keys |= {name.whole for name in _names(one) if not name.words}
    for name in one.names:
        for run in _HAN.findall(simplify(name)):
            core = _han_core(run)
            keys |= {core} if len(core) >= 2 else set()
    return keys | _labels(_domains(one))


class Register:
    """Identities by the pieces that a duplicate shares with them, for finding duplicates of thousands in memory."""

    MOST = 80  # a piece that more identities share tells nothing apart

    def __init__(self, identities: Iterable[Identity] = ()):
        self._by_piece: dict[str, list[Identity]] = {}
        for identity in identities:
            self.add(identity)

    def add(self, one: Identity) -> None:
        for piece in _pieces(one):
            shared = self._by_piece.setdefault(piece, [])
            if len(shared) <= self.MOST:
                shared.append(one)

    def find(self, one: Identity) -> tuple[Identity, Alike] | None:
        """The identity that is most surely the same, if any perhaps is; two numbers of one kind that differ are two."""
        near: dict[object, Identity] = {}
        for piece in _pieces(one):
            shared = self._by_piece.get(piece, [])
            near |= {other.key: other for other in shared} if len(shared) <= self.MOST else {}
        best = next(
            iter(alike(one, (other for other in near.values() if not _have_different_numbers(one, other)))), None
        )
        return (near[best.key], best) if best else None


def _have_different_numbers(one: Identity, other: Identity) -> bool:
    """Whether a register has given each a number of its own: sister companies have much of a name in common."""
    same_register = one.number_kind and (one.country, one.number_kind) == (other.country, other.number_kind)
    return bool(same_register and one.number and other.number and one.number != other.number)


def _pieces(one: Identity) -> set[str]:
    cores = {name.core for name in _names(one) if len(name.core) >= 3}
    number = {f"#{one.country}{one.number}"} if one.number else set()
    return search_keys(one) | cores | {f"@{domain}" for domain in _domains(one)} | number


def domain(address: str) -> str:
    """The registered domain of a website or e-mail address, such as example.co.uk; '' for free mail and nonsense."""
    host = address.strip().lower().rsplit("@", 1)[-1]
    host = re.sub(r"^[a-z]+://", "", host).split("/")[0].split(":")[0].removeprefix("www.")
    parts = [part for part in host.split(".") if part]
    if len(parts) < 2 or not re.fullmatch(r"[\w.-]+", host):
        return ""
    of_many = len(parts[-1]) == 2 and (len(parts[-2]) <= 3 or parts[-2] in _SECOND_LEVEL)
    registered = parts[-3:] if of_many else parts[-2:]
    found, is_number = ".".join(registered), parts[-1].isdigit()
    is_free = found in FREE_MAIL or (registered[0] in _FREE_MAIL_OF_COUNTRIES and len(parts[-1]) == 2)
    return "" if is_number or is_free else found


@lru_cache(maxsize=20_000)
def _domains(one: Identity) -> set[str]:
    return {found for host in one.hosts if (found := domain(host))} - FREE_MAIL


@lru_cache(maxsize=20_000)
def _own_labels(one: Identity) -> set[str]:
    return _labels(_domains(one))


def _says(one: Identity, names: list[_Name]) -> bool:
    """Whether a domain of the one says a name of the other."""
    labels = _own_labels(one)
    return any(name.core in labels for name in names) if labels else False


def _labels(domains: set[str]) -> set[str]:
    """The telling part of domains: adanisystems.com says adani."""
    labels = set()
    for name in domains:
        label = name.split(".")[0].replace("-", "")
        labels.add(label)
        for word in _SHARED | _PLACES:
            if len(word) > 3 and label.endswith(word) and len(label) - len(word) >= 4:
                labels.add(label.removesuffix(word))
    return {label for label in labels if len(label) >= 4}


@lru_cache(maxsize=20_000)
def _names(one: Identity) -> list[_Name]:
    return [name for text in one.names for name in _name(text)]


@lru_cache(maxsize=20_000)
def _name(text: str) -> tuple[_Name, ...]:
    """A name ready to be compared; a Chinese one also as it sounds."""
    text = simplify(unicodedata.normalize("NFKC", text)).translate(_PASS_FOR)
    found = []
    for run in _HAN.findall(text):
        whole = _HAN_LEGAL.sub("", run)
        core = _han_core(run)
        if len(core) >= 2:
            found.append(_Name(whole, core, frozenset({core})))
            found.append(_Name(_letters(pinyin(whole)), _letters(pinyin(core)), frozenset()))
    latin = _HAN.sub(" ", text)
    marked = unicodedata.normalize("NFD", latin.casefold())
    plain = "".join(char for char in marked if not unicodedata.combining(char))
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain)  # s.p.a → spa
    words = [word for word in re.findall(r"\w+", plain.replace("_", " ")) if word not in _LEGAL]
    telling = [word for word in words if word not in _SHARED and word not in _PLACES]
    if words:
        found.append(_Name("".join(words), "".join(telling), frozenset(telling)))
    return tuple(found)


def _han_core(run: str) -> str:
    return _HAN_SHARED.sub("", _HAN_PLACES.sub("", _HAN_LEGAL.sub("", run)))


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _by_name(one: _Name, other: _Name) -> tuple[float, str]:
    if one.whole == other.whole or one.whole.removesuffix("com") == other.whole.removesuffix("com"):
        return 0.97, "name"
    if not one.core or not other.core:
        return 0.0, ""
    if one.core == other.core and len(one.core) >= 3:
        return 0.92, "words" if one.words and other.words else "sound"
    shared = one.words & other.words
    if shared and shared == one.words == other.words:
        return 0.92, "words"
    larger = max((one, other), key=lambda name: sum(map(len, name.words)))
    letters, all_letters = sum(map(len, shared)), sum(map(len, larger.words))
    if shared and shared in (one.words, other.words) and letters >= 4 and letters >= 0.5 * all_letters:
        return 0.85, "words"
    if min(len(one.core), len(other.core)) >= 8 and fuzz.ratio(one.core, other.core) >= 92:
        return 0.85, "spelling"
    return 0.0, ""
