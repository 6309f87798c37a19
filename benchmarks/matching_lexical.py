"""P4: words of short texts, beside PostgreSQL full text and the definition of BM25."""

import os
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.report import cpu, ratios, say
from matchmaker.matching.engine import bags
from matchmaker.matching.engine.lexical import WordSearch


def texts(n: int, seed: int, least: int = 5, most: int = 14) -> list[str]:
    """Short texts of invented words, as unevenly frequent as words are (Zipf)."""
    random = np.random.default_rng(seed)
    frequency = 1.0 / np.arange(3, 30_003)
    drawn = random.choice(30_000, size=(n, most), p=frequency / frequency.sum())
    lengths = random.integers(least, most + 1, n)
    return [" ".join(f"w{w}x" for w in row[:length]) for row, length in zip(drawn, lengths, strict=True)]


def lexical(documents: int, queries: int, rounds: int) -> None:
    """P4."""
    texts_ = texts(documents, 7)
    asked = texts(queries, 8, 2, 5)
    counted = [dict.fromkeys(text.split(), 1.0) | _repeated(text) for text in texts_]
    packed = bags.pack(counted)
    search = WordSearch(*packed)
    bagged = [dict.fromkeys(text.split(), 1.0) for text in asked]
    search.top(bagged[0], 50)
    exact = _exact_bm25(counted, bagged[:50])
    hits = []
    for query, scores in zip(bagged, exact, strict=False):
        places, found = search.top(query, 50)
        least = np.sort(scores)[-50]
        # Of equal scores at the fiftieth place any is right.
        hits.append(float(np.mean(scores[places] >= least - 1e-4 * least)) if len(found) else 1.0)
    say(f"## P4: words, top 50 of {documents:,} short texts, {queries} queries")
    say()
    server = _postgres(texts_)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(cpu(lambda: [search.top(query, 50) for query in bagged]) / queries)
        if server is not None:
            theirs.append(server(asked) / queries)
    say(
        f"Ours {statistics.median(ours) * 1e3:.3f} ms CPU a query, share of the exact BM25 top 50 (computed in float64 "
        f"over all texts) **{np.mean(hits):.4f}**."
    )
    if server is None:
        say("PostgreSQL was left out: no database `test` for user postgres answers on 127.0.0.1:5432.")
    else:
        say(
            f"PostgreSQL full text (GIN, `ts_rank_cd`, words joined by OR) {statistics.median(theirs) * 1e3:.1f} ms "
            f"CPU of its backend a query; PostgreSQL ÷ ours (min / median / max) {ratios(theirs, ours)}."
        )
    say()


def _repeated(text: str) -> dict[str, float]:
    counts: dict[str, float] = {}
    for word in text.split():
        counts[word] = counts.get(word, 0.0) + 1.0
    return counts


def _exact_bm25(texts_: list[dict[str, float]], queries: list[dict[str, float]]) -> list[np.ndarray]:
    holds: dict[str, list[tuple[int, float]]] = {}
    lengths = np.array([sum(text.values()) for text in texts_])
    for i, text in enumerate(texts_):
        for word, count in text.items():
            holds.setdefault(word, []).append((i, count))
    norm = bags.K1 * (1 - bags.B + bags.B * lengths / lengths.mean())
    found = []
    for query in queries:
        scores = np.zeros(len(texts_))
        for word in query:
            for i, count in holds.get(word, ()):
                frequency = len(holds[word])
                idf = max(np.log1p((len(texts_) - frequency + 0.5) / (frequency + 0.5)), 0.05)
                scores[i] += idf * count * (bags.K1 + 1) / (count + norm[i])
        found.append(scores)
    return found


def _postgres(texts_: list[str]) -> Callable[[list[str]], float] | None:
    try:
        import psycopg

        connection = psycopg.connect(
            "host=127.0.0.1 port=5432 user=postgres dbname=test connect_timeout=3", autocommit=True
        )
    except (ImportError, psycopg.Error):
        return None
    connection.execute("CREATE TEMPORARY TABLE bench_texts (id int, body text, words tsvector)")
    with connection.cursor().copy("COPY bench_texts (id, body) FROM STDIN") as copy:
        for i, text in enumerate(texts_):
            copy.write_row((i, text))
    connection.execute("UPDATE bench_texts SET words = to_tsvector('simple', body)")
    connection.execute("CREATE INDEX ON bench_texts USING gin (words)")
    connection.execute("ANALYZE bench_texts")
    backend = connection.info.backend_pid

    def spent() -> float:
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def run(queries: list[str]) -> float:
        start = spent()
        for query in queries:
            connection.execute(
                "SELECT id FROM bench_texts, to_tsquery('simple', %s) q WHERE words @@ q"
                " ORDER BY ts_rank_cd(words, q) DESC LIMIT 50",
                [" | ".join(query.split())],
            ).fetchall()
        return spent() - start

    try:
        spent()
    except OSError:
        return None  # a server on another machine: its CPU cannot be read
    return run
