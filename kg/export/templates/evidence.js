// The panel that answers where a party, a transfer or a finding comes from.

const NUMBERS = {
  1: "confirmed by other sources",
  2: "probably true",
  3: "possibly true",
  4: "doubtful",
  5: "improbable",
  6: "truth cannot be judged",
};
const CERTAINTIES = {
  stated: "in the source's own voice",
  reported: "attributed, without a hedge",
  alleged: "hedged, or a headline beyond its body",
  denied: "the source denies it",
};

const TIME_WORDS = {
  certain: "every choice of days within the dates is in order",
  possible: "some choice of days within the dates is in order",
  impossible: "no choice of days within the dates is in order",
};
const CUSTODY_WORDS = {
  stated: "a source says that the same items were passed on",
  compatible: "the items of successive hops agree, no source says they are the same",
  impossible: "the items of successive hops do not agree",
};
const CHOKEPOINT = "A chokepoint: without it no path from the suppliers to the end user is left.";
const MOST_LISTED = 500;
const ONE_TRANSFER = "one transfer, there is nothing to join";
const JOIN_WORDS = {
  continues: "A source says that it passes on items of the hop before",
  "same item": "The same kind of item as on the hop before",
  "kind of": "One item is a kind of the other",
  manufactured: "The party between made the one from the other",
  "item not stated": "The item is not stated",
  none: "Not the items of the hop before",
};

function gradeText(grade) {
  return `source ${LETTERS[grade[0]] || "not graded"}; ${NUMBERS[grade[1]] || "credibility not graded"}`;
}

class EvidencePanel {
  constructor(graph, element, handlers) {
    this.graph = graph;
    this.element = element;
    this.handlers = handlers;
    this.findings = new FindingCards(graph);
  }

  show(selection, way) {
    const views = {
      party: (id) => this.party(id),
      transfer: (id) => this.relation(id),
      possession: (id) => this.relation(id),
      item: (id) => this.item(id),
      bundle: (id) => this.bundle(id),
    };
    const content =
      selection && views[selection.kind] ? views[selection.kind](selection.id) : way ? this.way(way) : this.answer();
    fill(this.element, ...content);
    this.element.scrollTop = 0;
  }

  partyLink(id) {
    if (!this.graph.parties.has(id)) return make("span", {}, id);
    const select = () => this.handlers.select({ kind: "party", id });
    return make(
      "button",
      { type: "button", class: "link", on: { click: select } },
      shortened(partyName(this.graph, id), 200),
    );
  }

  relationLink(relation, ...children) {
    const kind = this.graph.transfers.has(relation.id) ? "transfer" : "possession";
    const select = () => this.handlers.select({ kind, id: relation.id });
    return make("button", { type: "button", class: "row", on: { click: select } }, ...children);
  }

  // A path with its verdicts, hop by hop.
  way(way) {
    const hops = way.chosen.map((one, index) => this.hop(way, one, index));
    return [
      make("p", { class: "overline" }, `Path of ${count(way.chosen.length, "hop", "hops")}`),
      make(
        "h2",
        { class: "ends" },
        this.partyLink(way.parties[0]),
        make("span", { class: "arrow", "aria-label": "to" }, " → "),
        this.partyLink(way.parties[way.parties.length - 1]),
      ),
      ...notesOf(way).map((text) => make("p", { class: "note" }, text)),
      facts(
        ["Time", `${way.time}: ${TIME_WORDS[way.time]}`],
        ["Custody", `${way.custody}: ${way.chosen.length > 1 ? CUSTODY_WORDS[way.custody] : ONE_TRANSFER}`],
        ["Weakest grade", [make("strong", {}, way.grade), ` ${gradeText(way.grade)}`]],
        ["Support", `${count(way.origins, "origin", "origins")} on the hop with the fewest`],
        ["Diversion", way.diversion === null ? "no point of diversion is stated on it" : `at hop ${way.diversion + 1}`],
        [
          "Before it",
          way.lawful.length
            ? `${way.lawful.map((id) => partyName(this.graph, id)).join(", ")}: lawful as far as known`
            : "",
        ],
      ),
      make("ol", { class: "plain hops" }, ...hops),
      make(
        "div",
        { class: "buttons" },
        make("button", { type: "button", on: { click: this.handlers.clearPath } }, "Clear the path"),
      ),
    ];
  }

  hop(way, transfer, index) {
    const join = way.joins[index];
    const others = way.parallel[index].map((one) => this.relationLink(one, this.transferLine(one)));
    return make(
      "li",
      {},
      make("h3", {}, `Hop ${index + 1}${way.diversion === index ? ", the point of diversion" : ""}`),
      this.relationLink(transfer, this.transferLine(transfer)),
      join
        ? make("p", { class: "hint" }, `${JOIN_WORDS[join.basis]}; ${whenText(transfer)}`)
        : make("p", { class: "hint" }, whenText(transfer)),
      join && join.made ? this.relationLink(join.made, this.transferLine(join.made)) : null,
      others.length
        ? make(
            "details",
            {},
            make("summary", {}, `${count(others.length, "parallel transfer", "parallel transfers")}`),
            ...others,
          )
        : null,
    );
  }

  // What is known at a glance while nothing is selected.
  answer() {
    const { data } = this.graph;
    return [
      make("h2", {}, data.layout === "flow" ? "Answer" : "Overview"),
      this.paths(),
      this.chokepoints(),
      this.diversions(),
      data.paths.length + data.chokepoints.length + data.chokepointTerritories.length ? null : this.foremost(),
      make(
        "p",
        { class: "hint" },
        "Select a party or a transfer in the picture or in the table to see what is stated on it, by whom, and how far it holds.",
      ),
    ];
  }

  paths() {
    const paths = this.graph.data.paths;
    if (!paths.length) return null;
    const rows = paths.map((path, index) => {
      const follow = () => this.handlers.follow(index);
      const parties = this.partiesOf(path).map((id) => shortened(partyName(this.graph, id), 60));
      return make(
        "li",
        {},
        make(
          "button",
          { type: "button", class: "row path", on: { click: follow } },
          make("span", {}, parties.join(" → ")),
        ),
      );
    });
    return make(
      "section",
      {},
      make("h3", {}, count(paths.length, "path", "paths")),
      make("ol", { class: "plain" }, ...rows),
    );
  }

  partiesOf(path) {
    const relations = path.map((id) => this.graph.transfers.get(id)).filter(Boolean);
    const parties = [];
    for (const { start, end } of relations) {
      if (!parties.includes(start)) parties.push(start);
      if (!parties.includes(end)) parties.push(end);
    }
    return parties;
  }

  chokepoints() {
    const { chokepoints, chokepointTerritories } = this.graph.data;
    if (!chokepoints.length && !chokepointTerritories.length) return null;
    const rows = [
      ...chokepoints.map((id) => make("li", {}, this.chokepointLine(id), ...this.certificate(id))),
      ...chokepointTerritories.map((one) =>
        make("li", {}, this.territoryLine(one), ...this.certificate(one.territories.join(" "), one.wording)),
      ),
    ];
    const meaning = chokepointTerritories.length
      ? "None of these paths is left without the parties and transfers in it, in the transfers considered."
      : "Without it no path from the suppliers to the end user is left, in the transfers considered.";
    return make(
      "section",
      {},
      make("h3", {}, rows.length === 1 ? "Chokepoint" : "Chokepoints"),
      make("ul", { class: "plain" }, ...rows),
      make("p", { class: "hint" }, meaning),
    );
  }

  chokepointLine(id) {
    const transfer = this.graph.transfers.get(id);
    return transfer ? this.relationLink(transfer, this.transferLine(transfer)) : this.partyLink(id);
  }

  // The origins a chokepoint hangs on, and what a reader needs to check it by hand.
  certificate(id, wording = "") {
    const proof = this.graph.data.certificates[id];
    if (!proof) return [];
    const { hangsOn, witness, reached } = proof;
    const steps = this.partiesOf(witness).map((one) => partyName(this.graph, one));
    const names = (reached || []).map((one) => one.name);
    const listed = `${names.slice(0, 200).join(", ")}${names.length > 200 ? ", … (the data of this file names all)" : ""}`;
    const among = wording.includes("known territory") ? "Among parties of known territory, without" : "Without";
    const without = !reached
      ? "No path is found when all are searched without it."
      : names.length
        ? `${among} it the suppliers reach only ${count(names.length, "party", "parties")} (${listed}), and no end user.`
        : `${among} it the suppliers reach nobody.`;
    return [
      make(
        "p",
        { class: "hint" },
        hangsOn.length
          ? `Hangs on ${hangsOn.map((one) => this.originName(one)).join(", ")}: without ${hangsOn.length > 1 ? "each of these origins" : "this origin"} it is not on every path, or no path is left.`
          : "Hangs on no single origin.",
      ),
      make(
        "details",
        {},
        make("summary", {}, "Certificate"),
        make("p", { class: "hint" }, `With it there is a path: ${steps.join(" → ")}.`),
        make("p", { class: "hint" }, without),
      ),
    ];
  }

  originName(id) {
    const origin = this.graph.origins.get(id);
    return origin ? `${this.findings.organisation(origin.organisation)} (${id})` : id;
  }

  territoryLine({ territories, wording }) {
    // Of a set every path passes one at least: its wording names them all.
    return territories.length === 1 ? `the territory of ${territoryName(this.graph, territories[0])}: ${wording}` : wording;
  }

  diversions() {
    const points = this.graph.data.diversionPoints.map((id) => this.graph.transfers.get(id)).filter(Boolean);
    if (!points.length) return null;
    const rows = points.map((one) => make("li", {}, this.relationLink(one, this.transferLine(one))));
    const meaning = "Whoever stands before it is shown as lawful as far as known.";
    return make(
      "section",
      {},
      make("h3", {}, points.length === 1 ? "Point of diversion" : "Points of diversion"),
      make("ul", { class: "plain" }, ...rows),
      make("p", { class: "hint" }, meaning),
    );
  }

  foremost() {
    const parties = [...this.graph.parties.values()].slice(0, 12);
    const rows = parties.map((party) =>
      make(
        "li",
        { class: "line" },
        kindSample(party.kind, party),
        this.partyLink(party.id),
        make("span", { class: "number" }, count(transfersOf(this.graph, party.id).length, "transfer", "transfers")),
      ),
    );
    return make(
      "section",
      {},
      make("h3", {}, "Parties with the most transfers and origins"),
      make("ul", { class: "plain" }, ...rows),
    );
  }

  transferLine(relation) {
    const items =
      relation.type === "MANUFACTURED" || relation.type === "HELD" ? "" : itemNames(this.graph, relation.items);
    return [
      make("span", { class: `type ${relation.type}` }, relation.type),
      make(
        "span",
        { class: "grow" },
        shortened(sentence(this.graph, relation), 160),
        items ? make("small", {}, shortened(items, 160)) : null,
      ),
      make("span", { class: "grade" }, relation.grade),
    ];
  }

  party(id) {
    const party = this.graph.parties.get(id);
    return [
      make("p", { class: "overline" }, this.kindWords(party)),
      make("h2", {}, kindSample(party.kind, party), shortened(party.name, 400)),
      this.standing(party),
      facts(
        ["Also called", (party.aliases || []).join(", ")],
        ["Located in", this.territories(party)],
        ["Part of", (party.part_of || []).map((one) => partyName(this.graph, one)).join(", ")],
        ["Id", party.id],
      ),
      this.partyTools(party),
      this.transferList("Received", this.graph.incoming.get(id)),
      this.transferList("Passed on", this.graph.outgoing.get(id)),
      this.transferList("Made and held", this.graph.held.get(id)),
    ];
  }

  kindWords(party) {
    return [party.kind, party.placeholder && "placeholder", party.collective && "collective"]
      .filter(Boolean)
      .join(" · ");
  }

  standing(party) {
    const texts = [];
    if (party.placeholder) texts.push("A source states that this party exists and does not name it.");
    if (party.collective) texts.push("A set of members that no source names one by one.");
    if (this.graph.chokepoints.has(party.id)) texts.push([CHOKEPOINT, ...this.certificate(party.id)]);
    if (this.handlers.upstream(party.id))
      texts.push("Stands before the point of diversion: shown as lawful as far as known.");
    return texts.map((text) => make("div", { class: "note" }, text));
  }

  territories(party) {
    const names = (party.territories || []).map((one) => territoryName(this.graph, one)).join(", ");
    return names && party.territory_text ? `${names} (“${party.territory_text}”)` : names;
  }

  partyTools(party) {
    const hidden = [...neighboursOf(this.graph, party.id)].filter((one) => !this.handlers.isDrawn(one)).length;
    const button = (text, action) => make("button", { type: "button", on: { click: action } }, text);
    return make(
      "div",
      { class: "buttons" },
      button("Path from here", () => this.handlers.pathEnd("from", party.id)),
      button("Path to here", () => this.handlers.pathEnd("to", party.id)),
      hidden
        ? button(`Draw ${count(hidden, "more neighbour", "more neighbours")}`, () => this.handlers.expand(party.id))
        : null,
    );
  }

  transferList(title, relations) {
    if (!relations || !relations.length) return null;
    const rows = relations.slice(0, 200).map((one) => make("li", {}, this.relationLink(one, this.transferLine(one))));
    const more =
      relations.length > 200
        ? make("p", { class: "hint" }, `The first 200 of ${relations.length.toLocaleString("en")}; the table has all.`)
        : null;
    return make(
      "section",
      {},
      make("h3", {}, `${title} (${relations.length.toLocaleString("en")})`),
      make("ul", { class: "plain" }, ...rows),
      more,
    );
  }

  item(id) {
    const item = id.slice(6);
    const related = [...this.graph.possessions.values()].filter((one) => one.end === item);
    return [
      make("p", { class: "overline" }, "Item"),
      make("h2", {}, shortened(itemName(this.graph, item), 400)),
      facts(["Id", item]),
      this.transferList("Made and held", related),
    ];
  }

  // The transfers for which one stroke stands, those that pass the filters.
  bundle(id) {
    const { type, start, end } = bundleEnds(id);
    const all = bundled(this.graph, id);
    const passing = all.filter((one) => this.handlers.passes(one.id));
    const rows = ordered(passing, (one) => one.earliest || one.latest || "9999").map((one) =>
      make("li", {}, this.relationLink(one, this.bundleLine(one))),
    );
    const left = all.length - passing.length;
    return [
      make("p", { class: "overline" }, make("span", { class: `type ${type}` }, type), this.direction({ type })),
      make(
        "h2",
        { class: "ends" },
        this.partyLink(start),
        make("span", { class: "arrow", "aria-label": "to" }, " → "),
        this.partyLink(end),
      ),
      make("h3", {}, count(passing.length, "transfer", "transfers")),
      left ? make("p", { class: "hint" }, `${count(left, "other does", "others do")} not pass the filters.`) : null,
      make("ul", { class: "plain" }, ...rows.slice(0, MOST_LISTED)),
      rows.length > MOST_LISTED
        ? make("p", { class: "hint" }, `The first ${MOST_LISTED} by date; the table has all.`)
        : null,
    ];
  }

  bundleLine(relation) {
    const details = [whenText(relation), quantityText(relation)].filter(Boolean).join(" · ");
    const items = itemNames(this.graph, relation.items) || "items not stated";
    return [
      make("span", { class: "grow" }, shortened(items, 160), make("small", {}, shortened(details, 160))),
      make("span", { class: "grade" }, relation.grade),
    ];
  }

  relation(id) {
    const relation = this.graph.transfers.get(id) || this.graph.possessions.get(id);
    const end = this.graph.transfers.has(id)
      ? this.partyLink(relation.end)
      : make("span", {}, itemName(this.graph, relation.end));
    const findings = relation.findings.map((one) => this.graph.findings.get(one)).filter(Boolean);
    return [
      make(
        "p",
        { class: "overline" },
        make("span", { class: `type ${relation.type}` }, relation.type),
        this.direction(relation),
      ),
      make(
        "h2",
        { class: "ends" },
        this.partyLink(relation.start),
        make("span", { class: "arrow", "aria-label": "to" }, " → "),
        end,
      ),
      ...this.caveats(relation),
      this.relationFacts(relation),
      this.findings.conflicts(findings),
      make("h3", {}, count(findings.length, "finding", "findings")),
      ...this.findings.byOrigin(findings),
      findings.length ? null : make("p", { class: "hint" }, "The findings behind this relation are not in this file."),
    ];
  }

  direction(relation) {
    return relation.type === "CAPTURED" ? " from the loser to the captor" : "";
  }

  relationFacts(relation) {
    const graph = this.graph;
    return facts(
      ["Items", graph.transfers.has(relation.id) ? itemNames(graph, relation.items) : ""],
      ["Took place", `${whenText(relation)}${relation.date_derived ? " (a bound is the publication date)" : ""}`],
      ["Quantity", quantityText(relation)],
      ["Figures of the register", figuresText(relation)],
      ["Place", relation.place],
      ["By way of", relation.via.map((one) => territoryName(graph, one)).join(", ")],
      ["Mechanism", relation.mechanism],
      ["Financed by", (relation.financed_by || []).map((one) => partyName(graph, one)).join(", ")],
      ["Authorised", relation.authorised === true ? "yes" : relation.authorised === false ? "no" : ""],
      ["Made from", itemNames(graph, relation.inputs || [])],
      ["Found with", (relation.held_by || []).map((one) => partyName(graph, one)).join(", ")],
      ["Age", relation.made],
      ["Certainty", `${relation.certainty}: ${CERTAINTIES[relation.certainty] || ""}`],
      ["Grade", [make("strong", {}, relation.grade), ` ${gradeText(relation.grade)}`]],
      ["Support", this.support(relation)],
      ["Id", relation.id],
    );
  }

  support(relation) {
    const organisations = (relation.organisation_ids || []).map((id) => this.findings.organisation(id));
    const text = `${count(originCount(relation), "origin", "origins")}, ${count(organisations.length, "organisation", "organisations")}`;
    return organisations.length ? `${text}: ${organisations.join(", ")}` : text;
  }

  caveats(relation) {
    const texts = [];
    if (this.graph.chokepoints.has(relation.id))
      texts.push(make("div", { class: "note" }, CHOKEPOINT, ...this.certificate(relation.id)));
    if (relation.alternative_of) texts.push(this.alternatives(relation));
    if (relation.joint)
      texts.push(
        make(
          "p",
          { class: "note" },
          "The number belongs to a joint statement on several parties and is not this party's alone.",
        ),
      );
    if (this.graph.diversionPoints.has(relation.id))
      texts.push(
        make(
          "p",
          { class: "note" },
          "Point of diversion: here the items left the authorised chain, as far as is stated.",
        ),
      );
    return texts;
  }

  alternatives(relation) {
    const others = [...this.graph.transfers.values(), ...this.graph.possessions.values()].filter(
      (one) => one.alternative_of === relation.alternative_of && one.id !== relation.id,
    );
    const rows = others.map((one) => make("li", {}, this.relationLink(one, this.transferLine(one))));
    const least = relation.alternatives_min;
    return make(
      "div",
      { class: "note" },
      "The source states alternatives: this, or another of these. A path through it is at best possible.",
      ...(least ? [` At least ${least} of them took place, as the source says.`] : []),
      make("ul", { class: "plain" }, ...rows),
    );
  }
}
