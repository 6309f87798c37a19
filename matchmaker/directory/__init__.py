"""Floor 9: what a buyer browses. The index as plain Python, its rows, saved searches, alerts and what was seen."""
