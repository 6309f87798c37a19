"""Learn the weights of matching from people's answers; the timetable does the same every night."""

from typing import Any

from django.core.management.base import BaseCommand

from matchmaker.engines.matching import Weights, calibration_error, probabilities, reliability
from matchmaker.matching.services import tuning


class Command(BaseCommand):
    help = "Fit the weights of matching to the answers given so far, and adopt them where they are better."

    def handle(self, *args: Any, **options: Any) -> None:
        row = tuning.learn_weights()
        self.stdout.write(f"{row.answers} answers; log-loss held back {row.loss_before:.4f} → {row.loss_after:.4f}")
        self.stdout.write("Adopted; a full run brings them in." if row.adopted else "Kept as they are: not better.")
        pairs, answers = tuning.labelled_pairs()
        bins = reliability(list(probabilities(Weights.from_dict(row.weights), pairs)), answers) if pairs else []
        for one in bins:
            predicted, came = f"{one.predicted:.0%}", f"{one.accepted:.0%}"
            self.stdout.write(f"said {predicted:>4}  came {came:>4}  of {one.count}")
        if bins:
            self.stdout.write(f"mean distance {calibration_error(bins):.3f}")
