// The page: state, and what happens when it changes.

const PRINT_ROWS = 2000;
const PRINT_WIDTH = 1100;

// A page in the frame of a notebook has no address that could hold its state.
function addressed() {
  return location.protocol !== "about:";
}

class Page {
  constructor(graph) {
    this.graph = graph;
    this.filters = noFilters(graph);
    this.drawn = new Set([...graph.parties.values()].filter((party) => party.x !== undefined).map((party) => party.id));
    this.state = readPermalink(graph, this.filters);
    this.index = searchIndex(graph);
    this.ways = { ways: [], cut: false };
    this.madeRoom = 0;
    const select = (selection) => this.select(selection);
    const expand = (id) => this.expand(id);
    this.picture = new Picture(graph, byId("picture"), {
      select,
      expand,
      hover: (what, event) => this.hover(what, event),
      moved: () => this.linkSoon(),
    });
    this.evidence = new EvidencePanel(graph, byId("evidence"), {
      select,
      expand,
      follow: (index) => this.follow(index),
      upstream: (id) => this.upstream.has(id),
      isDrawn: (id) => this.drawn.has(id),
      passes: (id) => this.passing.transfers.has(id),
      pathEnd: (end, id) => this.pathEnd(end, id),
      clearPath: () => this.clearPath(),
    });
    this.table = new TransferTable(graph, byId("transfer-table"), { select, sorted: () => this.link() });
    this.panel = new FilterPanel(graph, this.filters, () => this.changed());
    this.upstream = this.partiesBeforeDiversion();
    this.controls();
    this.nameTheme();
    this.show(this.state);
  }

  // Show what a permalink says.
  show(state) {
    this.address = location.hash;
    this.state = state;
    this.table.sort = state.sort;
    this.panel.render();
    this.changed();
    this.picture.takeSize();
    if (state.view) this.picture.goTo(state.view);
    else this.picture.fit(false);
    if (state.selection && !state.view) this.reveal(state.selection);
    this.link();
  }

  controls() {
    const on = (id, event, handler) => byId(id).addEventListener(event, handler);
    const fields = [
      ["search", (id) => this.find(id)],
      ["path-from", (id) => this.pathEnd("from", id)],
      ["path-to", (id) => this.pathEnd("to", id)],
    ];
    this.fields = Object.fromEntries(fields.map(([id, chosen]) => [id, new PartyField(byId(id), this.index, chosen)]));
    on("clear-path", "click", () => this.clearPath());
    on("zoom-in", "click", () => this.picture.zoom(1.25));
    on("zoom-out", "click", () => this.picture.zoom(0.8));
    on("zoom-fit", "click", () => this.picture.fit(true));
    on("more-rows", "click", () => this.table.more());
    on("draw-more", "click", () => this.drawMore());
    on("theme", "click", () => this.theme());
    on("save-svg", "click", () =>
      save(new Blob([svgText(this.svg())], { type: "image/svg+xml" }), fileName(this.graph.data.title, "svg")),
    );
    on("save-png", "click", () => this.savePng());
    on("print", "click", () => window.print());
    on("copy-cypher", "click", () => offerText("Cypher for what is shown", this.cypher()));
    byId("copy-link").hidden = !addressed();
    on("copy-link", "click", () => {
      this.link();
      offerText("Link to this view", location.href);
    });
    on("text-dialog-close", "click", () => byId("text-dialog").close());
    on("picture", "keydown", (event) => this.key(event));
    window.addEventListener("beforeprint", () => this.beforePrint());
    window.addEventListener("afterprint", () => this.afterPrint());
    window.addEventListener("hashchange", () => this.openPermalink());
    window.addEventListener("keydown", (event) => this.anywhere(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
  }

  // Recompute everything that depends on filters, path and selection.
  changed() {
    this.passing = passing(this.graph, this.filters);
    this.findWays();
    const parties = new Set([...this.passing.parties].filter((id) => this.drawn.has(id)));
    const relations = new Set(
      [...this.passing.transfers].filter((id) => {
        const { start, end } = this.graph.transfers.get(id);
        return parties.has(start) && parties.has(end);
      }),
    );
    const possessions = this.passing.possessions;
    for (const one of possessions) if (parties.has(one.start)) this.addItem(one, parties, relations);
    this.picture.show(parties, relations);
    const shownTransfers = [...this.passing.transfers].map((id) => this.graph.transfers.get(id));
    this.table.show([...shownTransfers, ...possessions], this.selectedId());
    this.counts(parties);
    this.legend();
    this.refresh();
  }

  addItem(possession, parties, relations) {
    const id = itemNodeId(possession);
    const { places } = this.picture;
    if (!places.has(id)) placeBeside(places, new Taken(places, 52), id, [possession.start]);
    parties.add(id);
    relations.add(possession.id);
  }

  // Recompute what selection and path change only.
  refresh() {
    this.picture.emphasise(this.emphasis(), this.selectedId());
    this.showEvidence();
    this.showWays();
    byId("clear-filters").hidden = !filtered(this.graph, this.filters);
    this.link();
  }

  // The address says at any time what is seen, and what part of the picture. An address that somebody has just typed
  // is left until it is opened.
  link() {
    if (location.hash !== this.address) return;
    const seen = { ...this.state, sort: this.table.sort, view: this.picture.whereabouts() };
    const link = permalink(this.graph, this.filters, seen);
    if (addressed() && link !== (location.hash || "#")) history.replaceState(null, "", link);
    this.address = location.hash;
  }

  // Moving and zooming tell more often than an address may change.
  linkSoon() {
    clearTimeout(this.linking);
    this.linking = setTimeout(() => this.link(), 150);
  }

  selectedId() {
    return this.state.selection ? this.state.selection.id : null;
  }

  counts(parties) {
    const drawn = [...parties].filter((id) => this.graph.parties.has(id)).length;
    const all = this.graph.parties.size;
    const missing = this.passing.parties.size - drawn;
    const strokes = [...this.picture.shown.relations].filter((id) => this.graph.transfers.has(id)).length;
    const text = `${drawn.toLocaleString("en")} of ${count(all, "party", "parties")} and ${strokes.toLocaleString("en")} of ${count(this.graph.transfers.size, "transfer", "transfers")} shown`;
    const room = `; ${this.madeRoom.toLocaleString("en")} with the fewest transfers left out to make room`;
    byId("counts").textContent = this.madeRoom ? text + room : text;
    const more = byId("draw-more");
    const free = this.graph.data.mostDrawn - this.drawn.size;
    more.hidden = missing === 0;
    more.disabled = free <= 0;
    more.textContent =
      free > 0
        ? `Draw ${Math.min(missing, free, 300).toLocaleString("en")} more`
        : `No more than ${this.graph.data.mostDrawn.toLocaleString("en")} are drawn`;
  }

  select(selection) {
    this.state.selection = selection;
    this.refresh();
    this.table.show(this.table.relations, this.selectedId());
    if (selection) announce(this.describe(selection));
  }

  describe({ kind, id }) {
    if (kind === "party")
      return `${partyName(this.graph, id)}, ${count(transfersOf(this.graph, id).length, "transfer", "transfers")}`;
    if (kind === "item") return itemName(this.graph, id.slice(6));
    if (kind === "bundle")
      return `${sentence(this.graph, bundleEnds(id))}, ${count(bundled(this.graph, id).length, "transfer", "transfers")}`;
    const relation = this.graph.transfers.get(id) || this.graph.possessions.get(id);
    return `${relation.type}: ${sentence(this.graph, relation)}`;
  }

  find(id) {
    byId("search").value = "";
    this.reveal({ kind: "party", id });
    this.select({ kind: "party", id });
  }

  // Bring the selection into the drawing and into view.
  reveal({ kind, id }) {
    const relation =
      kind === "bundle" ? bundleEnds(id) : this.graph.transfers.get(id) || this.graph.possessions.get(id);
    const parties = relation ? [relation.start, relation.end].filter((one) => this.graph.parties.has(one)) : [id];
    if (kind === "item") {
      if (this.picture.shown.parties.has(id)) this.picture.centreIfHidden(id);
      return;
    }
    if (parties.some((one) => !this.drawn.has(one))) {
      this.bringIn(parties);
      this.changed();
    }
    if (this.picture.shown.parties.has(parties[0])) this.picture.centreIfHidden(parties[0]);
  }

  // The party of least importance that is drawn and neither selected nor among these gives room to each that is too many.
  makeRoom(ids) {
    const missing = ids.filter((id) => !this.drawn.has(id)).length;
    const surplus = this.drawn.size + missing - this.graph.data.mostDrawn;
    if (surplus <= 0) return;
    const kept = this.kept(ids);
    const others = ordered([...this.drawn].filter((id) => !kept.has(id)), (id) => -this.graph.parties.get(id).rank);
    const left = others.slice(0, surplus);
    for (const id of left) this.drawn.delete(id);
    this.madeRoom += left.length;
    announce(`${count(left.length, "party", "parties")} left out to make room`);
  }

  kept(ids) {
    const { selection, path } = this.state;
    const relation = selection && (this.graph.transfers.get(selection.id) || this.graph.possessions.get(selection.id));
    const way = this.ways.ways[path.way];
    const selected = selection ? [selection.id, ...(relation ? [relation.start, relation.end] : [])] : [];
    return new Set([...ids, ...selected, path.from, path.to, ...(way ? way.parties : [])]);
  }

  bringIn(ids) {
    if (ids.every((id) => this.drawn.has(id))) return;
    this.makeRoom(ids);
    const taken = new Taken(this.picture.places, 76);
    for (const id of ids) {
      if (this.drawn.has(id) || this.drawn.size >= this.graph.data.mostDrawn) continue;
      placeBeside(
        this.picture.places,
        taken,
        id,
        [...neighboursOf(this.graph, id)].filter((one) => this.drawn.has(one)),
      );
      this.drawn.add(id);
    }
  }

  expand(id) {
    if (!this.graph.parties.has(id)) return;
    const near = ordered(neighboursOf(this.graph, id), (one) => this.graph.parties.get(one).rank);
    this.bringIn([id, ...near.slice(0, 60)]);
    this.changed();
  }

  drawMore() {
    const missing = [...this.passing.parties].filter((id) => !this.drawn.has(id));
    const free = Math.max(0, this.graph.data.mostDrawn - this.drawn.size);
    this.bringIn(ordered(missing, (id) => this.graph.parties.get(id).rank).slice(0, Math.min(300, free)));
    this.changed();
    this.picture.fit(true);
  }

  pathEnd(end, id) {
    this.state.path = { ...this.state.path, [end]: id, way: 0 };
    this.state.answer = null;
    this.state.selection = null;
    this.changed();
  }

  clearPath() {
    this.state.path = { from: null, to: null, way: 0 };
    this.state.answer = null;
    this.changed();
  }

  findWays() {
    const { from, to } = this.state.path;
    this.ways =
      from && to && from !== to
        ? findWays(this.graph, from, to, this.passing.transfers, this.filters)
        : { ways: [], cut: false };
    const way = this.ways.ways[this.state.path.way];
    if (way) this.bringIn(way.parties);
  }

  showWays() {
    const { from, to } = this.state.path;
    for (const end of ["from", "to"]) {
      const id = this.state.path[end];
      if (document.activeElement !== byId(`path-${end}`) || id)
        byId(`path-${end}`).value = id ? visible(shortened(partyName(this.graph, id), 80)) : "";
    }
    byId("clear-path").hidden = !from && !to && this.state.answer === null;
    fill(byId("ways"), from && to ? this.wayRows(from, to) : null);
  }

  wayRows(from, to) {
    if (from === to) return make("p", { class: "hint" }, "Start and end are the same party.");
    if (!this.ways.ways.length)
      return make(
        "p",
        { class: "hint" },
        `No path of at most ${MOST_HOPS} hops over the transfers that pass the filters.`,
      );
    const rows = this.ways.ways.map((way, index) => {
      const choose = () => {
        this.state.path.way = index;
        this.state.selection = null;
        this.changed();
      };
      const names = way.parties.map((id) => shortened(partyName(this.graph, id), 50)).join(" → ");
      const words = `${count(way.chosen.length, "hop", "hops")}, weakest grade ${way.grade}, time ${way.time}, custody ${way.custody}`;
      const pressed = String(index === this.state.path.way);
      return make(
        "li",
        {},
        make(
          "button",
          { type: "button", class: "row path", "aria-pressed": pressed, on: { click: choose } },
          make("span", {}, names, make("small", {}, words)),
        ),
      );
    });
    const cut = this.ways.cut ? ` More paths exist than the ${this.ways.ways.length} listed.` : "";
    return [
      make("ol", { class: "plain" }, ...rows),
      make("p", { class: "hint" }, `Fewest hops first, then the best evidence.${cut}`),
    ];
  }

  follow(index) {
    this.state.answer = this.state.answer === index ? null : index;
    this.state.path = { from: null, to: null, way: 0 };
    this.refresh();
  }

  emphasis() {
    const way = this.ways.ways[this.state.path.way];
    const relations = new Set();
    if (this.state.selection) return this.selectionEmphasis(this.state.selection);
    if (way) [...way.chosen, ...way.parallel.flat()].forEach((one) => relations.add(one.id));
    else if (this.state.answer !== null) this.graph.data.paths[this.state.answer].forEach((id) => relations.add(id));
    else return null;
    return { relations, parties: this.endsOf(relations) };
  }

  endsOf(relations) {
    const parties = new Set();
    for (const id of relations) {
      const relation = this.graph.transfers.get(id) || this.graph.possessions.get(id);
      if (relation) parties.add(relation.start).add(this.graph.transfers.has(id) ? relation.end : itemNodeId(relation));
    }
    return parties;
  }

  selectionEmphasis({ kind, id }) {
    let relations = new Set([id]);
    if (kind === "party")
      relations = new Set([...transfersOf(this.graph, id), ...(this.graph.held.get(id) || [])].map((one) => one.id));
    if (kind === "item")
      relations = new Set(
        [...this.graph.possessions.values()].filter((one) => itemNodeId(one) === id).map((one) => one.id),
      );
    if (kind === "bundle") relations = new Set(bundled(this.graph, id).map((one) => one.id));
    return { relations, parties: this.endsOf(relations).add(id) };
  }

  // Parties that stand before the point of diversion wherever the paths of the answer lead through them.
  partiesBeforeDiversion() {
    const lawful = new Set();
    const others = new Set();
    for (const path of this.graph.data.paths) {
      const way = answerWay(this.graph, path, noFilters(this.graph));
      if (!way || way.diversion === null) continue;
      for (const id of way.parties) (way.lawful.includes(id) ? lawful : others).add(id);
    }
    return new Set([...lawful].filter((id) => !others.has(id)));
  }

  hover(what, event) {
    const tip = byId("tip");
    tip.hidden = !what;
    if (!what || !event) return;
    const { id, edge } = what;
    const stroke = edge ? this.picture.strokes.get(id) : null;
    const node = edge ? null : this.picture.nodeOf(id);
    if (edge && !stroke) return;
    const [relation] = stroke ? stroke.members : [null];
    const details = edge
      ? stroke.bundle
        ? [stroke.type, count(stroke.members.length, "transfer", "transfers"), "a click lists them"]
        : [relation.type, itemNames(this.graph, relation.items), whenText(relation), relation.grade]
      : [node.kind === "Item" ? "Item" : this.evidence.kindWords(node)];
    const title = edge ? sentence(this.graph, relation) : node.name || node.lines.join(" ");
    fill(
      tip,
      make("strong", {}, shortened(title, 160)),
      make("span", {}, shortened(details.filter(Boolean).join(" · "), 200)),
    );
    const frame = byId("stage").getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX - frame.left + 14, frame.width - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY - frame.top + 16, frame.height - tip.offsetHeight - 8)}px`;
  }

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key]) this.walk(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") this.picture.zoom(1.25);
    else if (event.key === "-") this.picture.zoom(0.8);
    else if (event.key === "0") this.picture.fit(true);
    else if (event.key === "Enter" && this.state.selection) byId("evidence").focus();
    else if (event.key === " " && this.state.selection && this.state.selection.kind === "party")
      this.expand(this.state.selection.id);
    else return;
    event.preventDefault();
  }

  anywhere(event) {
    const typing = event.target.closest && event.target.closest("input, select, textarea, dialog");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      byId("search").focus();
    } else if (event.key === "Escape" && !typing) {
      this.select(null);
    }
  }

  // Go to the nearest party in a direction, as arrow keys do.
  walk(across, down) {
    const next = this.picture.nearest(
      this.state.selection && this.state.selection.kind === "party" ? this.state.selection.id : null,
      across,
      down,
    );
    if (!next) return;
    this.select({ kind: "party", id: next });
    this.picture.centreIfHidden(next);
  }

  theme() {
    document.documentElement.dataset.theme = darkWanted() ? "light" : "dark";
    this.recolour();
  }

  nameTheme() {
    byId("theme").textContent = darkWanted() ? "Light" : "Dark";
  }

  recolour() {
    this.nameTheme();
    this.picture.restyle();
    this.panel.render();
    this.legend();
    this.showEvidence();
  }

  showEvidence() {
    const { answer, path } = this.state;
    const ownWay = answer === null ? null : answerWay(this.graph, this.graph.data.paths[answer], this.filters);
    this.evidence.show(this.state.selection, this.ways.ways[path.way] || ownWay);
  }

  svg() {
    return this.picture.toSvg(this.graph.data.title);
  }

  async savePng() {
    try {
      save(await pngBlob(this.svg()), fileName(this.graph.data.title, "png"));
    } catch (problem) {
      announce(problem.message);
    }
  }

  cypher() {
    const { parties, relations } = this.picture.shown;
    return cypherFor(this.graph, new Set([...parties].filter((id) => this.graph.parties.has(id))), relations);
  }

  beforePrint() {
    printing = true;
    this.rowsOnScreen = this.table.limit;
    this.table.limit = Math.max(this.table.limit, PRINT_ROWS);
    this.table.render();
    this.legend();
    this.picture.restyle();
    this.printPicture(byId("print-picture"));
  }

  // What is in view, without the empty space around it.
  printPicture(holder) {
    const picture = this.picture.toSvg(this.graph.data.title, PRINT_WIDTH);
    fill(holder, picture);
    holder.style.display = "block";
    const { x, y, width, height } = picture.getBBox();
    holder.style.display = "";
    const [left, top] = [Math.max(0, x - 8), Math.max(0, y - 8)];
    const right = Math.min(Number(picture.getAttribute("width")), x + width + 8);
    const bottom = Math.min(Number(picture.getAttribute("height")), y + height + 8);
    if (right > left && bottom > top)
      decorate(picture, { viewBox: `${left} ${top} ${right - left} ${bottom - top}`, width: right - left, height: bottom - top });
  }

  afterPrint() {
    printing = false;
    this.table.limit = this.rowsOnScreen;
    this.table.render();
    fill(byId("print-picture"));
    this.legend();
    this.picture.restyle();
  }

  openPermalink() {
    this.address = location.hash;
    if (location.hash && !location.hash.includes("=")) return;
    this.show(readPermalink(this.graph, this.filters));
  }

  legend() {
    const mark = (sample, text) => make("li", {}, sample, make("span", {}, text));
    const parties = [...this.graph.parties.values()];
    const marks = KINDS.filter((kind) => parties.some((one) => one.kind === kind)).map((kind) =>
      mark(kindSample(kind, {}), kind),
    );
    if (parties.some((one) => one.placeholder))
      marks.push(mark(kindSample("Group", { placeholder: true }), "hollow: placeholder"));
    if (parties.some((one) => one.collective))
      marks.push(mark(kindSample("Country", { collective: true }), "double: collective"));
    for (const type of TYPES)
      marks.push(mark(typeSample(type), type === "CAPTURED" ? "CAPTURED (loser to captor)" : type));
    const points = [...this.graph.chokepoints];
    if (points.some((id) => this.graph.parties.has(id)))
      marks.push(mark(kindSample("Group", {}, true), "ring: chokepoint"));
    if (points.some((id) => this.graph.transfers.has(id)))
      marks.push(mark(casingSample(), "between lines: chokepoint"));
    if ([...this.picture.strokes.values()].some((stroke) => stroke.bundle))
      marks.push(mark(countSample(), "so many transfers in one stroke"));
    if (this.filters.possessions)
      marks.push(
        mark(kindSample("Item", {}), "Item"),
        mark(typeSample("MANUFACTURED"), "MANUFACTURED (made)"),
        mark(typeSample("HELD"), "HELD (found with)"),
      );
    if (this.graph.diversionPoints.size) marks.push(mark(diversionSample(), "point of diversion"));
    fill(byId("legend-marks"), ...marks);
  }
}

async function openPage() {
  const around = textAround();
  const text = await readData();
  const graph = graphOf(JSON.parse(text));
  document.documentElement.classList.add("scripted");
  const page = new Page(graph);
  const words = await sealWords(text, graph.data, around);
  byId("seal").textContent = words || "";
  byId("seal").classList.toggle("broken", words !== null && words !== INTACT);
  document.documentElement.classList.add("ready");
  return page;
}

openPage().catch((problem) => {
  byId("failure").hidden = false;
  byId("failure").textContent =
    `The picture cannot be drawn here: ${problem.message}. The table without scripts still holds the transfers.`;
  throw problem;
});
