// Draws the points of a table over lines of latitude and longitude (Mercator). Nothing is fetched from elsewhere.

const SHAPE = "http://www.w3.org/2000/svg";
const POINTS = 2000;
const SAMPLE = 1000;
const LISTED = 100;
const SAME_PLACE = 5;
const PAUSE = 400;
const CLOSEST = 2 ** 22;
const EARTH = 40_075_016.686;
const NORTHMOST = 85;
const STEPS = [45, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];

const east = (longitude) => (longitude + 180) / 360;
const south = (latitude) => {
  const sine = Math.sin((Math.max(-NORTHMOST, Math.min(NORTHMOST, latitude)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};
const longitudeOf = (x) => x * 360 - 180;
const latitudeOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

let shown = null;

function start() {
  const section = document.getElementById("map");
  if (!section?.dataset.map) {
    return;
  }
  // Points are read when the map comes into sight.
  const watch = new IntersectionObserver(
    (seen) => {
      if (seen.some((each) => each.isIntersecting)) {
        watch.disconnect();
        shown = new Plan(section);
        shown.begin();
      }
    },
    { rootMargin: "200px" },
  );
  watch.observe(section);
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...children);
  return element;
}

function drawn(name, attributes, ...children) {
  const element = document.createElementNS(SHAPE, name);
  set(element, attributes);
  element.append(...children);
  return element;
}

function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
}

class Plan {
  constructor(section) {
    this.section = section;
    this.facts = JSON.parse(section.dataset.map);
    this.points = [];
    this.asked = 0;
    this.chosen = null;
    this.fingers = new Map();
  }

  word(name, values = {}) {
    const words = this.section.dataset[`words${name[0].toUpperCase()}${name.slice(1)}`] ?? name;
    return words.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  }

  async begin() {
    this.lay();
    this.status.textContent = this.word("loading");
    try {
      const bounds = await this.bounds();
      if (!bounds) {
        this.status.textContent = this.word("none");
        return;
      }
      this.home = bounds;
      this.fit(bounds);
      await this.read(null);
    } catch {
      this.status.textContent = this.word("failed");
    }
  }

  // The parts

  lay() {
    this.svg = drawn("svg", { class: "plan", tabindex: "0", role: "group", "aria-label": this.word("map") });
    this.lines = drawn("g", { class: "graticule", "aria-hidden": "true" });
    this.marks = drawn("g", { class: "points" });
    this.rule = drawn("g", { class: "rule", "aria-hidden": "true" });
    this.svg.append(this.lines, this.marks, this.rule);
    const button = (label, words, act) => {
      const element = make("button", { type: "button", class: "map-button", "aria-label": words, title: words }, label);
      element.addEventListener("click", act);
      return element;
    };
    const buttons = make(
      "div",
      { class: "map-buttons" },
      button("＋", this.word("in"), () => this.zoom(2)),
      button("−", this.word("out"), () => this.zoom(0.5)),
      button("⤢", this.word("home"), () => this.goHome()),
    );
    this.status = make("p", { class: "hint", role: "status" });
    this.filter = make("button", { type: "button", class: "button small outlined" }, this.word("filter"));
    this.filter.addEventListener("click", () => this.filterGrid());
    this.card = make("div", { class: "map-card", "aria-live": "polite", tabindex: "0", role: "group", "aria-label": this.word("chosen") });
    this.list = make("ul", { class: "map-list", role: "list" });
    const side = make("div", { class: "map-side" }, this.card, make("h3", {}, this.word("list")), make("div", { class: "region", tabindex: "0", role: "group", "aria-label": this.word("list") }, this.list));
    const deeds = make("div", { class: "deeds" }, this.filter);
    this.section.querySelector("[data-room]").replaceChildren(make("div", { class: "map-and-list" }, make("div", { class: "map-frame" }, this.svg, buttons), side), this.status, deeds);
    this.listen();
    new ResizeObserver(() => this.scale && this.paint()).observe(this.svg);
  }

  listen() {
    this.svg.addEventListener("keydown", (event) => {
      const step = 60;
      const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
      if (moves[event.key]) {
        this.pan(...moves[event.key]);
      } else if (event.key === "+" || event.key === ";") {
        this.zoom(2);
      } else if (event.key === "-") {
        this.zoom(0.5);
      } else {
        return;
      }
      event.preventDefault();
      this.later();
    });
    // The wheel scrolls the page, unless it is meant for the map.
    this.svg.addEventListener(
      "wheel",
      (event) => {
        if (event.ctrlKey || event.metaKey || document.activeElement === this.svg) {
          event.preventDefault();
          this.zoom(event.deltaY < 0 ? 1.25 : 0.8, this.at(event));
        }
      },
      { passive: false },
    );
    this.svg.addEventListener("pointerdown", (event) => {
      this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
      this.moved = 0;
    });
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      this.svg.addEventListener(end, (event) => {
        if (this.fingers.delete(event.pointerId) && this.moved > 4) {
          this.later();
        }
      });
    }
    this.svg.addEventListener("click", (event) => {
      const mark = event.target.closest("[data-point]");
      if (mark && !(this.moved > 4)) {
        this.choose(Number(mark.dataset.point));
      }
    });
  }

  // One finger scrolls the page, two move the map; a mouse drags it.
  drag(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before || (event.pointerType === "touch" && this.fingers.size < 2)) {
      return;
    }
    const others = [...this.fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const now = [event.clientX, event.clientY];
    this.fingers.set(event.pointerId, now);
    this.moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    if (others.length) {
      const spread = ([x, y]) => Math.hypot(x - others[0][0], y - others[0][1]) || 1;
      this.zoom(spread(now) / spread(before), this.at({ clientX: (now[0] + others[0][0]) / 2, clientY: (now[1] + others[0][1]) / 2 }));
    }
    const share = others.length ? 0.5 : 1;
    this.pan((now[0] - before[0]) * share, (now[1] - before[1]) * share);
  }

  at(event) {
    const frame = this.svg.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  // Where we are: `scale` is the pixels of the whole world, `x` and `y` the middle of the picture in worlds.

  get size() {
    return [this.svg.clientWidth || 600, this.svg.clientHeight || 400];
  }

  fit([west, low, right, high]) {
    const [width, height] = this.size;
    const [x1, x2, y1, y2] = [east(west), east(right), south(high), south(low)];
    this.scale = clamp(Math.min((width - 60) / Math.max(x2 - x1, 1e-6), (height - 60) / Math.max(y2 - y1, 1e-6)), Math.min(width, height) / 2, CLOSEST * 8);
    [this.x, this.y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    this.paint();
  }

  goHome() {
    this.fit(this.home);
    this.later();
  }

  pan(right, down) {
    this.x = clamp(this.x - right / this.scale, 0, 1);
    this.y = clamp(this.y - down / this.scale, 0, 1);
    this.paint();
  }

  zoom(factor, [left, top] = this.size.map((side) => side / 2)) {
    const [width, height] = this.size;
    const scale = clamp(this.scale * factor, Math.min(width, height) / 2, 256 * CLOSEST);
    const gained = 1 / this.scale - 1 / scale;
    this.x = clamp(this.x + (left - width / 2) * gained, 0, 1);
    this.y = clamp(this.y + (top - height / 2) * gained, 0, 1);
    this.scale = scale;
    this.paint();
    this.later();
  }

  box() {
    const [width, height] = this.size;
    const [across, down] = [width / 2 / this.scale, height / 2 / this.scale];
    const sides = [longitudeOf(this.x - across), latitudeOf(this.y + down), longitudeOf(this.x + across), latitudeOf(this.y - down)];
    return [clamp(sides[0], -180, 180), clamp(sides[1], -90, 90), clamp(sides[2], -180, 180), clamp(sides[3], -90, 90)].map((side) => Number(side.toFixed(5)));
  }

  // The points

  where(...more) {
    const parts = [this.facts.asked.where, ...more].filter(Boolean);
    return parts.length ? { ...this.facts.asked, where: parts.length === 1 ? parts[0] : { and: parts } } : this.facts.asked;
  }

  async post(question) {
    const answer = await fetch(`${this.facts.rows}?version=${this.facts.version}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(question),
    });
    if (!answer.ok) {
      throw new Error(answer.statusText);
    }
    return answer.json();
  }

  async bounds() {
    const { latitude, longitude } = this.facts;
    const present = [latitude, longitude].map((column) => ({ column, op: "null", value: false }));
    const measures = [
      { function: "min", column: longitude, as: "w" },
      { function: "min", column: latitude, as: "s" },
      { function: "max", column: longitude, as: "e" },
      { function: "max", column: latitude, as: "n" },
      { function: "count", as: "all" },
    ];
    const [row] = (await this.post({ ...this.where(...present), measures })).rows;
    this.total = row.all;
    return row.all ? [row.w, row.s, row.e, row.n] : null;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.total > this.points.length && this.read(this.box()), PAUSE);
  }

  // Of many, some chosen at random stand for all; those of a part are read when it is zoomed to.
  async read(box) {
    const own = ++this.asked;
    const { latitude, longitude, label } = this.facts;
    const plain = !Object.keys(this.facts.asked).length;
    const columns = [latitude, longitude, label].filter((each, place, all) => each && all.indexOf(each) === place);
    try {
      const answer =
        !box && plain && this.total > POINTS
          ? await fetch(`${this.facts.rows.replace(/rows$/, "sample")}?size=${SAMPLE}&version=${this.facts.version}`).then((each) => each.json())
          : await this.post({ ...this.where(...(box ? [{ box }] : [])), columns, limit: POINTS });
      if (own !== this.asked) {
        return;
      }
      this.points = answer.rows
        .filter((row) => typeof row[latitude] === "number" && typeof row[longitude] === "number")
        .map((row) => ({ latitude: row[latitude], longitude: row[longitude], label: label ? row[label] : null, x: east(row[longitude]), y: south(row[latitude]) }));
      const all = answer.total;
      const n = this.points.length.toLocaleString("en");
      this.status.textContent = all > answer.rows.length ? this.word("shown", { n, all: all.toLocaleString("en") }) : this.word("all", { n });
      this.place();
    } catch {
      this.status.textContent = this.word("failed");
    }
  }

  place() {
    this.marks.replaceChildren(
      ...this.points.map((point, number) => drawn("circle", { r: 5, "data-point": number }, drawn("title", {}, point.label ?? ""))),
    );
    this.paint();
  }

  // The picture

  paint() {
    const [width, height] = this.size;
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    const left = this.x * this.scale - width / 2;
    const top = this.y * this.scale - height / 2;
    const circles = this.marks.children;
    this.points.forEach((point, number) => {
      const circle = circles[number];
      if (circle) {
        circle.setAttribute("cx", (point.x * this.scale - left).toFixed(1));
        circle.setAttribute("cy", (point.y * this.scale - top).toFixed(1));
      }
    });
    this.grid(width, height, left, top);
    this.measure(width, height);
    clearTimeout(this.listing);
    this.listing = setTimeout(() => this.tell(), 100);
  }

  grid(width, height, left, top) {
    const step = STEPS.findLast((each) => (each / 360) * this.scale >= 90) ?? STEPS[0];
    const [west, low, right, high] = this.box();
    const digits = Math.max(0, Math.ceil(-Math.log10(step)));
    const parts = [];
    const line = (x1, y1, x2, y2, words, x, y) => {
      parts.push(drawn("line", { x1, y1, x2, y2 }), drawn("text", { x, y }, words));
    };
    for (let longitude = Math.ceil(west / step) * step; longitude <= right; longitude += step) {
      const x = east(longitude) * this.scale - left;
      line(x, 0, x, height, `${Math.abs(longitude).toFixed(digits)}°${longitude < 0 ? "W" : "E"}`, x + 4, 14);
    }
    for (let latitude = Math.ceil(low / step) * step; latitude <= high; latitude += step) {
      const y = south(latitude) * this.scale - top;
      line(0, y, width, y, `${Math.abs(latitude).toFixed(digits)}°${latitude < 0 ? "S" : "N"}`, 4, y - 4);
    }
    this.lines.replaceChildren(...parts);
  }

  measure(width, height) {
    const metres = (EARTH * Math.cos((latitudeOf(this.y) * Math.PI) / 180)) / this.scale;
    const most = metres * 120;
    const power = 10 ** Math.floor(Math.log10(most));
    const round = [5, 2, 1].map((each) => each * power).find((each) => each <= most);
    const long = round / metres;
    const [x, y] = [width - long - 16, height - 16];
    const words = round >= 1000 ? `${(round / 1000).toLocaleString("en")} km` : `${round} m`;
    this.rule.replaceChildren(
      drawn("rect", { x: x - 8, y: y - 22, width: long + 16, height: 30 }),
      drawn("path", { d: `M${x},${y - 5}v5h${long}v-5` }),
      drawn("text", { x: x + long / 2, y: y - 8, "text-anchor": "middle" }, words),
    );
  }

  // The list, for those who cannot see the picture or want to read names

  tell() {
    const [west, low, right, high] = this.box();
    const inside = [];
    this.points.forEach((point, number) => {
      if (inside.length < LISTED && point.longitude >= west && point.longitude <= right && point.latitude >= low && point.latitude <= high) {
        inside.push([point, number]);
      }
    });
    this.list.replaceChildren(
      ...inside.map(([point, number]) => {
        const button = make("button", { type: "button", "aria-pressed": String(number === this.chosen) }, make("b", {}, String(point.label ?? this.word("unnamed"))), make("small", {}, `${point.latitude.toFixed(4)}, ${point.longitude.toFixed(4)}`));
        button.addEventListener("click", () => this.choose(number));
        return make("li", {}, button);
      }),
    );
  }

  async choose(number) {
    const point = this.points[number];
    this.chosen = number;
    [...this.marks.children].forEach((each, place) => each.classList.toggle("chosen", place === number));
    // The chosen one stands above the others.
    this.marks.children[number] && set(this.marks.children[number], { r: 9 });
    [...this.marks.children].forEach((each, place) => place !== number && set(each, { r: 5 }));
    this.tell();
    const { latitude, longitude } = this.facts;
    const here = [
      { column: latitude, op: "exact", value: point.latitude },
      { column: longitude, op: "exact", value: point.longitude },
    ];
    try {
      const found = await this.post({ ...this.where(...here), limit: SAME_PLACE });
      this.card.replaceChildren(make("h3", {}, this.word("chosen")), ...found.rows.map((row) => this.row(row)));
    } catch {
      this.card.textContent = this.word("failed");
    }
  }

  row(row) {
    const facts = make("dl", { class: "facts" });
    for (const { name, title, unit } of this.facts.columns) {
      const value = row[name];
      if (value !== null && value !== undefined && value !== "") {
        facts.append(make("div", {}, make("dt", {}, title), make("dd", {}, String(value) + (unit ? ` ${unit}` : ""))));
      }
    }
    return facts;
  }

  filterGrid() {
    const address = new URL(location.href);
    address.searchParams.delete("after");
    address.searchParams.set("box", this.box().join(","));
    address.hash = "data";
    document.dispatchEvent(new CustomEvent("grid:ask", { detail: address.href }));
  }
}

document.addEventListener("grid:replaced", start);
start();
