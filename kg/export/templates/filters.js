// Filters: which parties and transfers pass, and the controls that set them.

const KINDS = ["Country", "Factory", "Distributor", "Group"];
const TYPES = ["SUPPLIED", "DIVERTED", "CAPTURED"];

function monthOf(day) {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
}

function monthText(month) {
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}

// The first and last month that any transfer names, or null where none does.
function monthRange(graph) {
  if (graph.months === undefined) {
    const days = [...graph.transfers.values()]
      .flatMap((one) => [one.earliest, one.latest])
      .filter(Boolean)
      .sort();
    graph.months = days.length ? [monthOf(days[0]), monthOf(days[days.length - 1])] : null;
  }
  return graph.months && [...graph.months];
}

function noFilters(graph) {
  return {
    kinds: new Set(KINDS),
    types: new Set(TYPES),
    months: monthRange(graph),
    letter: "",
    number: "",
    origins: 0,
    item: "",
    possessions: false,
  };
}

// The item and all items that are a kind of it.
function itemFamily(graph, id) {
  const family = new Set([id]);
  let before = 0;
  while (before !== family.size) {
    before = family.size;
    for (const [other, item] of graph.items) if ((item.kind_of || []).some((one) => family.has(one))) family.add(other);
  }
  return family;
}

// "At least C3" means letter C or better and number 3 or better; F and 6 pass no floor.
function meetsFloor(grade, letter, number) {
  return (!letter && !number) || (grade[0] <= (letter || "E") && grade[1] <= (number || "5"));
}

function passing(graph, filters) {
  const family = filters.item ? itemFamily(graph, filters.item) : null;
  const range = monthRange(graph);
  const since = range && filters.months[0] > range[0] ? `${monthText(filters.months[0])}-01` : null;
  const until = range && filters.months[1] < range[1] ? `${monthText(filters.months[1])}-31` : null;
  const stated = (relation) =>
    hasEvidence(relation, filters) &&
    (!family || relation.items.some((item) => family.has(item))) &&
    (!since || !relation.latest || relation.latest >= since) &&
    (!until || !relation.earliest || relation.earliest <= until);
  // What was made and held is of none of the types of transfers: all other filters count for it too.
  const possessed = filters.possessions ? [...graph.possessions.values()].filter(stated) : [];
  const holders = possessed.map((one) => one.start);
  const found = matching(graph, filters, holders, (one) => filters.types.has(one.type) && stated(one));
  return { ...found, possessions: possessed.filter((one) => found.parties.has(one.start)) };
}

// A party is out when its kind is, or when it has transfers and neither one of them nor what it made or held passes.
function matching(graph, filters, holders, passes) {
  const touched = new Set(holders);
  const passed = [];
  for (const transfer of graph.transfers.values()) {
    if (passes(transfer)) {
      passed.push(transfer);
      touched.add(transfer.start).add(transfer.end);
    }
  }
  const parties = new Set();
  for (const party of graph.parties.values()) {
    const alone = !graph.outgoing.has(party.id) && !graph.incoming.has(party.id);
    if (filters.kinds.has(party.kind) && (alone || touched.has(party.id))) parties.add(party.id);
  }
  const transfers = passed.filter((one) => parties.has(one.start) && parties.has(one.end)).map((one) => one.id);
  return { parties, transfers: new Set(transfers) };
}

function filtered(graph, filters) {
  const none = noFilters(graph);
  return (
    filters.kinds.size !== KINDS.length ||
    filters.types.size !== TYPES.length ||
    Boolean(filters.letter) ||
    Boolean(filters.number) ||
    filters.origins > 0 ||
    Boolean(filters.item) ||
    (none.months !== null && (filters.months[0] > none.months[0] || filters.months[1] < none.months[1]))
  );
}

function checkRow(sample, text, total, checked, change) {
  const box = make("input", { type: "checkbox", on: { change: () => change(box.checked) } });
  box.checked = checked;
  return make(
    "label",
    { class: "check" },
    box,
    sample,
    make("span", { class: "grow" }, text),
    make("span", { class: "number" }, total),
  );
}

function toggled(set, value, wanted) {
  if (wanted) set.add(value);
  else set.delete(value);
}

function kindSample(kind, flags, chokepoint = false) {
  const scale = chokepoint ? 0.38 : 0.56;
  const context = new SvgContext(20, 20, [scale, 0, 0, scale, 10, 10]);
  drawGlyph(context, { kind, ...flags }, 0, 0, { colours: palette(), chokepoint });
  return decorate(context.root, { class: "sample", "aria-hidden": "true", role: null });
}

function typeSample(type) {
  const root = makeSvg("svg", { width: 46, height: 12, viewBox: "0 0 46 12", class: "sample", "aria-hidden": "true" });
  const colour = palette().types[type];
  const dash = (dashes(type, 2) || []).join(" ") || null;
  const heads = {
    CAPTURED: "M46 6L35 1L39 6L35 11Z",
    MANUFACTURED: "M36 6A4 4 0 1 1 44 6A4 4 0 1 1 36 6Z",
    HELD: "M40 1.5L42.5 1.5L42.5 10.5L40 10.5Z",
  };
  const head = heads[type] || "M46 6L36 1.5L36 10.5Z";
  root.append(
    makeSvg("path", {
      d: "M2 6H35",
      stroke: colour,
      "stroke-width": 2,
      "stroke-dasharray": dash,
      "stroke-linecap": "round",
      fill: "none",
    }),
    makeSvg("path", { d: head, fill: colour }),
  );
  return root;
}

function sampleStroke(context, from, to, width, colour) {
  polygon(context, 0, 0, [
    [from, 0],
    [to, 0],
  ]);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

function casingSample() {
  const context = new SvgContext(34, 18, [0.8, 0, 0, 0.8, 0, 9]);
  const [from, to] = [
    { x: -24, y: 0 },
    { x: 66, y: 0 },
  ];
  const colours = palette();
  drawCasing(context, from, [from, to], to, 2.5, colours, false);
  sampleStroke(context, 2, 40, 2.5, colours.types.SUPPLIED);
  return decorate(context.root, { class: "sample", "aria-hidden": "true", role: null });
}

function countSample() {
  const context = new SvgContext(46, 16, [1, 0, 0, 1, 0, 8]);
  const colours = palette();
  sampleStroke(context, 1, 45, 2, colours.types.SUPPLIED);
  const box = { left: 12, right: 34, top: -7, bottom: 7 };
  writePill(context, "24", box, 10, colours, { colour: colours.types.SUPPLIED, dimmed: false });
  return decorate(context.root, { class: "sample", "aria-hidden": "true", role: null });
}

function diversionSample() {
  const context = new SvgContext(18, 18, [1, 0, 0, 1, 9, 9]);
  drawDiversion(context, { x: 0, y: 0 }, 1, palette(), false);
  return decorate(context.root, { class: "sample", "aria-hidden": "true", role: null });
}

class FilterPanel {
  constructor(graph, filters, changed) {
    this.graph = graph;
    this.filters = filters;
    this.changed = changed;
    byId("clear-filters").addEventListener("click", () => this.reset());
  }

  reset() {
    Object.assign(this.filters, noFilters(this.graph));
    this.render();
    this.changed();
  }

  set(name, value) {
    this.filters[name] = value;
    this.changed();
  }

  render() {
    fill(
      byId("filters"),
      this.kinds(),
      this.types(),
      this.dates(),
      this.grades(),
      this.support(),
      this.items(),
      this.possessions(),
    );
  }

  group(title, ...children) {
    return make("fieldset", {}, make("legend", {}, title), ...children);
  }

  kinds() {
    const rows = KINDS.map((kind) => {
      const total = [...this.graph.parties.values()].filter((party) => party.kind === kind).length;
      const change = (wanted) => {
        toggled(this.filters.kinds, kind, wanted);
        this.changed();
      };
      return total
        ? checkRow(kindSample(kind, {}), kind, total.toLocaleString("en"), this.filters.kinds.has(kind), change)
        : null;
    });
    return this.group("Parties", ...rows);
  }

  types() {
    const rows = TYPES.map((type) => {
      const total = [...this.graph.transfers.values()].filter((transfer) => transfer.type === type).length;
      const change = (wanted) => {
        toggled(this.filters.types, type, wanted);
        this.changed();
      };
      return total
        ? checkRow(typeSample(type), type, total.toLocaleString("en"), this.filters.types.has(type), change)
        : null;
    });
    return this.group("Transfers", ...rows);
  }

  dates() {
    const range = monthRange(this.graph);
    if (!range || range[0] === range[1]) return null;
    const output = make("output", { class: "range-text" });
    const handle = (index, name) => {
      const input = make("input", { type: "range", min: range[0], max: range[1], step: 1, "aria-label": name });
      input.value = this.filters.months[index];
      input.addEventListener("input", () => {
        const other = this.filters.months[1 - index];
        input.value = index ? Math.max(input.value, other) : Math.min(input.value, other);
        this.filters.months[index] = Number(input.value);
        tell();
        this.changed();
      });
      return input;
    };
    const handles = [handle(0, "Took place from"), handle(1, "Took place until")];
    const tell = () => {
      output.textContent = `${monthText(this.filters.months[0])} to ${monthText(this.filters.months[1])}`;
      handles.forEach((input, index) => input.setAttribute("aria-valuetext", monthText(this.filters.months[index])));
    };
    tell();
    const note = make("p", { class: "hint" }, "Transfers that may fall within stay, those without a date too.");
    return this.group("Dates", output, make("div", { class: "range" }, ...handles), note);
  }

  chooser(label, options, name, chosen) {
    const select = make("select", { on: { change: () => this.set(name, select.value) } });
    select.append(...options.map(([value, text]) => make("option", { value }, text)));
    select.value = chosen;
    return make("label", { class: "choose" }, make("span", {}, label), select);
  }

  grades() {
    const letters = [["", "any"], ...[..."ABCDE"].map((letter) => [letter, `${letter} or better`])];
    const numbers = [["", "any"], ...[..."12345"].map((number) => [number, `${number} or better`])];
    return this.group(
      "Grade at least",
      this.chooser("Reliability of the source", letters, "letter", this.filters.letter),
      this.chooser("Credibility", numbers, "number", this.filters.number),
      make("p", { class: "hint" }, "F and 6, which judge nothing, pass no floor."),
    );
  }

  support() {
    const most = Math.max(0, ...[...this.graph.transfers.values()].map(originCount));
    if (most < 2) return null;
    const options = [["0", "any"]];
    for (let number = 2; number <= Math.min(most, 9); number += 1) options.push([String(number), `${number} or more`]);
    const label = this.chooser("Independent origins", options, "origins", String(this.filters.origins));
    label
      .querySelector("select")
      .addEventListener("change", (event) => this.set("origins", Number(event.target.value)));
    return this.group("Support", label);
  }

  items() {
    const used = new Set();
    for (const transfer of this.graph.transfers.values()) for (const item of transfer.items) used.add(item);
    const offered = new Set(used);
    for (const [id] of this.graph.items)
      if ([...itemFamily(this.graph, id)].some((one) => used.has(one))) offered.add(id);
    if (offered.size < 2) return null;
    const options = ordered(offered, (id) => itemName(this.graph, id)).map((id) => [id, itemName(this.graph, id)]);
    return this.group(
      "Item",
      this.chooser("The item or a kind of it", [["", "any"], ...options], "item", this.filters.item),
    );
  }

  possessions() {
    if (!this.graph.possessions.size) return null;
    const change = (wanted) => this.set("possessions", wanted);
    const row = checkRow(
      kindSample("Item", {}),
      "Items made and held",
      this.graph.possessions.size.toLocaleString("en"),
      this.filters.possessions,
      change,
    );
    return this.group("Beside the transfers", row);
  }
}
