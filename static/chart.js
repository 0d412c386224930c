// Draws charts of a table's rows, or of rows that stand in the page, with Vega-Lite. It is fetched when somebody wants one.

const SERIES = 8;
const BARS = 30;
const POINTS = 5000;
const SAMPLE = 1000;
const PAUSE = 250;
const LISTED = 1000;
const FUNCTIONS = ["sum", "avg", "median", "min", "max", "count"];
const COLOURS = ["#0017c1", "#c45500", "#197a4b", "#8b008b", "#806300", "#00818c", "#a90000", "#4d4d4d"];
const FORMATS = { day: "%Y-%m-%d", month: "%Y-%m", date: "%Y-%m-%d", yearmonth: "%Y-%m" };

let library = null;
let open = null;

function start() {
  const section = document.getElementById("chart");
  if (!section?.dataset.chart) {
    return;
  }
  const drawing = new Drawing(section);
  section.querySelectorAll("[data-draw]").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      drawing.draw(drawing.facts.charts[Number(link.dataset.draw)]);
    });
  });
  // What was open stays open under other conditions.
  if (open) {
    drawing.draw(open);
  } else if (location.hash === "#chart") {
    drawing.draw(drawing.facts.charts[0]);
  }
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children);
  return element;
}

function filled(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

class Drawing {
  constructor(section) {
    this.section = section;
    this.room = section.querySelector("[data-room]");
    this.facts = JSON.parse(section.dataset.chart);
    this.columns = new Map(this.facts.columns.map((each) => [each.name, each]));
    this.number = 0;
  }

  word(name) {
    return this.section.getAttribute(`data-words-${name}`) ?? name;
  }

  async draw(chart) {
    open = chart;
    const own = ++this.number;
    this.lay(chart);
    this.status.textContent = this.word("drawing");
    try {
      library ??= import(this.section.dataset.vega);
      const [answer] = await Promise.all([this.facts.inline ? this.inline(chart) : this.ask(chart), library]);
      if (own === this.number) {
        await this.show(chart, answer);
      }
    } catch (error) {
      library = window.vegaEmbed ? library : null;
      if (own === this.number) {
        this.status.textContent = this.word("failed") + error.message;
      }
    }
  }

  // The controls

  lay(chart) {
    this.section.querySelectorAll("[data-draw]").forEach((link) => {
      const same = JSON.stringify(this.facts.charts[Number(link.dataset.draw)]) === JSON.stringify(chart);
      if (same) {
        link.setAttribute("aria-current", "true");
      } else {
        link.removeAttribute("aria-current");
      }
    });
    this.status = make("p", { class: "hint", role: "status" });
    this.figure = make("div", { class: "drawn" });
    this.beside = make("div", { class: "numbers" });
    this.deeds = make("p", { class: "deeds" });
    const controls = this.controls(chart);
    this.room.replaceChildren(controls, this.status, make("div", { class: "chart-and-numbers" }, make("div", {}, this.figure, this.deeds), this.beside));
  }

  controls(chart) {
    const form = make("form", { class: "chart-controls" });
    const kinds = ["line", "bar", "scatter", "histogram"].filter((kind) => this.along(kind).length);
    const numbers = this.facts.columns.filter((each) => each.role === "number");
    const few = this.facts.columns.filter((each) => each.role === "category");
    const counts = [["", this.word("count")], ...numbers.map((each) => [each.name, each.title])];
    this.choose(form, chart, "kind", kinds.map((kind) => [kind, this.word(kind)]));
    this.choose(form, chart, "x", this.along(chart.kind).map((each) => [each.name, each.title]));
    if (this.columns.get(chart.x)?.part && chart.kind === "line") {
      this.choose(form, chart, "part", ["day", "month", "year"].map((part) => [part, this.word(part)]), this.word("part-of"));
    }
    if (chart.kind === "scatter") {
      this.choose(form, chart, "y", numbers.map((each) => [each.name, each.title]));
    } else if (chart.kind !== "histogram") {
      this.choose(form, chart, "y", counts);
      if (chart.y) {
        this.choose(form, chart, "function", FUNCTIONS.filter((each) => each !== "count").map((each) => [each, this.word(each)]), this.word("made"));
      }
      this.choose(form, chart, "series", [["", this.word("none")], ...few.filter((each) => each.name !== chart.x).map((each) => [each.name, each.title])]);
    }
    form.addEventListener("change", () => this.draw(this.read(form, chart)));
    return form;
  }

  along(kind) {
    const roles = { line: ["time"], bar: ["category", "time"], scatter: ["number"], histogram: ["number"] }[kind];
    const found = this.facts.columns.filter((each) => roles.includes(each.role));
    return kind === "scatter" && found.length < 2 ? [] : found;
  }

  choose(form, chart, name, choices, label = this.word(name)) {
    const id = `chart-${name}`;
    const select = make("select", { id, name });
    for (const [value, words] of choices) {
      const option = make("option", { value }, words);
      option.selected = value === (chart[name] ?? "");
      select.append(option);
    }
    form.append(make("div", { class: "field" }, make("label", { for: id }, label), select));
  }

  read(form, before) {
    const chart = { ...before, ...Object.fromEntries(new FormData(form)) };
    const along = this.along(chart.kind);
    if (!along.some((each) => each.name === chart.x)) {
      chart.x = along[0].name;
      chart.part = "";
    }
    const x = this.columns.get(chart.x);
    chart.part = chart.kind === "histogram" || chart.kind === "scatter" || !x.part ? "" : chart.part || x.part;
    if (chart.kind === "scatter" && (!chart.y || chart.y === chart.x)) {
      chart.y = along.find((each) => each.name !== chart.x).name;
    }
    if (chart.kind === "scatter" || chart.kind === "histogram") {
      chart.series = "";
    }
    if (chart.kind === "histogram") {
      chart.y = "";
    }
    chart.function = chart.kind === "scatter" ? "" : chart.y ? (chart.function && chart.function !== "count" ? chart.function : this.columns.get(chart.y).function || "sum") : "count";
    return chart;
  }

  // The numbers

  async ask(chart) {
    if (chart.kind === "scatter") {
      return this.points(chart);
    }
    const group = [{ column: chart.x, as: "x", ...(chart.part ? { part: chart.part } : {}) }];
    if (chart.series) {
      group.push({ column: chart.series, as: "s" });
    }
    const measure = chart.y ? { function: chart.function, column: chart.y, as: "y" } : { function: "count", as: "y" };
    const top = chart.kind === "bar" && !chart.series;
    const question = { ...this.facts.asked, group, measures: [measure], limit: top ? BARS : this.facts.longest };
    if (top) {
      question.sort = [{ column: "y", descending: true }];
    }
    const found = await this.post(question);
    if (chart.kind === "histogram" && found.next) {
      return this.bins(chart);
    }
    const notes = found.notes.map((each) => each.message[document.documentElement.lang]);
    if (top && found.total > BARS) {
      notes.push(filled(this.word("largest"), { n: BARS }));
    } else if (found.next) {
      notes.push(filled(this.word("part"), { n: found.rows.length.toLocaleString("en"), all: found.total.toLocaleString("en") }));
    }
    return { rows: found.rows, notes };
  }

  async points(chart) {
    const plain = !Object.keys(this.facts.asked).length;
    if (plain && this.facts.total > POINTS) {
      const answer = await fetch(`${this.facts.rows.replace(/rows$/, "sample")}?size=${SAMPLE}&version=${this.facts.version}`);
      const found = await checked(answer);
      const rows = found.rows.map((row) => ({ x: row[chart.x], y: row[chart.y] }));
      return { rows, notes: [filled(this.word("sample"), { n: SAMPLE.toLocaleString("en"), all: found.total.toLocaleString("en") })] };
    }
    const found = await this.post({ ...this.facts.asked, columns: [chart.x, chart.y], limit: POINTS });
    const rows = found.rows.map((row) => ({ x: row[chart.x], y: row[chart.y] }));
    return { rows, notes: found.next ? [filled(this.word("part"), { n: rows.length.toLocaleString("en"), all: found.total.toLocaleString("en") })] : [] };
  }

  // Too many different values to fetch: the portal counts them in bins, over the whole table.
  async bins(chart) {
    const address = new URL(this.facts.rows.replace(/rows$/, "columns"), location.href);
    address.searchParams.set("column", chart.x);
    address.searchParams.set("version", this.facts.version);
    const facts = (await checked(await fetch(address))).columns[0].facts;
    const plain = !Object.keys(this.facts.asked).length;
    return { rows: facts.bins.map((each) => ({ x: each.low, x2: each.high, y: each.count })), binned: true, notes: plain ? [] : [this.word("whole")] };
  }

  async post(question) {
    const answer = await fetch(`${this.facts.rows}?version=${this.facts.version}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(question),
    });
    return checked(answer);
  }

  // Rows that stand in the page: the cells say their numbers in full.
  inline(chart) {
    const table = document.getElementById("rows");
    const names = [...table.tHead.rows[0].cells].map((each) => each.dataset.name);
    const places = Object.fromEntries(["x", "y", "series"].map((part) => [part, names.indexOf(chart[part])]));
    const value = (row, place) => {
      const cell = row.cells[place];
      return !cell || cell.querySelector(".void") ? null : "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
    };
    const rows = [...table.tBodies[0].rows].map((row) => ({
      x: chart.part && value(row, places.x) ? String(value(row, places.x)).slice(0, { year: 4, month: 7, day: 10 }[chart.part]) : value(row, places.x),
      y: chart.y ? value(row, places.y) : 1,
      ...(chart.series ? { s: value(row, places.series) } : {}),
    }));
    if (chart.kind === "scatter") {
      return { rows, notes: [] };
    }
    const made = collected(rows, chart.y ? chart.function : "sum");
    const notes = chart.kind === "bar" && !chart.series && made.length > BARS ? [filled(this.word("largest"), { n: BARS })] : [];
    return { rows: chart.kind === "bar" && !chart.series ? made.sort((a, b) => b.y - a.y).slice(0, BARS) : made, notes };
  }

  // The picture

  async show(chart, { rows, notes, binned = false }) {
    const present = rows.filter((row) => row.x !== null && row.x !== undefined && typeof row.y === "number");
    if (!present.length) {
      this.status.textContent = this.word("nothing");
      return;
    }
    const kept = chart.series ? this.fewer(chart, present, notes) : present;
    const words = this.title(chart);
    const embed = () => window.vegaEmbed(this.figure, this.spec(chart, kept, words, binned), { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true, id: "chart-tooltip" } });
    const { view } = await embed();
    this.status.textContent = notes.join(" ");
    this.figure.querySelector("svg")?.setAttribute("role", "img");
    this.figure.querySelector("svg")?.setAttribute("aria-label", words);
    this.table(chart, kept, binned);
    this.save(view, words);
    this.follow(embed);
  }

  follow(embed) {
    this.watch?.disconnect();
    let wide = this.figure.clientWidth;
    let timer = 0;
    this.watch = new ResizeObserver(() => {
      if (Math.abs(this.figure.clientWidth - wide) > 16) {
        wide = this.figure.clientWidth;
        clearTimeout(timer);
        timer = setTimeout(embed, PAUSE);
      }
    });
    this.watch.observe(this.figure);
  }

  // A picture shows only so many colours, and so many bars: the largest stay.
  fewer(chart, rows, notes) {
    const largest = (part, most) => {
      const sums = new Map();
      rows.forEach((row) => sums.set(row[part], (sums.get(row[part]) ?? 0) + Math.abs(row.y)));
      if (sums.size > most) {
        notes.push(filled(this.word("largest"), { n: most }));
      }
      return new Set([...sums].sort((a, b) => b[1] - a[1]).slice(0, most).map(([value]) => value));
    };
    const colours = largest("s", SERIES);
    const bars = chart.kind === "bar" ? largest("x", BARS) : null;
    return rows.filter((row) => colours.has(row.s) && (!bars || bars.has(row.x)));
  }

  title(chart) {
    const x = this.columns.get(chart.x).title + (chart.part ? `（${this.word(chart.part)}）` : "");
    const y = this.columns.get(chart.y)?.title ?? "";
    if (chart.kind === "scatter") {
      return filled(this.word("against"), { x, y });
    }
    if (chart.kind === "histogram") {
      return filled(this.word("spread"), { x });
    }
    // Each row of an answer is a group already.
    const apart = chart.series ? filled(this.word("apart"), { s: this.columns.get(chart.series).title }) : "";
    return apart + filled(this.word("by"), { x, y: chart.y && this.facts.inline ? y : chart.y ? filled(this.word("of"), { y, f: this.word(chart.function) }) : this.word("count") });
  }

  axis(name, fallback = "") {
    const column = this.columns.get(name);
    return column ? column.title + (column.unit ? `（${column.unit}）` : "") : fallback;
  }

  spec(chart, rows, words, binned) {
    const wide = Math.max(280, this.figure.clientWidth);
    const bars = new Set(rows.map((row) => row.x)).size;
    const letters = Math.floor(wide / 15);
    const cited = wrapped(`${this.word("source")}${this.facts.cited}`, Math.floor(wide / 10.5));
    const title = wrapped(this.section.dataset.title ? `${this.section.dataset.title}${document.documentElement.lang === "ja" ? "：" : ": "}${words}` : words, letters);
    const around = 16 * cited.length + 24 * title.length;
    const named = chart.y ? this.axis(chart.y) : this.word("count");
    const colour = chart.series
      ? { field: "s", type: "nominal", title: this.axis(chart.series), scale: { range: COLOURS }, legend: { orient: "bottom", columns: wide < 500 ? 2 : 4, labelLimit: 140 } }
      : { value: COLOURS[0] };
    const marks = this.marks(chart, rows, named, binned);
    return {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      data: { values: rows },
      width: wide,
      height: (chart.kind === "bar" ? Math.max(180, bars * 24 + 70) : 340) + around + (chart.series ? 60 : 0),
      autosize: { type: "fit", contains: "padding" },
      background: "#ffffff",
      padding: 8,
      title: { text: title, subtitle: cited, anchor: "start", frame: "bounds", fontSize: 15, subtitleFontSize: 11, subtitleColor: "#4d4d4d", subtitlePadding: 6, offset: 12 },
      mark: marks.mark,
      ...(marks.transform ? { transform: marks.transform } : {}),
      encoding: { ...marks.encoding, color: colour },
      config: { font: getComputedStyle(document.body).fontFamily, axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: Math.min(220, wide / 3), gridColor: "#e6e6e6" }, view: { stroke: null }, legend: { labelFontSize: 12 } },
    };
  }

  marks(chart, rows, named, binned) {
    const y = { field: "y", type: "quantitative", title: named, axis: readable(rows.map((row) => row.y)) };
    const along = this.axis(chart.x);
    if (chart.kind === "line") {
      const x = { field: "x", title: along, ...this.time(chart, rows) };
      const zero = chart.y && !["sum", "count"].includes(chart.function) ? { scale: { zero: false } } : {};
      return { mark: { type: "line", point: rows.length <= 60, tooltip: true, strokeWidth: 2 }, encoding: { x, y: { ...y, ...zero } } };
    }
    if (chart.kind === "scatter") {
      return {
        mark: { type: "point", filled: true, size: 40, opacity: 0.5, tooltip: true },
        encoding: { x: { field: "x", type: "quantitative", title: along, scale: { zero: false }, axis: readable(rows.map((row) => row.x)) }, y: { ...y, scale: { zero: false } } },
      };
    }
    if (chart.kind === "histogram") {
      const count = { title: this.word("count"), axis: { format: ",", tickMinStep: 1 } };
      const encoding = binned
        ? { x: { field: "x", bin: { binned: true }, type: "quantitative", title: along }, x2: { field: "x2" }, y: { field: "y", type: "quantitative", ...count } }
        : { x: { field: "x", bin: { maxbins: 30 }, type: "quantitative", title: along }, y: { aggregate: "sum", field: "y", type: "quantitative", ...count } };
      return { mark: { type: "bar", tooltip: true }, encoding };
    }
    return {
      mark: { type: "bar", tooltip: true },
      encoding: { y: { field: "x", type: "nominal", title: null, sort: chart.series ? { field: "y", op: "sum", order: "descending" } : null, axis: { labelOverlap: false } }, x: y },
    };
  }

  // Days and months are read in UTC, so that no reader's zone moves them; years are numbers.
  time(chart, rows) {
    const kind = chart.part || this.columns.get(chart.x).type;
    if (FORMATS[kind] && rows.every((row) => /^\d{4}-\d{2}/.test(String(row.x)))) {
      return { type: "temporal", scale: { type: "utc" }, axis: { format: FORMATS[kind], labelOverlap: true } };
    }
    return rows.every((row) => Number.isFinite(Number(row.x)))
      ? { type: "quantitative", scale: { zero: false, nice: false }, axis: { format: "d", tickMinStep: 1 } }
      : { type: "ordinal", axis: { labelOverlap: true } };
  }

  // The same numbers, for those who read or hear them

  table(chart, rows, binned) {
    const y = chart.kind === "histogram" || !chart.y ? this.word("count") : this.axis(chart.y);
    const heads = [this.axis(chart.x), ...(chart.series ? [this.axis(chart.series)] : []), y];
    const keys = ["x", ...(chart.series ? ["s"] : []), "y"];
    const shown = (chart.kind === "histogram" ? [...rows].sort((a, b) => a.x - b.x) : rows).slice(0, LISTED);
    const told = (row, key) => {
      const value = row[key];
      if (key === "x" && binned) {
        return `${Number(row.x.toPrecision?.(6) ?? row.x)} –`;
      }
      return key === "y" && typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : String(value ?? "–");
    };
    const table = make(
      "table",
      { class: "grid" },
      make("thead", {}, make("tr", {}, ...heads.map((words, place) => make("th", { scope: "col", class: typeof rows[0][keys[place]] === "number" ? "number" : null }, words)))),
      make("tbody", {}, ...shown.map((row) => make("tr", {}, ...keys.map((key) => make("td", { class: key === "y" || typeof row[key] === "number" ? "number" : null }, told(row, key)))))),
    );
    const summary = make("summary", {}, filled(this.word("numbers"), { n: rows.length.toLocaleString("en") }));
    const details = make("details", { class: "folded" }, summary, make("div", { class: "region tall", tabindex: "0", role: "group", "aria-label": summary.textContent }, table));
    details.open = innerWidth >= 1024;
    this.beside.replaceChildren(details);
  }

  save(view, words) {
    const name = words.replace(/[\\/:*?"<>|\s]+/g, "-");
    const button = (label, made) => {
      const element = make("button", { type: "button", class: "button small outlined" }, label);
      element.addEventListener("click", async () => {
        const link = make("a", await made());
        link.click();
      });
      return element;
    };
    this.deeds.replaceChildren(
      button(this.word("svg"), async () => ({ href: URL.createObjectURL(new Blob([await view.toSVG()], { type: "image/svg+xml" })), download: `${name}.svg` })),
      button(this.word("png"), async () => ({ href: await view.toImageURL("png", 2), download: `${name}.png` })),
    );
  }
}

async function checked(answer) {
  const found = await answer.json();
  if (!answer.ok) {
    throw new Error(found.messages?.[document.documentElement.lang] ?? found.detail ?? answer.statusText);
  }
  return found;
}

// Lines of at most so many letters, ended where a reader would pause.
function wrapped(words, most) {
  const lines = [];
  let rest = words;
  while (rest.length > most) {
    const pause = Math.max(...[" ", "、", "，", "）", "」", ")", "/"].map((each) => rest.lastIndexOf(each, most - 1)));
    const end = pause > most / 2 ? pause + 1 : most;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  return [...lines, rest];
}

// Large numbers stand on an axis as people say them.
function readable(values) {
  const most = Math.max(...values.map(Math.abs));
  const units = document.documentElement.lang === "ja" ? [[1e12, "兆"], [1e8, "億"], [1e4, "万"]] : [[1e12, "tn"], [1e9, "bn"], [1e6, "m"]];
  const [size, word] = units.find(([each]) => most >= each * (each === 1e4 ? 100 : 10)) ?? [1, ""];
  return size === 1 ? { labelExpr: "format(datum.value, ',')" } : { labelExpr: `datum.value === 0 ? '0' : format(datum.value / ${size}, ',') + '${word}'` };
}

function collected(rows, made) {
  const groups = new Map();
  for (const row of rows) {
    const key = JSON.stringify([row.x, row.s ?? null]);
    const group = groups.get(key) ?? { x: row.x, ...("s" in row ? { s: row.s } : {}), all: [] };
    if (typeof row.y === "number") {
      group.all.push(row.y);
    }
    groups.set(key, group);
  }
  return [...groups.values()].filter((each) => each.all.length).map(({ all, ...rest }) => ({ ...rest, y: one(all, made) }));
}

function one(values, made) {
  const sum = values.reduce((a, b) => a + b, 0);
  if (made === "median") {
    const sorted = [...values].sort((a, b) => a - b);
    return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
  }
  return { avg: sum / values.length, min: Math.min(...values), max: Math.max(...values), count: values.length }[made] ?? sum;
}

document.addEventListener("grid:replaced", start);
start();
