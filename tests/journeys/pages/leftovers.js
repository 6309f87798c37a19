// Words of the other language on a page: text nodes and read-out attributes outside elements that say their own `lang`.
// Takes {names, allowed}: names of people, companies and places, which stay as they are, and words that are the same
// in every language (units). Codes in capitals stay too, and what stands in quotation marks or <bdi> is somebody's own
// word. Gives the texts that are left with something foreign in them.
({ names, allowed }) => {
  const page = document.documentElement.lang.split("-")[0];
  const foreign = page === "zh" ? /[A-Za-zÀ-ɏ]{3,}/g : /[\u3400-\u9fff]+/g;
  const known = new Set(allowed.map((word) => word.toLowerCase()));
  const untouched = "script, noscript, style, template, code, pre, kbd, bdi, textarea, .avatar, svg, [translate=no], .code";
  const bare = (text) => {
    for (const name of names) text = text.split(name).join(" ");
    return text.replace(/“[^”]*(”|$)|[{‹][^}›]*[}›]|\S+@\S+|https?:\S+|[\p{L}\d_/-]+(\.[\p{L}\d_-]+)+/gu, " ");
  };
  const left = new Set();
  const judge = (element, text) => {
    if (element.closest("[lang]") !== document.documentElement) return;
    if (element.closest(untouched)) return;
    if (/^[A-Z]\w+\/[A-Z][\w/ +-]+$/.test(text.trim())) return; // a time zone by its own name
    if (element.matches("option")) text = text.split(" · ").pop(); // “Deutsch · 德语”: its own name, then ours
    if (element.closest(".reasons")) text = text.split(/[:：]/)[0]; // what follows are words of the two sides
    const isCode = (word) => /^[A-Z]{2}[A-Za-z]*[A-Z]$/.test(word);
    const words = (bare(text).match(foreign) || []).filter((word) => !isCode(word) && !known.has(word.toLowerCase()));
    if (words.length) left.add(text.trim().replace(/\s+/g, " ").slice(0, 90) + "  [" + words.slice(0, 4).join(" ") + "]");
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) judge(walker.currentNode.parentElement, walker.currentNode.data);
  for (const name of ["title", "alt", "aria-label", "placeholder", "data-label"])
    for (const element of document.body.querySelectorAll(`[${name}]`)) judge(element, element.getAttribute(name));
  if (!document.querySelector("h1[lang], h1 [lang], h1 bdi")) judge(document.body, document.title);
  return [...left];
}
