// Ways between two parties over the transfers that pass the filters, in the order of the command line: fewest hops,
// then the weakest grade on the way, then the fewest origins of a hop, then the ids of the parties.

const MOST_HOPS = 8;
const WAYS = 5;
const SEARCH_STEPS = 60000;

function onward(graph, transfers) {
  const hops = new Map();
  for (const id of transfers) {
    const transfer = graph.transfers.get(id);
    if (!hops.has(transfer.start)) hops.set(transfer.start, new Map());
    listed(hops.get(transfer.start), transfer.end).push(transfer);
  }
  return hops;
}

function distancesTo(graph, target, transfers) {
  const distances = new Map([[target, 0]]);
  const queue = [target];
  for (let next = 0; next < queue.length; next += 1) {
    for (const transfer of graph.incoming.get(queue[next]) || []) {
      if (!transfers.has(transfer.id) || distances.has(transfer.start)) continue;
      distances.set(transfer.start, distances.get(queue[next]) + 1);
      queue.push(transfer.start);
    }
  }
  return distances;
}

// All ways of just so many hops that visit no party twice, until the budget of steps is spent.
function waysOfLength(hops, distances, from, to, length, budget) {
  const found = [];
  const walk = (way) => {
    const party = way[way.length - 1];
    if (way.length - 1 === length) {
      if (party === to) found.push([...way]);
      return;
    }
    for (const other of (hops.get(party) || new Map()).keys()) {
      budget.steps -= 1;
      if (budget.steps < 0) return;
      if (
        !(distances.get(other) <= length - way.length) ||
        way.includes(other) ||
        (other === to && way.length < length)
      )
        continue;
      way.push(other);
      walk(way);
      way.pop();
    }
  };
  walk([from]);
  return found;
}

function hopsOf(hops, parties) {
  return parties.slice(1).map((end, index) => hops.get(parties[index]).get(end));
}

// No choice of transfers on this way can come before this place in the order.
function bestPlace(hops, parties) {
  const between = hopsOf(hops, parties);
  const rank = Math.max(...between.map((hop) => Math.min(...hop.map((one) => gradeRank(one.grade)))));
  const origins = Math.min(...between.map((hop) => Math.max(...hop.map(originCount))));
  return [rank, -origins, ...parties];
}

function judged(graph, chooser, parties, between) {
  const last = chooser.choose(between);
  const chain = chainOf(last);
  const chosen = chain.map((label) => label.transfer);
  return {
    parties,
    chosen,
    joins: chain.map((label) => label.join),
    parallel: between.map((hop, index) => hop.filter((one) => one !== chosen[index])),
    place: [last.rank, -last.origins, ...parties],
    time: TIME[timeOf(last)],
    custody: CUSTODY[last.custody],
    alternative: last.alternatives > 0,
    grade: weakestGrade(chain.flatMap((label) => label.needed.map((one) => one.grade))),
    origins: last.origins,
    ...diversionOf(chosen),
  };
}

// The worst letter of some grades with their worst number.
function weakestGrade(grades) {
  const worst = (place) => grades.map((grade) => grade[place]).sort().pop();
  return worst(0) + worst(1);
}

function isDiversion(transfer) {
  return transfer.type !== "SUPPLIED" || transfer.authorised === false;
}

// What verdicts and point of diversion do not show of a path, in sentences.
function notesOf(way) {
  const hops = (fits) => way.chosen.map((one, index) => (fits(one, index) ? index + 1 : 0)).filter(Boolean);
  const notes = [];
  if (way.alternative) notes.push("It rests on one of several alternatives that a source states: it is at best possible.");
  const alleged = hops((one) => one.certainty === "alleged" || one.certainty === "denied");
  if (alleged.length) notes.push(`It rests on an allegation (hop ${alleged.join(", ")}): it is at best possible.`);
  for (const id of new Set(way.chosen.map((one) => one.alternative_of).filter(Boolean))) {
    const among = hops((one) => one.alternative_of === id);
    if (among.length > 1)
      notes.push(`Hops ${among.join(" and ")} are alternatives of one statement: one may be all there was.`);
  }
  for (const hop of hops((one, index) => !isDiversion(one) && way.parallel[index].some(isDiversion))) {
    notes.push(`Hop ${hop} has a parallel diversion: the point of diversion may be there.`);
  }
  return notes;
}

// The first hop that is DIVERTED, CAPTURED or not authorised, and the parties before it, lawful as far as known.
function diversionOf(chosen) {
  const point = chosen.findIndex(isDiversion);
  if (point < 0) return { diversion: null, lawful: chosen.map((one) => one.start) };
  const one = chosen[point];
  const acted = one.type !== "CAPTURED" && (one.authorised === false || one.mechanism === "retransfer");
  return { diversion: point, lawful: chosen.slice(0, point + 1 - Number(acted)).map((hop) => hop.start) };
}

// Judge ways in the order of their best places, until no other can come before the last one taken.
function bestOf(graph, chooser, hops, found, wanted) {
  const bounded = found.map((parties) => ({ parties, bound: bestPlace(hops, parties) }));
  bounded.sort((one, other) => compared(one.bound, other.bound));
  const taken = [];
  for (const { parties, bound } of bounded) {
    if (taken.length >= wanted && compared(taken[wanted - 1].place, bound) <= 0) break;
    taken.push(judged(graph, chooser, parties, hopsOf(hops, parties)));
    taken.sort((one, other) => compared(one.place, other.place));
  }
  return taken.slice(0, wanted);
}

function findWays(graph, from, to, transfers, filters) {
  const distances = distancesTo(graph, to, transfers);
  const budget = { steps: SEARCH_STEPS };
  const ways = [];
  if (!distances.has(from)) return { ways, cut: false };
  const hops = onward(graph, transfers);
  const chooser = new Chooser(graph, filters);
  let length = distances.get(from);
  for (; length <= MOST_HOPS && ways.length <= WAYS && budget.steps >= 0; length += 1) {
    const found = waysOfLength(hops, distances, from, to, length, budget);
    ways.push(...bestOf(graph, chooser, hops, found, WAYS + 1 - ways.length));
  }
  return { ways: ways.slice(0, WAYS), cut: ways.length > WAYS || budget.steps < 0 };
}

// A path of the answer, judged as the page judges its own.
function answerWay(graph, path, filters) {
  const transfers = path.map((id) => graph.transfers.get(id)).filter(Boolean);
  if (!transfers.length) return null;
  const parties = [transfers[0].start];
  const hops = [];
  for (const one of transfers) {
    if (one.start === parties[parties.length - 1]) {
      parties.push(one.end);
      hops.push([one]);
    } else if (one.end === parties[parties.length - 1] && one.start === parties[parties.length - 2]) {
      hops[hops.length - 1].push(one);
    } else return null;
  }
  return judged(graph, new Chooser(graph, filters), parties, hops);
}
