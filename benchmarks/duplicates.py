"""How well companies/duplicates.py finds the exhibitors that came to both editions of a fair.

    python benchmarks/duplicates.py

The data (data/eval-dev/exhibitors.csv) has no key over editions, so the pairs were defined by a person: every two rows
with the same name, and the pairs of VARIANTS, found by reading all pairs with a similar name, a shared rare word, or a
2019 name inside a 2022 domain. UNDECIDED pairs (several booths of one body, a sister company abroad) count neither way.
The words of the lists in duplicates.py were chosen with this list in sight: it is a development figure, not a promise.
"""

import csv
from pathlib import Path

from matchmaker.companies.duplicates import SAME, Identity, compare

ROOT = Path(__file__).resolve().parent.parent
VARIANTS = {
    ("VIVOTEK INC.", "VIVOTEK Inc"),
    ("LPCB/BRE Attack Testing Zone", "LPCB Attack Testing Zone"),
    ("LPCB (BRE Global Ltd.)", "LPCB"),
    ("LPCB (BRE Global Ltd.)", "LPCB Pavilion"),
    ("Alertus Technologies", "Alertus Technologies, LLC"),
    ("Ulgen Industrial Systems Inc", "Ulgen Industrial Systems Co Ltd"),
    ("Ajax Systems", "Ajax Systems Inc"),
    ("Venitem R&D Srl", "Venitem Srl"),
    ("Innovative Technology", "INNOVATIVE TECHNOLOGY LIMITED"),
    ("City Security Magazine", "City Security Magazine / CoLCPA"),
    ("SecurityClearedJobs.com Ltd", "Security Cleared Jobs"),
    ("Securitag Assembly Group Co. Ltd", "SAG- Securitag Assembly Group"),
    ("Ultinous", "Ultinous Zrt."),
    ("CenTrak", "CenTrak Inc."),
    ("National Security Inspectorate", "NSI"),
    ("Q-NET INTERNATIONAL KERESKEDELMI", "Q-net Ltd."),
    ("ADANI Ltd", "LINEV Systems UK Ltd"),
    ("AnyVision", "Oosto (formerly Anyvision)"),
    ("Civintec Global Co., Ltd", "C-Tech Intelligence & Technology Co.,Ltd"),
    ("Duracell Procell", "Procell by Duracell"),
    ("Jacksons Fencing", "H S Jackson & Son (Fencing) Ltd"),
    ("Ouster", "Ouster, Inc."),
}
UNDECIDED = {
    ("Halo Technologies", "Halo Technologies Europe Ltd"),
    ("LPCB/BRE Attack Testing Zone", "LPCB"),
    ("LPCB/BRE Attack Testing Zone", "LPCB Pavilion"),
    ("LPCB (BRE Global Ltd.)", "LPCB Attack Testing Zone"),
}


def identity(row: dict) -> Identity:
    return Identity(row["row_id"], (row["name"],), row["country"], hosts=(row["website"],))


def main() -> dict:
    with (ROOT / "data/eval-dev/exhibitors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    before = [(row["name"], identity(row)) for row in rows if row["edition"] == "2019"]
    after = [(row["name"], identity(row)) for row in rows if row["edition"] == "2022"]
    right = wrong = missed = variants = 0
    for name, one in before:
        for other_name, other in after:
            pair = (name, other_name)
            if pair in UNDECIDED:
                continue
            true = name.casefold() == other_name.casefold() or pair in VARIANTS
            found = compare(one, other)
            if found.score >= SAME:
                right, wrong = right + true, wrong + (not true)
                variants += pair in VARIANTS
                if not true:
                    print(f"wrong   {name} | {other_name}  {found.score} {found.why}")
            elif true:
                missed += 1
                print(f"missed  {name} | {other_name}  {found.score} {found.why}")
    figures = {
        "pairs compared": len(before) * len(after),
        "true pairs": right + missed,
        "precision": right / (right + wrong),
        "recall": right / (right + missed),
        "recall of the variants alone": variants / len(VARIANTS),
    }
    print("  ".join(f"{name} {value:.3f}" if value < 2 else f"{name} {value:,}" for name, value in figures.items()))
    return figures


if __name__ == "__main__":
    main()
