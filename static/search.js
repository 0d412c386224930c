// Comforts on the search page, which works without them: suggestions while typing, and results that change in place.
"use strict";

const PAUSE = 120;
const SHORTEST = 1;
const REMEMBERED = 50;
const FILTERED_FROM = 12;

const form = document.getElementById("search");
const field = document.getElementById("words");
const said = document.getElementById("said");

// Results in place

let asked = null;
let composing = false;
let shown = location.pathname + location.search;

async function show(address, { remember = true, focus = "", toTop = false } = {}) {
  asked?.abort();
  const own = new AbortController();
  const typed = field.value;
  asked = own;
  document.getElementById("results").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: own.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (own.signal.aborted) {
      return;
    }
    if (!answer.ok || answer.redirected || !page.getElementById("results")) {
      throw new Error("not the search page");
    }
    if (remember) {
      history.pushState({ search: true }, "", address);
    }
    shown = location.pathname + location.search;
    replace(page, typed);
    settle(focus, toTop);
  } catch (error) {
    if (error.name !== "AbortError") {
      location.assign(address);
    }
  }
}

function replace(page, typed) {
  const open = new Map([...document.querySelectorAll("[data-open]")].map((each) => [each.dataset.open, each.open]));
  document.title = page.title;
  document.getElementById("hero").className = page.getElementById("hero").className;
  page.querySelectorAll("[data-part]").forEach((fresh) => {
    document.querySelector(`[data-part="${fresh.dataset.part}"]`)?.replaceChildren(...fresh.childNodes);
  });
  document.querySelectorAll("[data-open]").forEach((each) => {
    each.open = open.get(each.dataset.open) ?? each.open;
  });
  document.querySelectorAll(".more").forEach(addFilter);
  document.getElementById("results").removeAttribute("aria-busy");
  // Whoever typed on meanwhile, or is in the middle of a conversion, keeps what stands there.
  if (field.value === typed && !composing) {
    field.value = page.getElementById("words").value;
  }
  // The other language's link asks the same question.
  const tongue = "a.tongue";
  document.querySelector(tongue)?.replaceWith(page.querySelector(tongue) ?? "");
}

// Whoever uses the keyboard goes on from where they were; everybody hears how many there are.
function settle(focus, toTop) {
  const heading = document.getElementById("found");
  const link = focus ? document.querySelector(`[data-key="${CSS.escape(focus)}"]`) : null;
  if (link && link.checkVisibility?.() !== false) {
    link.focus({ preventScroll: true });
  } else if (focus || toTop) {
    heading.focus({ preventScroll: true });
  }
  if (toTop) {
    heading.scrollIntoView({ block: "start" });
  }
  said.textContent = heading.textContent;
}

function isOurs(address) {
  return address.origin === location.origin && address.pathname === new URL(form.action).pathname;
}

addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest(".found a, .shortcuts a") : null;
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return;
  }
  const address = new URL(link.href);
  if (!isOurs(address) || link.target || link.closest(".results")) {
    return;
  }
  event.preventDefault();
  show(address.href, { focus: link.dataset.key ?? "", toTop: !link.closest(".facets") });
});

addEventListener("submit", (event) => {
  const sent = event.target;
  if (event.defaultPrevented || !(sent === form || sent.matches?.("[data-search]"))) {
    return;
  }
  const wanted = new URLSearchParams();
  for (const [name, value] of new FormData(sent)) {
    if (value.trim()) {
      wanted.append(name, value);
    }
  }
  event.preventDefault();
  close();
  const query = wanted.toString();
  show(new URL(sent.action).pathname + (query ? `?${query}` : ""));
});

// A jump within the page is a `popstate` as well, and asks for nothing.
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) {
    show(location.href, { remember: false });
  }
});

// Long lists of values

function addFilter(more) {
  const items = [...more.querySelectorAll("li")];
  if (items.length < FILTERED_FROM || more.querySelector("input")) {
    return;
  }
  const { filter, none } = more.closest("[data-filter]").dataset;
  const box = document.createElement("input");
  box.type = "search";
  box.autocomplete = "off";
  box.placeholder = filter.replace("{facet}", more.dataset.title);
  box.setAttribute("aria-label", box.placeholder);
  const nothing = document.createElement("p");
  nothing.setAttribute("role", "status");
  box.addEventListener("input", () => {
    const wanted = plain(box.value);
    items.forEach((item) => {
      item.hidden = !plain(item.querySelector(".name").textContent).includes(wanted);
    });
    nothing.textContent = items.every((item) => item.hidden) ? none : "";
  });
  more.querySelector("summary").after(box, nothing);
}

function plain(words) {
  return words.normalize("NFKC").toLowerCase().trim();
}

document.querySelectorAll(".more").forEach(addFilter);

// On a wide screen the drawer stands open, whatever the browser knows of ::details-content.
if (matchMedia("(min-width: 64rem)").matches) {
  document.querySelector(".facets").open = true;
}

// Suggestions: the combobox pattern of the ARIA Authoring Practices, with the list beside the field.

const words = form.dataset;
const remembered = new Map();
const list = document.createElement("ul");
let typing = 0;
let suggesting = null;
let active = -1;

list.id = "suggestions";
list.className = "suggestions";
list.hidden = true;
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", words.suggestions);
field.after(list);
for (const [name, value] of Object.entries({
  role: "combobox",
  "aria-autocomplete": "list",
  "aria-haspopup": "listbox",
  "aria-controls": list.id,
  "aria-expanded": "false",
})) {
  field.setAttribute(name, value);
}

async function suggest() {
  const typed = field.value.trim();
  suggesting?.abort();
  if (typed.length < SHORTEST) {
    close();
    return;
  }
  const own = new AbortController();
  suggesting = own;
  try {
    const found = remembered.get(typed) ?? (await ask(typed, own.signal));
    remember(typed, found);
    if (!own.signal.aborted && document.activeElement === field) {
      offer(found);
    }
  } catch (error) {
    // The search itself works without suggestions.
    if (error.name !== "AbortError") {
      close();
    }
  }
}

async function ask(typed, signal) {
  const answer = await fetch(`${words.suggest}?${new URLSearchParams({ q: typed })}`, { signal });
  return answer.ok ? (await answer.json()).suggestions : [];
}

function remember(typed, found) {
  remembered.delete(typed);
  remembered.set(typed, found);
  if (remembered.size > REMEMBERED) {
    remembered.delete(remembered.keys().next().value);
  }
}

function offer(found) {
  active = -1;
  field.removeAttribute("aria-activedescendant");
  list.replaceChildren(...found.map(option));
  list.hidden = found.length === 0;
  field.setAttribute("aria-expanded", String(found.length > 0));
  said.textContent = found.length ? words.count.replace("{n}", found.length) : "";
}

function option(each, place) {
  const item = document.createElement("li");
  item.id = `suggestion-${place}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.address = each.url;
  item.dataset.kind = each.kind;
  item.append(part("text", each.text));
  const kind = words[each.kind];
  if (kind) {
    item.append(part("kind", kind));
  }
  if (each.count) {
    item.append(part("count", words.datasets.replace("{n}", each.count.toLocaleString())));
  }
  return item;
}

function part(name, text) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

function close() {
  clearTimeout(typing);
  suggesting?.abort();
  list.hidden = true;
  active = -1;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function move(step) {
  const options = [...list.children];
  options[active]?.setAttribute("aria-selected", "false");
  // Past either end stands the field itself.
  active = ((active + 1 + step + options.length + 1) % (options.length + 1)) - 1;
  const chosen = options[active];
  if (!chosen) {
    field.removeAttribute("aria-activedescendant");
    return;
  }
  chosen.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function take(item) {
  close();
  if (item.dataset.kind === "word") {
    field.value = item.querySelector(".text").textContent;
    form.requestSubmit();
  } else if (item.dataset.kind === "dataset") {
    location.assign(item.dataset.address);
  } else {
    show(item.dataset.address, { toTop: false });
  }
}

field.addEventListener("input", (event) => {
  // While kana are being turned into kanji, the list would cover what the input method offers.
  if (!event.isComposing) {
    clearTimeout(typing);
    typing = setTimeout(suggest, PAUSE);
  }
});
field.addEventListener("compositionstart", () => {
  composing = true;
  close();
});
field.addEventListener("compositionend", () => {
  composing = false;
  clearTimeout(typing);
  typing = setTimeout(suggest, PAUSE);
});
field.addEventListener("keydown", (event) => {
  // Keys that end a conversion are the input method's.
  if (event.isComposing || event.keyCode === 229) {
    return;
  }
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
    event.preventDefault();
    if (list.hidden) {
      suggest();
    } else {
      move(event.key === "ArrowDown" ? 1 : -1);
    }
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && active >= 0) {
    event.preventDefault();
    take(list.children[active]);
  }
});
field.addEventListener("blur", close);
// The field keeps the focus, so that a click is not a blur before it is a choice.
list.addEventListener("pointerdown", (event) => event.preventDefault());
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) {
    take(item);
  }
});
