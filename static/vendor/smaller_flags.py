"""Leave out of large flags what nobody sees at 40 pixels: shapes and parts of shapes of less than a pixel.

    npm install svgo@4
    python smaller_flags.py /usr/bin/chromium img/flags/*.svg

A flag above LIMIT bytes loses its smallest shapes first until it fits; then svgo rounds coordinates to whole units of
the 640 by 480 of a flag. A flag that fits already is only rounded.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

LIMIT = 15_000
LEAST = (0, 20, 40, 80, 120, 180, 256, 400, 600, 900, 1400, 2000, 3000)  # square units; 256 are one pixel of 40
DROP = """
([text, least]) => {
  document.body.innerHTML = text;
  const svg = document.querySelector('svg');
  svg.setAttribute('width', 640);
  svg.setAttribute('height', 480);
  const used = new Set([...text.matchAll(/(?:href="|url\\()#([^")]+)/g)].map(match => match[1]));
  const cut = path => {
    const parts = path.getAttribute('d').match(/M[^M]+/g) || [];
    if (parts.length < 2) return;
    const probe = path.cloneNode();
    path.parentNode.append(probe);
    const size = d => {
      probe.setAttribute('d', d);
      const box = probe.getBoundingClientRect();
      return box.width * box.height;
    };
    const left = parts.filter(part => size(part) >= least);
    probe.remove();
    path.setAttribute('d', left.join(''));
  };
  for (const shape of svg.querySelectorAll('path, circle, ellipse, rect, polygon, polyline, line, use')) {
    if (shape.closest('defs, clipPath, mask, symbol, linearGradient') || used.has(shape.id)) continue;
    const box = shape.getBoundingClientRect();
    if (box.width * box.height < least) { shape.remove(); continue; }
    if (shape.tagName === 'path' && least) cut(shape);
  }
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  return new XMLSerializer().serializeToString(svg);
}
"""


def rounded(text: str, *options: str) -> str:
    """What svgo makes of it."""
    with tempfile.NamedTemporaryFile("w", suffix=".svg") as file:
        file.write(text)
        file.flush()
        command = ["npx", "--no-install", "svgo", "--quiet", *options, file.name, "--output", "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def smaller(page, text: str) -> str:
    """The flag within LIMIT, or as small as it gets."""
    begun = rounded(text, "--config", str(Path(__file__).with_name("absolute.config.mjs")))
    for least in LEAST:
        made = rounded(page.evaluate(DROP, [begun, least]), "--multipass", "--precision", "0")
        if len(made.encode()) <= LIMIT:
            break
    sys.stdout.write(f"{len(text.encode())} to {len(made.encode())} bytes, shapes below {least} left out: ")
    return made


def main(chromium: str, files: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for file in map(Path, files):
            file.write_text(smaller(page, file.read_text()))
            sys.stdout.write(f"{file.name}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
