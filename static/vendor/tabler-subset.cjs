// How tabler.min.css and tabler.rtl.min.css here were cut from @tabler/core (the command is in ../NOTICE).
// A deny-list, so every ordinary Bootstrap and Tabler class a page writer reaches for is still there.
const fs = require("fs");
const postcss = require("postcss");

const families = [
  "navbar-vertical", "navbar-floating", "navbar-expand-(sm|xl|xxl)", "navbar-dark", "navbar-overlap", "navbar-menu",
  "bg-pattern", "bg-gradient", "card-gradient", "btn-ghost", "btn-animate", "btn-action", "btn-floating", "switch-icon",
  "theme-dark", "theme-light", "ribbon", "popover", "bs-popover", "markdown", "form-imagecheck", "form-colorinput",
  "carousel", "calendar", "offcanvas", "modal", "accordion", "otp", "signal", "sparkline", "chart", "tour", "sortable",
  "legend-", "strength", "tooltip", "bs-tooltip", "dropstart", "dropend", "dropup", "nav-segmented", "layout-boxed",
  "card-stamp", "card-cover", "card-rotate", "card-group", "page-cover", "avatar", "btn-check", "chat", "payment",
  "flag", "social", "apexcharts", "jsvectormap", "ts-", "litepicker", "noUi", "dropzone", "fslightbox", "plyr", "tox",
  "hugerte", "jvm", "typed", "clipboard", "turbo", "img-responsive", "form-floating", "list-group-item-[a-z]+ation",
  "spinner", "placeholder", "toast", "timeline", "steps", "step-item", "status", "progress", "ribbon", "tag", "pricing",
  "tracking", "cursor-", "hover-", "link-(?!body)", "text-bg", "divide-[xy]", "empty", "icon-", "loader", "page-loader",
  "dimmed", "animated", "blur", "backdrop", "highlight", "hljs", "example", "chip", "swatch", "star", "gl-star", "datagrid",
  "table-(primary|secondary|success|danger|warning|info|dark|light|active|mobile|sort|selectable|transparent|striped)",
  "alert-(?!heading|link)", "object-", "rounded-(start|end|top|bottom)-", "scroll-", "segmented", "focus-ring",
  "nav-(tabs|pills|underline|bordered)", "pagination-(?!sm)", "form-selectgroup", "form-range", "range", "input-icon", "btn-group",
  "btn-toolbar", "btn-loading", "btn-icon", "card-tabs", "card-status", "card-progress", "kbd", "columns", "page-(pretitle|title)",
  "dropdown-menu-(column|columns|card|arrow|(sm|md|lg|xl|xxl)-)", "row-cols", "antialiased", "opacity-", "trigram", "subheader",
];
const colours =
  "blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan|gray|dark|light|info|facebook|twitter|linkedin|" +
  "google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|flickr|bitbucket|tabler|x|bluesky|black|inverted|slate|zinc|" +
  "neutral|stone|body|transparent|active|brand|surface|current";
const denied = [
  new RegExp(`^(${families.join("|")})`),
  new RegExp(`^(btn|btn-outline|badge|bg|text|border|table|nav|card|icon)-(${colours})(-|$)`),
  /^(bg|text|border)-(secondary|warning|success|danger|primary)-(lt|fg|subtle|emphasis)/,
  /^(align-content|align-self|column-gap|row-gap|float|order|z)-(sm|md|lg|xl)-/,
  /-xxl(-|$)/,
  /^[mp][tbsexy]?-(sm|md|lg|xl)-/,
];
const [source, target] = process.argv.slice(2);
const root = postcss.parse(fs.readFileSync(source, "utf8"));
root.walkRules((rule) => {
  if (rule.parent.type === "atrule" && /keyframes/.test(rule.parent.name)) return;
  const kept = rule.selectors.filter((selector) => {
    const bare = selector.replace(/:not\([^)]*\)/g, "");
    const classes = [...bare.matchAll(/\.((?:\\.|[\w-])+)/g)].map((match) => match[1]);
    return !/\[data-vc|\[data-bs-theme-/.test(bare) && !classes.some((name) => denied.some((rule) => rule.test(name)));
  });
  if (kept.length === 0) rule.remove();
  else if (kept.length !== rule.selectors.length) rule.selectors = kept;
});
// Custom properties nobody reads any more, until nothing changes.
for (let before = -1, text = root.toString(); before !== text.length; text = root.toString()) {
  before = text.length;
  const read = new Set([...text.matchAll(/var\(\s*(--[\w-]+)/g)].map((match) => match[1]));
  root.walkDecls(/^--tblr-(?!body|border|primary|secondary|success|danger|warning|link|heading|font|form|card|btn|table|gutter)/, (decl) => {
    if (!read.has(decl.prop)) decl.remove();
  });
}
const used = new Set([...root.toString().matchAll(/animation(?:-name)?:[^;}]*?([\w-]+)/g)].map((match) => match[1]));
root.walkAtRules(/keyframes/, (rule) => void (root.toString().split(rule.params).length > 2 || used.has(rule.params) || rule.remove()));
root.walkRules((rule) => void (rule.nodes.length === 0 && rule.remove()));
for (let again = true; again; ) {
  again = false;
  root.walkAtRules(/media|supports/, (rule) => void (rule.nodes && rule.nodes.length === 0 && (rule.remove(), (again = true))));
}
root.walkComments((comment) => void (/sourceMappingURL/.test(comment.text) && comment.remove()));
fs.writeFileSync(target, root.toString());
