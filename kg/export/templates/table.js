// The table of what passes the filters: the same content as the picture, for the keyboard, for ears and for print.

const PAGE_ROWS = 100;

class TransferTable {
  constructor(graph, element, handlers) {
    this.graph = graph;
    this.element = element;
    this.handlers = handlers;
    this.sort = { column: 0, down: false };
    this.limit = PAGE_ROWS;
    this.columns = [
      ["From", (one) => partyName(graph, one.start)],
      ["Type", (one) => one.type],
      ["To", (one) => (graph.transfers.has(one.id) ? partyName(graph, one.end) : "")],
      ["Items", (one) => itemNames(graph, one.items)],
      ["Took place", (one) => whenText(one), (one) => one.earliest || one.latest || "9999"],
      ["Quantity", (one) => quantityText(one)],
      ["Certainty", (one) => one.certainty],
      ["Grade", (one) => one.grade],
      ["Origins", (one) => String(originCount(one)), (one) => originCount(one)],
    ];
  }

  show(relations, selected) {
    this.relations = relations;
    this.selected = selected;
    this.render();
  }

  render() {
    const [, text, key] = this.columns[this.sort.column];
    const rows = ordered(this.relations, key || ((one) => folded(text(one).slice(0, 100))));
    if (this.sort.down) rows.reverse();
    const total = rows.length;
    fill(
      this.element,
      make(
        "caption",
        {},
        `${count(Math.min(this.limit, total), "row", "rows")} of ${total.toLocaleString("en")} that pass the filters`,
      ),
      make("thead", {}, make("tr", {}, ...this.columns.map(([name], index) => this.header(name, index)))),
      make("tbody", {}, ...rows.slice(0, this.limit).map((one) => this.row(one))),
    );
    const more = byId("more-rows");
    more.hidden = total <= this.limit;
    more.textContent = `Show ${Math.min(PAGE_ROWS, total - this.limit)} more rows`;
  }

  more() {
    this.limit += PAGE_ROWS;
    this.render();
  }

  header(name, index) {
    const here = this.sort.column === index;
    const turn = () => {
      this.sort = { column: index, down: here && !this.sort.down };
      this.render();
      this.handlers.sorted();
      this.element.querySelectorAll("thead button")[index].focus();
    };
    const state = here ? (this.sort.down ? "descending" : "ascending") : "none";
    const mark = make("span", { class: "mark", "aria-hidden": "true" }, here ? (this.sort.down ? "▾" : "▴") : "");
    return make(
      "th",
      { scope: "col", "aria-sort": state },
      make("button", { type: "button", on: { click: turn } }, name, mark),
    );
  }

  row(relation) {
    const kind = this.graph.transfers.has(relation.id) ? "transfer" : "possession";
    const select = () => this.handlers.select({ kind, id: relation.id });
    const chosen = this.selected === relation.id;
    const cells = this.columns.map(([, text], index) => {
      const value = shortened(text(relation), 300);
      if (index === 0)
        return make(
          "th",
          { scope: "row" },
          make(
            "button",
            { type: "button", class: "link", "aria-pressed": String(chosen), on: { click: select } },
            value,
          ),
        );
      if (index === 1) return make("td", {}, make("span", { class: `type ${relation.type}` }, value));
      const short = value.length < 27 && index > 3 ? "short" : null;
      const named = index > 3 && value && this.columns[index][0] !== "Certainty";
      return make("td", { class: short, "data-name": named ? this.columns[index][0] : null }, value);
    });
    return make("tr", { class: chosen ? "chosen" : null }, ...cells);
  }
}
