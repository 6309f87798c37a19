"""How the first pages feel, measured in Chromium: `make bench-pages` prints the table of docs/design.md.

Each page is opened in a fresh browser with an empty cache, over a network of 1.6 Mbit/s with 150 ms of delay and a
processor slowed down four times: what Lighthouse calls a slow phone. Weights are those of the files as served.
"""

import gzip

from django.contrib.staticfiles import finders

PAGES = ("home", "products", "product", "sign-up", "supplier-matches", "buyer-matches", "console")
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
WATCH = """
window.shift = 0;
window.largest = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) shift += one.value; })
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver(list => { for (const one of list.getEntries()) largest = one.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
"""
FOUND = """() => ({
  shift, largest,
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
  files: performance.getEntriesByType("resource").map(one => one.name),
})"""


def weight(address):
    """Bytes of a style sheet or script, compressed as the server sends it."""
    path = finders.find(address.split("/static/")[1])
    with open(path, "rb") as file:
        return len(gzip.compress(file.read(), 9))


def test_measure_the_first_pages(shown):
    rows = []
    for wanted in (row for row in shown.site.pages if row.name in PAGES):
        page = shown.browser(wanted.role, width=360)
        page.add_init_script(WATCH)
        page.goto(wanted.path)  # once to warm the server; the browser's cache is emptied
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.clearBrowserCache")
        session.send("Network.emulateNetworkConditions", SLOW)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        page.goto(wanted.path, wait_until="networkidle")
        page.wait_for_timeout(500)
        found = page.evaluate(FOUND)
        page.context.close()
        code = [name for name in found["files"] if name.endswith((".css", ".js"))]
        rows.append((wanted.name, sum(map(weight, code)), found["first"], found["largest"], found["shift"]))
    print("\n| page | CSS + JS, kB | first paint, s | largest paint, s | layout shift |\n|---|---|---|---|---|")
    for name, size, first, largest, shift in rows:
        print(f"| {name} | {size / 1000:.1f} | {first / 1000:.1f} | {largest / 1000:.1f} | {shift:.3f} |")
    assert max(row[1] for row in rows) < 100_000
    assert max(row[4] for row in rows) < 0.1
