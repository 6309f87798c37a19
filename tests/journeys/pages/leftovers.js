// Words of the other language on a page: text nodes and read-out attributes outside elements that say their own `lang`.
// Takes {names, shown, allowed}: names of people, companies and places, which stay as they are; names of goods as this
// reader meets them, which keep words of the original and can be marked as such in an element, but not in an attribute
// or the title; and words that are the same in every language (units). Codes in capitals stay too, and words in
// quotation marks or <bdi> are a person's own.
// Gives the texts that are left with something foreign in them; and the places where a Chinese page is set as a Latin
// one, with a space after a full-width sign or a half-width sign after a character, or an English one the other way.
({ names, shown, allowed }) => {
  const page = document.documentElement.lang.split("-")[0];
  const foreign = page === "zh" ? /[A-Za-zÀ-ɏ]{3,}/g : /[\u3400-\u9fff]+/g;
  const known = new Set(allowed.map((word) => word.toLowerCase()));
  const untouched =
    "script, noscript, style, template, code, pre, kbd, bdi, textarea, svg, .avatar, .code, " +
    "[translate=no], [data-whole]";
  const without = (some, text) => some.reduce((left, name) => left.split(name).join(" "), text);
  const bare = (text) => {
    text = without(names, text);
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
    const beginning = text.trim().replace(/\s+/g, " ").slice(0, 90);
    if (words.length) left.add(`${beginning}  [${words.slice(0, 4).join(" ")}]`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) judge(walker.currentNode.parentElement, walker.currentNode.data);
  for (const name of ["title", "alt", "aria-label", "placeholder", "data-label"])
    for (const element of document.body.querySelectorAll(`[${name}]`))
      judge(element, without(shown, element.getAttribute(name)));
  if (!document.querySelector("h1[lang], h1 [lang], h1 bdi")) judge(document.body, without(shown, document.title));
  const latinSigns = [
    /[。！？；：，、（] (?=[^ \u2028])/,
    / (?=[。！？；：，、）])/,
    /[\u3400-\u9fff] ?[,;!?](?=[ \u2028\u3400-\u9fff]|$)/,
    /[\u3400-\u9fff]:(?=[ \u2028\u3400-\u9fff]|$)/,
    /\((?=[\u3400-\u9fff])/,
    /[\u3400-\u9fff]\.(?![\w.])/,
  ];
  const set = page === "zh"
    ? new RegExp(latinSigns.map((sign) => sign.source).join("|"), "g")
    : /[，。；：！？、（）]/g;
  const blocks = new Map();
  const pieces = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (pieces.nextNode()) {
    const node = pieces.currentNode;
    if (node.nodeType === Node.ELEMENT_NODE && node.tagName !== "BR") continue;
    let block = node.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    const own = node.tagName !== "BR" && (node.parentElement.closest("[lang]") !== document.documentElement
      || node.parentElement.closest(untouched) || node.parentElement.closest(".reasons, option, .field-optional"));
    const text = node.tagName === "BR" ? "\u2028" : own ? node.data.replace(/\S+/g, "\ufffc") : node.data;
    blocks.set(block, (blocks.get(block) || "") + text);
  }
  for (const [, whole] of blocks) {
    const text = whole.replace(/[^\S\u2028\u00a0]+/g, " ").trim();
    const read = names.reduce((left, name) => left.split(name).join("\ufffc"), text).replace(/“[^”]*(”|$)/g, "\ufffc")
      .replace(/\p{Script=Han}*\S+@\S+|https?:\S+|[\p{Script=Latin}\d_/-]+(\.[\p{Script=Latin}\d_-]+)+/gu, "\ufffc");
    for (const found of read.matchAll(set))
      left.add("set for the other script: " + read.slice(Math.max(0, found.index - 14), found.index + 14));
  }
  return [...left];
}
