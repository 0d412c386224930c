// Comforts on the page of a table, which works without them: rows that change in place, more rows, what columns hold.
"use strict";

(() => {
  const data = document.getElementById("data");
  const said = document.getElementById("said");
  const LONGEST_CELL = 200;
  let asked = null;
  let shown = location.pathname + location.search;

  // Another question in place: the page of its address is read, and its parts change places with those here.

  async function show(address, { remember = true, focus = "" } = {}) {
    asked?.abort();
    const own = new AbortController();
    asked = own;
    document.getElementById("rows")?.setAttribute("aria-busy", "true");
    data.classList.add("waiting");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: own.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (own.signal.aborted) {
        return;
      }
      if (answer.redirected || !page.querySelector('[data-part="rows"]')) {
        throw new Error("not the page of a table");
      }
      if (remember) {
        history.pushState({ grid: true }, "", address);
      }
      shown = location.pathname + location.search;
      replace(page);
      settle(focus);
    } catch (error) {
      if (error.name !== "AbortError") {
        location.assign(address);
      }
    }
  }

  function replace(page) {
    const left = document.querySelector("[data-rows]")?.scrollLeft ?? 0;
    const open = new Map([...document.querySelectorAll("[data-open]")].map((each) => [each.dataset.open, each.open]));
    page.querySelectorAll("[data-part]").forEach((fresh) => {
      document.querySelector(`[data-part="${fresh.dataset.part}"]`)?.replaceChildren(...fresh.childNodes);
    });
    document.querySelectorAll("[data-open]").forEach((each) => {
      each.open = open.get(each.dataset.open) ?? each.open;
    });
    document.querySelector("a.tongue")?.replaceWith(page.querySelector("a.tongue") ?? "");
    const region = document.querySelector("[data-rows]");
    if (region) {
      region.scrollLeft = left;
    }
    data.classList.remove("waiting");
    document.dispatchEvent(new CustomEvent("grid:replaced"));
  }

  // Whoever uses the keyboard goes on from where they were; everybody hears how many rows there are.
  function settle(focus) {
    const link = focus ? document.querySelector(`[data-key="${CSS.escape(focus)}"]`) : null;
    (link ?? document.getElementById("data-title")).focus({ preventScroll: true });
    said.textContent = document.getElementById("counted")?.textContent ?? document.querySelector("[role=alert]")?.textContent ?? "";
  }

  function isPlain(event) {
    return !(event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  }

  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-here], [data-more]") : null;
    if (!link || !isPlain(event)) {
      return;
    }
    event.preventDefault();
    if (link.dataset.more) {
      addMore(link);
    } else {
      show(link.href, { focus: link.dataset.key ?? "" });
    }
  });

  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form.id === "filters" || form.closest("#map"))) {
      return;
    }
    event.preventDefault();
    const wanted = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim()) {
        wanted.append(name, value);
      }
    }
    const query = wanted.toString();
    show(new URL(form.action).pathname + (query ? `?${query}` : "") + "#data");
  });

  addEventListener("popstate", () => {
    if (location.pathname + location.search !== shown) {
      show(location.href, { remember: false });
    }
  });

  document.addEventListener("grid:ask", (event) => show(event.detail));

  // More rows, from the API, below those that are there.

  async function addMore(link) {
    if (link.getAttribute("aria-busy")) {
      return;
    }
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.dataset.more, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        throw new Error(answer.statusText);
      }
      const found = await answer.json();
      const heads = [...document.querySelectorAll("#rows thead th")];
      const body = document.querySelector("#rows tbody");
      const fresh = found.rows.map((row) => rowOf(row, heads));
      body.append(...fresh);
      const count = document.querySelector(".onward .hint");
      count.textContent = count.textContent.replace(/[\d,]+/, body.rows.length.toLocaleString("en"));
      said.textContent = data.dataset.saidMore + found.rows.length;
      if (found.next) {
        const onward = new URL(link.dataset.more, location.href);
        onward.searchParams.set("after", found.next);
        link.dataset.more = onward.pathname + onward.search;
        link.href = withParameters(location.href, { after: found.next });
      } else {
        link.remove();
      }
      if (fresh[0]) {
        fresh[0].tabIndex = -1;
        fresh[0].focus({ preventScroll: true });
        fresh[0].scrollIntoView({ block: "nearest" });
      }
    } catch {
      location.assign(link.href);
    } finally {
      link.removeAttribute("aria-busy");
    }
  }

  function rowOf(row, heads) {
    const line = document.createElement("tr");
    for (const head of heads) {
      const value = row[head.dataset.name];
      const cell = document.createElement("td");
      const words = value === null || value === undefined ? "" : String(value);
      cell.className = `${"numeric" in head.dataset ? "number" : ""} ${words.length <= 20 ? "nowrap" : "wide"}`.trim();
      cell.append(contentOf(value, words, "amount" in head.dataset));
      if (typeof value === "number") {
        cell.dataset.value = words;
      }
      line.append(cell);
    }
    return line;
  }

  function contentOf(value, words, amount) {
    if (words === "") {
      const nothing = document.createElement("span");
      const dash = document.createElement("span");
      const heard = document.createElement("span");
      nothing.className = "void";
      dash.ariaHidden = "true";
      dash.textContent = "–";
      heard.className = "unseen";
      heard.textContent = data.dataset.empty;
      nothing.append(dash, heard);
      return nothing;
    }
    if (typeof value === "boolean") {
      return value ? data.dataset.yes : data.dataset.no;
    }
    if (typeof value === "string" && /^https?:\/\//.test(value)) {
      const link = document.createElement("a");
      link.href = value;
      link.rel = "nofollow noopener";
      link.textContent = cut(words, 60);
      return link;
    }
    if (words.length > 40) {
      const room = document.createElement("div");
      room.className = "clip";
      room.textContent = cut(words, LONGEST_CELL);
      return room;
    }
    return amount && typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 20 }) : words;
  }

  function cut(words, most) {
    return words.length > most ? `${words.slice(0, most - 1)}…` : words;
  }

  // The card of a column stands below its head, and says what the column holds, counted over all rows.

  document.addEventListener(
    "toggle",
    (event) => {
      const card = event.target;
      if (event.newState === "open" && card.matches?.(".column-card")) {
        stand(card);
        tell(card);
      }
    },
    true,
  );

  function stand(card) {
    card.style.removeProperty("inset");
    card.style.removeProperty("margin");
    const button = document.querySelector(`[popovertarget="${card.id}"]`);
    if (!button || innerWidth < 768) {
      return;
    }
    const place = button.getBoundingClientRect();
    const left = Math.max(8, Math.min(place.left, innerWidth - card.offsetWidth - 8));
    const top = Math.max(8, Math.min(place.bottom + 4, innerHeight - card.offsetHeight - 8));
    card.style.inset = `${top}px auto auto ${left}px`;
    card.style.margin = "0";
  }

  async function tell(card) {
    const room = card.querySelector("[data-facts]");
    const name = card.dataset.column;
    if (!room || !name || room.dataset.told) {
      return;
    }
    room.dataset.told = "yes";
    const address = new URL(data.dataset.columns, location.href);
    address.searchParams.set("column", name);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        throw new Error(answer.statusText);
      }
      const facts = (await answer.json()).columns[0]?.facts;
      if (facts?.bins?.length) {
        room.append(titled(data.dataset.spread), histogram(name, facts.bins));
      }
      if (facts?.top?.length) {
        room.append(titled(data.dataset.top), frequent(name, facts.top));
      }
    } catch {
      delete room.dataset.told;
      room.replaceChildren(Object.assign(document.createElement("p"), { textContent: data.dataset.failed }));
    }
    stand(card);
  }

  function titled(words) {
    return Object.assign(document.createElement("h4"), { textContent: words });
  }

  function frequent(name, top) {
    const list = document.createElement("ul");
    list.className = "frequent";
    list.setAttribute("role", "list");
    const most = Math.max(...top.map((each) => each.count));
    for (const { value, count } of top) {
      const link = linkTo({ [`${name}__exact`]: String(value) });
      const bar = document.createElement("span");
      const words = document.createElement("span");
      const number = document.createElement("span");
      bar.className = "share";
      bar.style.width = `${(count / most) * 100}%`;
      words.className = "name";
      words.textContent = cut(String(value), 40);
      number.className = "count";
      number.textContent = count.toLocaleString("en");
      link.append(bar, words, number);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    return list;
  }

  function histogram(name, bins) {
    const room = document.createElement("div");
    room.className = "bins";
    const most = Math.max(...bins.map((each) => each.count));
    bins.forEach(({ low, high, count }, number) => {
      const last = number === bins.length - 1;
      const link = linkTo({ [`${name}__gte`]: String(low), [last ? `${name}__lte` : `${name}__lt`]: String(high) });
      const bar = document.createElement("span");
      bar.style.height = `${(count / most) * 100}%`;
      link.title = `${rounded(low)} – ${rounded(high)}: ${count.toLocaleString("en")}`;
      link.setAttribute("aria-label", link.title);
      link.append(bar);
      room.append(link);
    });
    return room;
  }

  function rounded(value) {
    return typeof value === "number" ? Number(value.toPrecision(6)).toLocaleString("en", { useGrouping: false, maximumFractionDigits: 6 }) : String(value).slice(0, 10);
  }

  function linkTo(changes) {
    const link = document.createElement("a");
    link.href = withParameters(location.href, { after: null, ...changes });
    link.dataset.here = "";
    link.rel = "nofollow";
    return link;
  }

  function withParameters(address, changes) {
    const changed = new URL(address);
    for (const [name, value] of Object.entries(changes)) {
      changed.searchParams.delete(name);
      if (value !== null) {
        changed.searchParams.set(name, value);
      }
    }
    changed.hash = "data";
    return changed.href;
  }
})();
