"""suggest_categories, suggest_hs_codes and rank_texts as a shell sees them."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.slow  # loads an encoder


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(autouse=True)
def engine_cache(settings, cache):
    settings.ENGINE_CACHE = cache


def run(*arguments: str) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_categories_of_a_file_with_a_byte_order_mark_and_an_empty_text(tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,title\na,Frozen shrimp 500 g\nb,\nc,Office chair\n", encoding="utf-8-sig")
    found = run("suggest_categories", str(cases), "--text-column", "title", "--top", "2")
    assert [(row["case_id"], row["rank"]) for row in found] == [("a", "1"), ("a", "2"), ("c", "1"), ("c", "2")]
    assert found[0]["category_code"] == "AGRI-02"
    assert 0 < float(found[0]["score"]) <= 1


def test_hs_codes_keep_their_leading_nought(tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,text,lang\na,冷冻虾仁,zh\n", encoding="utf-8")
    found = run("suggest_hs_codes", str(cases), "--text-column", "text")
    assert found[0] == found[0] | {"case_id": "a", "rank": "1", "hs6": "030617"}
    assert len(found) == 10


def test_missing_column_is_one_sentence(tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,name\na,rice\n", encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run("suggest_hs_codes", str(cases), "--text-column", "title")
    assert str(refused.value) == f"{cases} has no column 'title'; it has: case_id, name."


def test_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(CommandError) as refused:
        run("suggest_categories", str(tmp_path / "none.csv"), "--text-column", "title")
    assert str(refused.value) == f"{tmp_path / 'none.csv'} cannot be read: No such file or directory."


def test_texts_are_ranked_by_their_ids(tmp_path):
    (tmp_path / "q.csv").write_text("id,text,lang\nq1,arroz jazmín,pt\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("id,text\nd1,汽车轮胎\nd2,茉莉香米\n", encoding="utf-8")
    found = run("rank_texts", str(tmp_path / "q.csv"), str(tmp_path / "d.csv"), "--top", "5")
    assert [(row["query_id"], row["rank"], row["document_id"]) for row in found] == [
        ("q1", "1", "d2"),
        ("q1", "2", "d1"),
    ]


def test_texts_without_words_are_not_ranked(tmp_path):
    (tmp_path / "q.csv").write_text("id,text,lang\nq1,,en\nq2,rice,en\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("id,text,lang\nd1,,zh\nd2,大米,zh\n", encoding="utf-8")
    found = run("rank_texts", str(tmp_path / "q.csv"), str(tmp_path / "d.csv"))
    assert [(row["query_id"], row["document_id"]) for row in found] == [("q2", "d2")]


def test_offers_are_matched_with_wants_and_a_wrong_suggested_code_does_not_sink_them(tmp_path):
    (tmp_path / "offers.csv").write_text(
        "id,lang,text,hs6,code_is_confirmed\no1,th,ข้าวหอมมะลิ 105 ถุง 5 กก.,848180,0\no2,en,Steel ball valve,,\n",
        encoding="utf-8",
    )
    (tmp_path / "wants.csv").write_text("id,lang,text,hs6\nw1,zh,采购泰国茉莉香米 5公斤,\n", encoding="utf-8")
    files = (str(tmp_path / "offers.csv"), str(tmp_path / "wants.csv"))
    found = run("match_texts", *files, "--top", "5")
    assert [(row["want_id"], row["rank"], row["offer_id"], row["shown"]) for row in found] == [
        ("w1", "1", "o1", "1"),
        ("w1", "2", "o2", "0"),
    ]
    by_offers = run("match_texts", *files, "--top", "1", "--by", "offers")
    assert [(row["offer_id"], row["rank"]) for row in by_offers] == [("o1", "1"), ("o2", "1")]


def test_a_code_is_narrowed_by_questions_of_a_file(tmp_path):
    cases = tmp_path / "cases.jsonl"
    first = {"case_id": "a", "text": "filets de poisson congelés", "lang": "fr", "answers": []}
    cases.write_text(json.dumps(first) + "\n", encoding="utf-8")
    (asked,) = answered(cases)
    options = asked["question"]["options"]
    assert [one["id"] for one in options[-2:]] == ["none", "unknown"]
    assert options[-2]["codes"] == options[-1]["codes"] == []
    chosen = options[0]
    cases.write_text(json.dumps(first | {"answers": [chosen["id"]]}) + "\n", encoding="utf-8")
    (after,) = answered(cases)
    assert after["codes"][0]["hs6"] in chosen["codes"]
    cases.write_text(json.dumps(first | {"answers": ["x"]}) + "\n", encoding="utf-8")
    with pytest.raises(CommandError, match="no option of this question"):
        answered(cases)


def answered(cases: Path) -> list[dict]:
    out = io.StringIO()
    call_command("narrow_hs_code", str(cases), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]
