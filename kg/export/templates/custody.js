// The choice of one transfer, and one item of it, for every hop of a path, and the verdicts on time and custody that
// follow. Rules and order are those of kg/analysis/custody.py, so that the page and the command line say the same.

const CUSTODY = ["stated", "compatible", "impossible"];
const TIME = ["certain", "possible", "impossible"];

function compared(one, other) {
  for (let place = 0; place < one.length; place += 1) {
    if (one[place] < other[place]) return -1;
    if (one[place] > other[place]) return 1;
  }
  return 0;
}

function broaderItems(graph) {
  const broader = new Map();
  for (const id of graph.items.keys()) {
    const seen = new Set([id]);
    for (const item of seen) for (const above of (graph.items.get(item) || {}).kind_of || []) seen.add(above);
    broader.set(id, seen);
  }
  return broader;
}

function gradeRank(grade) {
  return "ABCDEF".indexOf(grade[0]) * 6 + "123456".indexOf(grade[1]);
}

class Chooser {
  constructor(graph, filters) {
    this.broader = broaderItems(graph);
    this.matching = filters.item ? itemFamily(graph, filters.item) : null;
    this.made = new Map();
    for (const one of ordered(graph.possessions.values(), (made) => made.id)) {
      const counts = one.type === "MANUFACTURED" && (one.inputs || []).length && hasEvidence(one, filters);
      if (counts) listed(this.made, one.start).push(one);
    }
  }

  choose(hops) {
    let labels = hops[0].flatMap((one) => this.items(one).map((item) => labelOf(null, one, item, item, null)));
    for (const hop of hops.slice(1)) {
      const grown = labels.flatMap((label) =>
        hop.flatMap((one) => this.joins(label, one).map((join) => labelOf(label, one, join.item, join.carried, join))),
      );
      labels = undominated(grown);
    }
    return labels.reduce((best, label) => (compared(preference(label), preference(best)) < 0 ? label : best));
  }

  items(transfer) {
    const fitting = [...new Set(transfer.items.filter((item) => !this.matching || this.matching.has(item)))].sort();
    return fitting.length ? fitting : [null];
  }

  joins(label, leaving) {
    const linked = (leaving.continues || []).some((finding) => label.transfer.findings.includes(finding));
    let fitting = this.fitting(label.carried, leaving);
    // A link says that the very items went on: those that both transfers name, where they name any that fit.
    if (linked && !fitting.length && !this.shareItems(label.transfer, leaving))
      fitting = this.items(leaving).map((item) => ({ item, carried: item }));
    const custody = linked ? 0 : 1;
    const found = fitting.map(({ made, basis, ...join }) =>
      linked ? { ...join, custody, basis: "continues" } : { ...join, custody, basis, made },
    );
    const [item] = this.items(leaving);
    return found.length ? found : [{ custody: 2, basis: "none", item, carried: item }];
  }

  fitting(carried, leaving) {
    const joins = [];
    for (const item of this.items(leaving)) {
      if (carried === null || item === null) joins.push({ basis: "item not stated", item, carried: item || carried });
      else if (this.related(carried, item)) {
        joins.push({ basis: item === carried ? "same item" : "kind of", item, carried: this.narrower(item, carried) });
      }
      for (const made of this.made.get(leaving.start) || []) {
        const arrives = carried !== null && made.inputs.some((input) => this.related(carried, input));
        if (!arrives || (item !== null && !this.related(made.end, item))) continue;
        const product = item === null ? made.end : this.narrower(made.end, item);
        joins.push({ basis: "manufactured", item, carried: product, made });
      }
    }
    return joins;
  }

  above(item) {
    return this.broader.get(item) || new Set([item]);
  }

  shareItems(one, other) {
    return one.items.some((first) => other.items.some((second) => this.related(first, second)));
  }

  related(first, second) {
    return this.above(first).has(second) || this.above(second).has(first);
  }

  narrower(first, second) {
    return this.above(first).has(second) ? first : second;
  }
}

function hasEvidence(relation, filters) {
  return meetsFloor(relation.grade, filters.letter, filters.number) && originCount(relation) >= filters.origins;
}

const BEGINNING = {
  custody: 0,
  uncertain: false,
  late: false,
  alternatives: 0,
  rank: 0,
  origins: Infinity,
  reached: "",
  ids: [],
};

function labelOf(previous, transfer, item, carried, join) {
  const before = previous || BEGINNING;
  const needed = join && join.made ? [join.made, transfer] : [transfer];
  let { uncertain, late, reached } = before;
  let last = previous && previous.transfer;
  for (const step of needed) {
    if (last) uncertain = uncertain || !surelyAfter(last, step);
    if ((step.earliest || "") > reached) reached = step.earliest;
    late = late || Boolean(step.latest && reached > step.latest);
    last = step;
  }
  return {
    previous,
    transfer,
    item,
    carried,
    join,
    reached,
    custody: Math.max(join ? join.custody : 0, before.custody),
    uncertain,
    late,
    alternatives: before.alternatives + needed.filter((one) => one.alternative_of).length,
    needed,
    rank: Math.max(...needed.map((one) => gradeRank(one.grade)), before.rank),
    origins: Math.min(...needed.map(originCount), before.origins),
    ids: [...before.ids, transfer.id],
  };
}

function surelyAfter(first, second) {
  return Boolean(first.latest && second.earliest && first.latest <= second.earliest);
}

function timeOf(label) {
  return label.late ? 2 : label.uncertain || label.alternatives ? 1 : 0;
}

function preference(label) {
  const misfit = label.late || label.custody === 2;
  const needless = misfit ? 0 : label.alternatives;
  const verdicts = [misfit, needless, label.custody, timeOf(label), label.alternatives];
  return [...verdicts, label.rank, -label.origins, ...label.ids];
}

function meritsOf(label) {
  const latest = label.uncertain ? "" : label.transfer.latest || "9999-12-31";
  const times = 2 * label.late + label.uncertain;
  return [
    label.custody,
    times,
    label.alternatives,
    label.rank,
    -label.origins,
    label.late ? "" : label.reached,
    latest,
  ];
}

// Of choices that end alike, one that is worse in no respect replaces the others.
function undominated(labels) {
  const kept = new Map();
  const merited = labels.map((label) => ({ label, merits: meritsOf(label) }));
  merited.sort((one, other) => compared([...one.merits, ...one.label.ids], [...other.merits, ...other.label.ids]));
  for (const entry of merited) {
    const group = listed(kept, `${entry.label.carried}\u0000${entry.label.transfer.findings.join("\u0000")}`);
    const beaten = group.some((other) => other.merits.every((merit, place) => merit <= entry.merits[place]));
    if (!beaten) group.push(entry);
  }
  return [...kept.values()].flat().map((entry) => entry.label);
}

function chainOf(label) {
  return label ? [...chainOf(label.previous), label] : [];
}
