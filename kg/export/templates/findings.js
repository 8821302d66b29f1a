// Findings as a reader checks them: the statement, who says it, where it stands, and what speaks against it.

const LETTERS = {
  A: "completely reliable",
  B: "usually reliable",
  C: "fairly reliable",
  D: "not usually reliable",
  E: "unreliable",
  F: "reliability cannot be judged",
};

function facts(...pairs) {
  const rows = pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  return make("dl", { class: "facts" }, ...rows.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function chip(text, kind) {
  return make("span", { class: `chip ${kind || ""}` }, text);
}

class FindingCards {
  constructor(graph) {
    this.graph = graph;
  }

  organisation(id) {
    const organisation = this.graph.organisations.get(id);
    return organisation && organisation.name ? organisation.name : id;
  }

  // Findings that contradict each other, next to each other with the reason.
  conflicts(findings) {
    const pairs = [];
    const inside = new Set(findings.map((one) => one.id));
    for (const finding of this.graph.findings.values()) {
      for (const named of finding.contradicts || []) {
        const conflict = typeof named === "string" ? { id: named } : named;
        if (inside.has(finding.id) || inside.has(conflict.id))
          pairs.push([finding, this.graph.findings.get(conflict.id), conflict]);
      }
    }
    if (!pairs.length) return null;
    const sides = (one, other, conflict) =>
      make(
        "div",
        { class: "conflict" },
        make("p", { class: "reason" }, conflict.reason ? `In conflict: ${conflict.reason}` : "In conflict"),
        make("div", { class: "sides" }, this.side(one), other ? this.side(other) : make("p", {}, conflict.id)),
      );
    return make("section", {}, make("h3", {}, "Conflicts"), ...pairs.map((pair) => sides(...pair)));
  }

  side(finding) {
    const source = this.graph.sources.get(finding.source) || {};
    return make(
      "div",
      { class: "side" },
      make("p", {}, finding.statement),
      make("small", {}, [source.publisher, source.published, finding.certainty].filter(Boolean).join(" · ")),
    );
  }

  byOrigin(findings) {
    const groups = new Map();
    for (const finding of findings) listed(groups, finding.origin || "").push(finding);
    return [...groups].map(([id, members]) =>
      make("section", { class: "origin" }, this.originLine(id), ...members.map((one) => this.finding(one))),
    );
  }

  originLine(id) {
    const origin = this.graph.origins.get(id);
    if (!origin) return make("p", { class: "origin-name" }, id ? `Origin: ${id}` : "Origin not stated");
    const details = [origin.kind, origin.published].filter(Boolean).join(", ");
    return make(
      "p",
      { class: "origin-name" },
      "Origin: ",
      make("strong", {}, this.organisation(origin.organisation)),
      details ? `, ${details}` : "",
    );
  }

  finding(finding) {
    return make(
      "article",
      { class: "finding" },
      make("p", { class: "statement" }, finding.statement || "No statement is held."),
      finding.quote ? make("blockquote", {}, finding.quote) : null,
      make(
        "p",
        { class: "chips" },
        chip(finding.certainty || "certainty not stated", finding.certainty),
        finding.date && finding.date.derived ? chip("date derived") : null,
      ),
      facts(
        ["Said by", finding.attribution],
        ["From", this.wording(finding.from)],
        ["To", this.wording(finding.to)],
        [
          "Items",
          (finding.items || [])
            .map((one) => this.wording(one))
            .filter(Boolean)
            .join("; "),
        ],
        ["Date", this.dateWords(finding.date)],
        ["Quantity", this.amountWords(finding)],
        ["Place", finding.place],
        ["Repeats", (finding.repeats || []).join(", ")],
        ["Passes on items of", (finding.continues || []).join(", ")],
        ["Handling", finding.handling || (this.graph.sources.get(finding.source) || {}).handling],
        ["Finding", finding.id],
      ),
      this.source(finding),
    );
  }

  wording(end) {
    if (!end) return "";
    if (typeof end === "string") return this.anyName(end);
    const basis = end.basis && end.basis !== "stated" ? ` (${end.basis})` : "";
    return end.text ? `“${end.text}”${basis}` : `${this.anyName(end.id || "")}${basis}`;
  }

  anyName(id) {
    return this.graph.parties.has(id) ? partyName(this.graph, id) : itemName(this.graph, id);
  }

  dateWords(date) {
    if (!date) return "";
    if (typeof date === "string") return date;
    return date.text || whenText(date);
  }

  amountWords(finding) {
    const { quantity, share } = finding;
    const words = [];
    if (quantity) words.push(quantity.text || boundsText(quantity.min, quantity.max, false));
    if (share)
      words.push(
        [share.text || boundsText(share.min, share.max, true), share.of && `of ${share.of}`].filter(Boolean).join(" "),
      );
    return `${words.filter(Boolean).join(", ")}${finding.joint && words.length ? " (of a joint statement)" : ""}`;
  }

  source(finding) {
    const source = this.graph.sources.get(finding.source);
    if (!source)
      return make("p", { class: "source" }, finding.source ? `Source: ${finding.source}` : "Source not stated");
    const reliability = source.reliability || {};
    const relays = (source.relays || [])
      .map((one) => this.relay(one))
      .filter(Boolean)
      .join("; ");
    return make(
      "div",
      { class: "source" },
      make("p", {}, make("strong", {}, source.title || source.id)),
      make("p", {}, [source.publisher, source.published].filter(Boolean).join(", ")),
      source.address ? make("p", { class: "address" }, source.address) : null,
      facts(
        [
          "Reliability",
          reliability.grade
            ? `${reliability.grade}, ${LETTERS[reliability.grade] || ""}${reliability.reason ? `: ${reliability.reason}` : ""}`
            : "",
        ],
        ["Relays", relays],
        ["Document", source.document],
        ["Locator", this.locator(finding.locator)],
      ),
    );
  }

  relay(relay) {
    const id = typeof relay === "string" ? relay : relay.id;
    const origin = this.graph.origins.get(id);
    const known = typeof relay === "string" || !relay.known ? "" : ` (${relay.known})`;
    return origin ? `${this.organisation(origin.organisation)}, ${id}${known}` : `${id}${known}`;
  }

  locator(locator) {
    return locator && locator.start !== undefined
      ? `characters ${locator.start} to ${locator.end}, SHA-256 ${String(locator.sha256 || "").slice(0, 16)}…`
      : "";
  }
}
