// A field that finds a party by name or alias, after the ARIA combobox pattern.

function searchIndex(graph) {
  const texts = (values) => values.map((text) => folded(text.slice(0, 300)));
  return [...graph.parties.values()].map((party) => ({
    party,
    names: texts([party.name, ...(party.aliases || []), party.id]),
    places: texts((party.territories || []).map((id) => territoryName(graph, id))),
  }));
}

// 0 where a name begins with the text, 1 where one holds it, 2 where the party sits in a territory of that name.
function searchRank(entry, wanted) {
  const found = entry.names.map((name) => name.indexOf(wanted)).filter((place) => place >= 0);
  if (found.length) return Math.min(...found) > 0 ? 1 : 0;
  return entry.places.some((name) => name.startsWith(wanted)) ? 2 : -1;
}

function searchParties(index, text, limit) {
  const wanted = folded(text.trim());
  if (!wanted) return [];
  const found = index.map(({ party, ...entry }) => ({ party, rank: searchRank(entry, wanted) }));
  const fitting = found.filter((one) => one.rank >= 0);
  fitting.sort((one, other) => one.rank - other.rank || one.party.rank - other.party.rank);
  return fitting.slice(0, limit).map((one) => one.party);
}

class PartyField {
  constructor(input, index, chosen) {
    this.input = input;
    this.index = index;
    this.chosen = chosen;
    this.active = -1;
    this.list = make("ul", {
      role: "listbox",
      id: `${input.id}-list`,
      class: "options",
      "aria-label": "Parties found",
      hidden: true,
    });
    input.after(this.list);
    const names = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": this.list.id,
      "aria-expanded": "false",
      autocomplete: "off",
    };
    decorate(input, names);
    input.addEventListener("input", () => this.open());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
  }

  open() {
    this.found = searchParties(this.index, this.input.value, 12);
    this.active = this.found.length ? 0 : -1;
    const rows = this.found.map((party, position) => this.option(party, position));
    const none = this.input.value.trim() ? make("li", { class: "none" }, "No party of that name here") : null;
    fill(this.list, rows.length ? rows : none);
    this.list.hidden = !this.list.childElementCount;
    this.mark();
  }

  option(party, position) {
    const pick = (event) => {
      event.preventDefault();
      this.pick(position);
    };
    const attributes = { role: "option", id: `${this.list.id}-${position}`, on: { mousedown: pick } };
    return make("li", attributes, kindSample(party.kind, party), make("span", {}, shortened(party.name, 80)));
  }

  mark() {
    [...this.list.children].forEach((row, position) =>
      row.setAttribute("aria-selected", String(position === this.active)),
    );
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
    if (this.active >= 0) this.list.children[this.active].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.key === "Escape") this.close();
    if (this.list.hidden || this.active < 0) return;
    if (event.key === "Enter") this.pick(this.active);
    else if (event.key === "ArrowDown") this.active = (this.active + 1) % this.found.length;
    else if (event.key === "ArrowUp") this.active = (this.active + this.found.length - 1) % this.found.length;
    else return;
    event.preventDefault();
    if (!this.list.hidden) this.mark();
  }

  pick(position) {
    const party = this.found[position];
    this.close();
    this.chosen(party.id);
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.mark();
  }
}

function shortened(given, length) {
  const text = levelled(given);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
