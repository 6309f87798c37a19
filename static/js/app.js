// The site's own behaviour. Every form works without it; it adds comfort.
// Attributes it reads: data-dialog, data-close, data-theme-toggle, data-keep, data-once, data-file-drop,
// data-autosubmit, data-dismiss, data-palette, data-palette-url.
"use strict";

const root = document.documentElement;
const cookie = (name) => {
  const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
  return found?.slice(name.length + 1);
};
const store = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* private window: nothing to keep */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* the same */ } },
};

// ---- the reader's clock: the server shows times on it, and stores it with the account at the first sign-in
try {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && cookie("time_zone") !== zone) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `time_zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  }
} catch { /* an old browser: times are shown in UTC, and say so */ }

// ---- htmx: our token on every unsafe request, a plain page when the fragment cannot be had
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  event.detail.headers["X-CSRFToken"] = field ? field.value : cookie("__Host-csrftoken") || cookie("csrftoken") || "";
});
// What asks again and again rests while nobody looks.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-hx-trigger^=every]")) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  // A refused form (422) or a conflict (409) is an answer to show, not an error to hide.
  if ([409, 422].includes(event.detail.xhr.status)) { event.detail.shouldSwap = true; event.detail.isError = false; }
});
const failed = (text) => {
  const template = document.getElementById("toast-offline");
  const region = document.getElementById("toasts");
  if (!template || !region || region.querySelector("[data-offline]")) return;
  const toast = template.content.cloneNode(true);
  if (text) toast.querySelector(".toast-text").textContent = text;
  region.append(toast);
};
document.addEventListener("htmx:sendError", () => failed());
document.addEventListener("htmx:responseError", (event) => {
  if ([401, 403].includes(event.detail.xhr.status)) location.reload();
  else failed();
});

// When the part that held the focus was replaced, whoever was there goes on from the new one.
let heldFocus = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  heldFocus = event.detail.target.contains(document.activeElement);
});
document.addEventListener("htmx:load", (event) => {
  const part = event.detail.elt;
  if (!heldFocus || document.activeElement !== document.body || !part.focus) return;
  heldFocus = false;
  if (!part.hasAttribute("tabindex")) part.tabIndex = -1;
  part.focus({ preventScroll: true });
});

// ---- theme
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", next);
  store.set("theme", next);
});

// ---- dialogs, and menus that close when one looks elsewhere
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) { event.preventDefault(); closer.closest("dialog").close(); }
  else if (event.target.tagName === "DIALOG" && event.target.open) event.target.close();
  for (const drop of document.querySelectorAll("details.drop[open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(".toast").remove();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const drop = document.activeElement?.closest("details.drop[open]");
  if (drop) { drop.open = false; drop.querySelector("summary").focus(); }
});
document.addEventListener("focusout", (event) => {
  const drop = event.target.closest("details.drop[open]");
  if (drop && event.relatedTarget && !drop.contains(event.relatedTarget)) drop.open = false;
});

// ---- a form sent twice is sent once; the button says that it is under way
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get" || form.dataset.once === "off") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy=true]:is(button)")) button.removeAttribute("aria-busy");
});

// ---- filters apply as soon as they are chosen
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && !event.target.closest("[data-no-autosubmit]")) form.requestSubmit();
});

// ---- unsaved text survives a failed save, a lost network, a killed server and an expired sign-in
// <form data-keep="supplier.product.new">. A submit notes the mark of the form (the start of its token) beside the
// draft. The draft goes when the server says by a cookie that the form with this mark was carried out: also in another
// window, and where the page after it never came. Passwords, files and hidden fields are never kept.
const MARK_LENGTH = 16;
const markOf = (form) => form.querySelector("input[name=csrfmiddlewaretoken]")?.value.slice(0, MARK_LENGTH);
const dropSaved = () => {
  const sent = JSON.parse(store.get("keep-sent") || "null");
  if (!sent || sent.mark !== cookie("form_done")) return;
  store.drop("keep:" + sent.key);
  store.drop("keep-sent");
};
dropSaved();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get" || form.hasAttribute("data-hx-post")) return;
  document.cookie = "form_done=; path=/; max-age=0"; // what was said of an earlier submit of this same page
  // All forms of a page have the same mark: what is said of another one must not count for this one.
  if (form.dataset.keep) store.set("keep-sent", JSON.stringify({ key: form.dataset.keep, mark: markOf(form) }));
  else store.drop("keep-sent");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (form.dataset?.keep && event.detail.xhr.status < 300) store.drop("keep:" + form.dataset.keep);
});

const TYPED_INTO =
  "input:not([type=hidden], [type=password], [type=file], [type=submit], [type=button]), textarea, select";
const keepable = (form) => [...form.elements].filter((field) => field.name && field.matches(TYPED_INTO));
const readField = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);
const writeField = (field, value) => {
  if (["checkbox", "radio"].includes(field.type)) field.checked = value;
  else field.value = value;
};
const fieldKey = (field) => field.name + (["checkbox", "radio"].includes(field.type) ? "=" + field.value : "");
// A form whose rows can be added, such as the lines of a demand, names them: data-keep-rows is the prefix of their
// fields, data-keep-step the button (name=value) that adds one row, data-keep-target the part that the answer replaces.
const rowsIn = (names, prefix) => {
  const own = names.filter((name) => name.startsWith(prefix + "-"));
  return Math.max(0, ...own.map((name) => parseInt(name.slice(prefix.length + 1), 10) + 1 || 0));
};
const addRows = async (form, draft) => {
  const { keepRows, keepStep, keepTarget } = form.dataset;
  if (!keepRows || !window.htmx) return false;
  const count = rowsIn(Object.keys(draft), keepRows);
  if (count <= rowsIn(keepable(form).map((field) => field.name), keepRows)) return false;
  const [name, value] = keepStep.split("=");
  const values = { [keepRows + "-TOTAL_FORMS"]: count - 1, [name]: value };
  for (const [key, typed] of Object.entries(draft)) if (key.startsWith(keepRows + "-")) values[key] = typed;
  // The part itself asks, not the form: htmx would refuse to send a form whose required fields are empty.
  const source = form.querySelector(keepTarget);
  const address = form.getAttribute("action") || location.pathname;
  await htmx.ajax("POST", address, { source, target: keepTarget, swap: "outerHTML", values });
  return true;
};
// The ready-made sentences of a message are rows, too: their hidden fields say which, data-phrases where to ask for
// them.
const sentencesOf = (form) =>
  [...form.querySelectorAll("[data-phrases] input[name=phrase]")].map((field) => field.value).join(" ");
const addSentences = async (form, draft) => {
  const source = form.querySelector("[data-phrases]");
  if (!source || !window.htmx || !draft.phrase || draft.phrase === sentencesOf(form)) return false;
  const values = { phrase: draft.phrase.split(" "), phrase_step: "keep" };
  for (const [key, typed] of Object.entries(draft)) if (/^phrase\d+-/.test(key)) values[key] = typed;
  await htmx.ajax("POST", source.dataset.phrases, { source, target: source, swap: "outerHTML", values });
  return true;
};
// A form that a picture or a text filled in takes over what was typed before, which data-keep-from names: typed words
// win over words that were read, a choice that was read stays.
const takeOver = (form, before, key) => {
  const from = "keep:" + form.dataset.keepFrom;
  const typed = JSON.parse((form.dataset.keepFrom && store.get(from)) || "null");
  if (!typed) return null;
  const draft = { ...before };
  for (const field of keepable(form)) {
    const name = fieldKey(field);
    if (typed[name] && (!before[name] || field.tagName !== "SELECT")) draft[name] = typed[name];
  }
  store.set(key, JSON.stringify(draft));
  store.drop(from);
  return draft;
};
const keep = (form) => {
  const key = "keep:" + form.dataset.keep;
  const read = () => ({
    ...Object.fromEntries(keepable(form).map((field) => [fieldKey(field), readField(field)])),
    phrase: sentencesOf(form),
  });
  const before = read();
  const draft = JSON.parse(store.get(key) || "null") || takeOver(form, before, key);
  let timer = 0;
  let restoring = false;
  let addedRows = false;
  const write = () => {
    for (const field of keepable(form)) {
      const name = fieldKey(field);
      if (!(name in draft)) continue;
      writeField(field, draft[name]);
      const group = field.closest("details");
      if (group && draft[name] !== before[name]) group.open = true;
    }
    const note = form.querySelector("[data-keep-note]");
    if (note) note.hidden = false;
    const fold = form.closest("details");
    if (fold) fold.open = true; // what came back is seen
  };
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    if (restoring) return;
    store.set(key, JSON.stringify(read()));
  };
  const isOfARow = (name) => form.dataset.keepRows && name.startsWith(form.dataset.keepRows + "-");
  const differs = ([name, value]) => (name in before ? before[name] !== value : value && isOfARow(name));
  if (draft && Object.entries(draft).some(differs)) {
    write();
    restoring = true;
    Promise.all([addRows(form, draft), addSentences(form, draft)]).then((done) => {
      const added = done.includes(true);
      addedRows = added;
      if (added) write();
    }).finally(() => {
      restoring = false;
      store.set(key, JSON.stringify(draft));
    });
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  });
  // A row was added or taken away.
  form.addEventListener("htmx:load", () => (store.get(key) || sentencesOf(form)) && save());
  // Whoever is quicker than the timer loses nothing either.
  const hurry = () => timer && save();
  form.addEventListener("submit", hurry);
  addEventListener("pagehide", hurry);
  form.querySelector("[data-keep-drop]")?.addEventListener("click", () => {
    clearTimeout(timer);
    timer = 0;
    store.drop(key);
    if (addedRows) { location.reload(); return; }
    for (const field of keepable(form)) writeField(field, before[fieldKey(field)]);
    form.querySelector("[data-keep-note]").hidden = true;
  });
};

// ---- file drop: names and sizes of what was chosen
const dropZone = (zone) => {
  const input = zone.querySelector("input[type=file]");
  const list = zone.parentElement.querySelector(".file-list");
  const size = new Intl.NumberFormat(root.lang, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  for (const name of ["dragover", "dragenter"]) zone.addEventListener(name, () => zone.classList.add("is-over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
  input.addEventListener("change", () => {
    list.replaceChildren(...[...input.files].map((file) => {
      const item = document.createElement("li");
      const [name, weight] = [document.createElement("span"), document.createElement("span")];
      name.textContent = file.name;
      weight.textContent = size.format(Math.max(1, file.size / 1024));
      weight.className = "num";
      item.append(name, weight);
      return item;
    }));
  });
};

// ---- command palette: Ctrl K or /, arrows, Enter. The page brings it when it is first asked for.
const palette = (dialog) => {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector(".palette-list");
  const items = [...list.children];
  const shown = () => items.filter((item) => !item.hidden);
  const choose = (item) => {
    for (const other of items) other.setAttribute("aria-selected", String(other === item));
    input.setAttribute("aria-activedescendant", item ? item.id : "");
    item?.scrollIntoView({ block: "nearest" });
  };
  const sift = () => {
    const words = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const says = (item) => (item.dataset.words || item.textContent).toLocaleLowerCase();
    const fits = (item) => words.every((word) => says(item).includes(word));
    for (const item of items) item.hidden = item.dataset.search ? words.length === 0 : !fits(item);
    dialog.querySelector(".palette-none").hidden = shown().length > 0;
    choose(shown()[0]);
  };
  const go = (item) => {
    location.assign(item.dataset.url || item.dataset.search + encodeURIComponent(input.value.trim()));
    dialog.close();
  };
  input.addEventListener("input", sift);
  input.addEventListener("keydown", (event) => {
    const visible = shown();
    const at = visible.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(visible[(at + (event.key === "ArrowDown" ? 1 : -1) + visible.length) % visible.length]);
    } else if (event.key === "Enter" && visible[at]) {
      event.preventDefault();
      go(visible[at]);
    }
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) go(item);
  });
  dialog.addEventListener("toggle", () => {
    if (!dialog.open) return;
    input.select();
    sift();
  });
};
const openPalette = async (address) => {
  let dialog = document.querySelector("dialog[data-palette]");
  if (!dialog) {
    try {
      const answer = await fetch(address);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      document.body.insertAdjacentHTML("beforeend", await answer.text());
    } catch {
      return failed();
    }
    dialog = document.querySelector("dialog[data-palette]");
    palette(dialog);
  }
  if (!dialog.open) dialog.showModal();
};
const paletteOpener = document.querySelector("[data-palette-url]");
paletteOpener?.addEventListener("click", () => openPalette(paletteOpener.dataset.paletteUrl));
document.addEventListener("keydown", (event) => {
  if (!paletteOpener && !document.querySelector("dialog[data-palette]")) return;
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  if (!((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing))) return;
  event.preventDefault();
  openPalette(paletteOpener?.dataset.paletteUrl);
});

const wake = (scope) => {
  const all = (selector) => [...(scope.matches?.(selector) ? [scope] : []), ...scope.querySelectorAll(selector)];
  for (const form of all("form[data-keep]")) if (!form.dataset.awake) { form.dataset.awake = "1"; keep(form); }
  for (const zone of all("[data-file-drop]")) if (!zone.dataset.awake) { zone.dataset.awake = "1"; dropZone(zone); }
  for (const toast of all(".toast[data-fades]")) {
    setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), 8000);
  }
};
wake(document);
document.addEventListener("htmx:load", (event) => wake(event.detail.elt));
for (const dialog of document.querySelectorAll("dialog[data-palette]")) palette(dialog);
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
