"""Three questions to a code, for the texts of a file."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from matchmaker.matching.services.code_suggestions import classifier
from matchmaker.matching.services.narrowing import narrow_code, other_answers, question_text


class Command(BaseCommand):
    help = (
        "For each line {case_id, text, lang, answers} of a JSONL file the codes with their shares and the next "
        "question, as the forms and POST /api/v1/hs-codes/narrow/ give them. Two answers are always possible: "
        "none and unknown."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cases", help="file of JSON objects, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = Path(options["cases"]).read_text(encoding="utf-8-sig").splitlines()
        except OSError as error:
            raise CommandError(f"{options['cases']} cannot be read: {error.strerror}.") from error
        engine = classifier()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self.stdout.write(json.dumps(self._answer(number, line, engine), ensure_ascii=False))

    def _answer(self, number: int, line: str, engine: Any) -> dict[str, Any]:
        try:
            case = json.loads(line)
            case_id, text = case["case_id"], str(case["text"])
            lang = str(case.get("lang") or "")
            with translation.override(lang or "en"):
                narrowing = narrow_code(text, lang, [str(one) for one in case.get("answers") or []], engine=engine)
                question = {"id": f"q{len(narrowing.answers) + 1}", "text": question_text()}
                others = [{"id": one, "label": words, "note": "", "codes": []} for one, words in other_answers()]
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"Line {number}: {error}") from error
        named = [
            {"id": one.id, "label": one.label, "note": one.note, "codes": list(one.codes)} for one in narrowing.options
        ]
        return {
            "case_id": case_id,
            "codes": [{"hs6": code, "share": round(share, 6)} for code, share in narrowing.codes],
            "question": question | {"options": named + others} if named else None,
        }
