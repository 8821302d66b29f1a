"""The comments of a trade register → what they state of an order, by written rules; the rest stays as text.

A comment is a list of parts between semicolons. A part is understood only as a whole: what a rule covers half is left,
and so is what names a party that is no state. A hedge ("probably") is kept: it makes a finding alleged, and no field.
Every rule is a closed list of words, so that a negation or a plan, wherever it stands, leaves the part as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Resolve = Callable[[str], str | None]  # a name → the id of the state, or None

_NAME = r"(?:the )?[A-Z][\w.'-]*(?: [A-Z][\w.'-]*)*"
_NAMES = rf"{_NAME}(?:(?:, | and ){_NAME})*"
_HEDGE = r"(?P<hedge>(?:probably|possibly|reportedly|allegedly) )?"
#: What a free end of a wording (`rest`) must not hold, since it may take back or put off what stands before it.
_UNSURE = re.compile(
    r"\b(?:no|not|never|nor|without|but|if|in case|may|might|could|should|would|will|to be|plan\w*|intend\w*|expect\w*"
    r"|propos\w*|consider\w*|offer\w*|cancel\w*|embargoed|refus\w*|reject\w*|den(?:y|ied|ies)|fail\w*|attempt\w*|claim\w*"
    r"|rumou?r\w*|un(?:certain|clear|confirmed|delivered|known|likely)|probabl[ey]|possibl[ey]|reported\w*|alleged\w*"
    r"|apparently|perhaps|maybe|likely|suspect\w*|pending)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Capture:
    """Items taken by force: from whom, by whom, and to whom the captor passed them, as far as the comment says.

    `to_other` is true where the captor passed them to a party that is no state. `wording` is the part that says so.
    """

    loser: str | None
    captor: str | None
    passed_to: str | None
    alleged: bool
    to_other: bool = False
    wording: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Passing:
    """A passing on by the recipient, to `party`; `diverted` where it was against undertakings or by leaking."""

    party: str
    diverted: bool
    alleged: bool


@dataclass(frozen=True, slots=True)
class Supplier:
    """Another that may be the supplier, through which states and paid by whom.

    `delivering` is true where the comment says only that it delivered, which may mean that it carried for another.
    """

    party: str
    via: tuple[str, ...] = ()
    financed_by: tuple[str, ...] = ()
    delivering: bool = False


@dataclass(slots=True)
class Reading:
    """What a comment states; parties are ids of states.

    `suppliers` are others that may have supplied, `holders` had the items before the supplier, `numbers` may have been
    delivered instead (`number_open`: or more). `transfer_uncertain` is true where it is doubted that anything was
    passed, `own_rebuilt` where the items were the recipient's own before and were rebuilt for it. `capture_open` is
    true where a part speaks of a capture and is not understood. `left` holds the parts kept as text only, `wording`
    those kept beside what they were read as, because they say more.
    """

    recipient: str | None = None
    captures: list[Capture] = field(default_factory=list)
    passings: list[Passing] = field(default_factory=list)
    suppliers: list[Supplier] = field(default_factory=list)
    holders: list[str] = field(default_factory=list)
    via: list[str] = field(default_factory=list)
    financed_by: list[str] = field(default_factory=list)
    mechanism: str | None = None
    authorised: bool | None = None
    supplier_uncertain: bool = False
    designation_uncertain: bool = False
    transfer_uncertain: bool = False
    own_rebuilt: bool = False
    capture_open: bool = False
    numbers: list[float] = field(default_factory=list)
    number_open: bool = False
    wording: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def parts(comment: str) -> Iterator[str]:
    """Yield the parts of a comment between semicolons that stand outside brackets."""
    depth, start = 0, 0
    for sign in _SIGN.finditer(comment):
        if sign[0] == "(":
            depth += 1
        elif sign[0] == ")":
            depth = max(0, depth - 1)
        elif not depth:
            if part := comment[start : sign.start()].strip():
                yield part
            start = sign.end()
    if part := comment[start:].strip():
        yield part


_SIGN = re.compile(r"[();]")


def read(comment: str, resolve: Resolve, recipient: str | None = None) -> Reading:
    """Return what a comment states of an order to `recipient`, an id, with the names of states resolved to ids."""
    reading = Reading(recipient=recipient)
    for part in parts(comment):
        text = part[0].lower() + part[1:]
        for pattern, take in _RULES if _ANY.fullmatch(text) else ():
            match = pattern.fullmatch(text)
            if match and not _UNSURE.search(match.groupdict().get("rest") or "") and take(reading, match, resolve):
                break
        else:
            reading.left.append(part)
            reading.capture_open = reading.capture_open or "captur" in text.lower()
    return reading


def _states(text: str | None, resolve: Resolve) -> list[str] | None:
    """Return the ids of all states that a list of names names; None where one is no state."""
    if not text:
        return []
    whole = resolve(text)
    if whole:
        return [whole]
    found = [resolve(name.removeprefix("the ")) for name in re.split(r", | and | or ", text)]
    return None if None in found else [name for name in found if name]


def _capture(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    loser, captor, passed_to = (resolve(match[name]) if match[name] else None for name in ("loser", "captor", "onward"))
    if (match["loser"] and loser is None) or (match["captor"] and captor is None):
        return False
    to_other = bool(match["onward"]) and passed_to is None
    reading.captures.append(Capture(loser, captor, passed_to, bool(match["hedge"]), to_other, match[0]))
    return True


def _via(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    via, then = _states(match["via"], resolve), _states(match["then"], resolve)
    if via is None or then is None or match["hedge"]:
        return False
    if match[0] != f"{match['verb']} via {match['via']}":
        reading.wording.append(match[0])
    reading.via += via + then
    return True


def _via_and_financed(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    states = _states(match["states"], resolve)
    if states is None or match["hedge"]:
        return False
    reading.financed_by += states
    reading.wording.append(match[0])  # the way of an order need not be that of the goods
    return True


def _financed(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    payers = _states(match["payers"], resolve)
    if payers is None or match["hedge"]:
        return False
    reading.financed_by += payers
    return True


def _delivered_by(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    party, via, payers = resolve(match["by"]), _states(match["via"], resolve), _states(match["payers"], resolve)
    if party is None or via is None or payers is None:
        return False
    reading.suppliers.append(Supplier(party, tuple(via), tuple(payers), delivering=True))
    reading.wording.append(match[0])
    return True


def _other_supplier(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    suppliers = _states(match["suppliers"], resolve)
    if suppliers is None:
        return False
    via = _states(match["via"], resolve) if len(suppliers) == 1 else None  # of several, it is not said whose way it was
    reading.suppliers += [Supplier(party, tuple(via or ())) for party in suppliers]
    if match["more"]:
        reading.wording.append(match[0])
    return True


def _uncertain_supplier(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    reading.supplier_uncertain = True
    return True


def _uncertain_designation(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    reading.designation_uncertain = True
    reading.wording.append(match[0])
    return True


def _uncertain_transfer(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    reading.transfer_uncertain = True
    reading.wording.append(match[0])
    return True


def _rebuilt(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    words = match["own"].split(" ")
    owners = (" ".join(words[:size]) for size in range(1, min(len(words), 4)))
    owned = any(resolve(owner[0].upper() + owner[1:]) == reading.recipient for owner in owners)
    if reading.recipient is None or not owned or _UNSURE.search(match["own"]):
        return False
    if match["doubt"] or match["hedge"]:
        reading.transfer_uncertain = True
    else:
        reading.own_rebuilt = True
    reading.wording.append(match[0] if match["doubt"] else match[0][0].upper() + match[0][1:])
    return True


def _holder(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    holder = resolve(match["holder"])
    if holder is None or match["hedge"]:
        return False
    reading.holders.append(holder)
    return True


def _passing(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    party = resolve(match["party"])
    if party is None:
        return False
    diverted = match["verb"].removeprefix("later ").startswith(("diverted", "leaked", "smuggled", "illegally"))
    reading.passings.append(Passing(party, diverted, bool(match["hedge"])))
    return True


def _illegal(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    if match["to"] and (reading.recipient is None or resolve(match["to"]) != reading.recipient):
        return False
    reading.authorised = False
    reading.wording.append(match[0])
    return True


def _mechanism(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    word = next(name for name, text in match.groupdict().items() if text is not None and name != "rest")
    if reading.mechanism is None:
        reading.mechanism = word
    if len(match[0].split()) > 1:
        reading.wording.append(match[0])
    return True


def _second_hand(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    return True  # the register's column of the status says so


def _number(reading: Reading, match: re.Match[str], resolve: Resolve) -> bool:
    reading.numbers += [float(number) for number in (match["one"], match["other"]) if number]
    reading.number_open = reading.number_open or match["how"] == "over "
    reading.wording.append(match[0])
    return True


_MOVED = "delivered|transferred|shipped|supplied"
_OTHER = r"(?: (?:militias?|rebels?|groups?|forces|army))+"  # after the name of a state: a party that is none
_PASSED = r"(?:given|transferred|sold|delivered|supplied|donated|handed over|passed on)"
_ONWARD = rf"(?: and (?:then |later )?{_PASSED} to (?P<onward>{_NAME}(?:{_OTHER})?))?"
_CAPTURED = (
    rf"{_HEDGE}captured(?: by (?P<captor>{_NAME}))? from (?P<loser>{_NAME}){_ONWARD}",
    rf"{_HEDGE}captured from (?P<loser>{_NAME}) by (?P<captor>{_NAME}){_ONWARD}",
    rf"{_HEDGE}captured by (?P<captor>{_NAME})(?P<loser>){_ONWARD}",
)
_WORDS = r"[\w.,/-]+(?: [\w.,/-]+){0,7}"
_REBUILD = "rebuilt|overhauled|refurbished|upgraded|moderni[sz]ed"
_USE = r"(?:(?:not )?(?:\(all\) |all )?operational|(?:for ){1,2}(?:spares|spare parts) only)"
_DOUBT = rf"(?:possibly|probably|(?:unclear|uncertain) (?:if|whether)) (?:{_USE}(?:, | or )){{0,4}}"
_RULES: tuple[tuple[re.Pattern[str], Callable[[Reading, re.Match[str], Resolve], bool]], ...] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        *(
            (beside.format(wording), _capture)
            for wording in _CAPTURED
            for beside in (r"(?:second-hand )?\({}\)", r"(?:second-hand )?{}")
        ),
        (
            rf"{_HEDGE}(?P<verb>{_MOVED}) via (?P<via>{_NAMES})"
            rf"(?: to hide (?P<rest>[\w ]+)| and assembled (?:from kits )?in (?P<then>{_NAME}))?",
            _via,
        ),
        (rf"{_HEDGE}(?P<verb>{_MOVED}) via and assembled (?:from kits )?in (?P<via>{_NAME})(?P<then>)", _via),
        (rf"{_HEDGE}assembled in (?P<via>{_NAME}) and (?P<verb>{_MOVED}) via (?P<then>{_NAMES})", _via),
        (
            rf"{_HEDGE}(?:bought|ordered|sold) via and (?:financed|paid|funded) by (?P<states>{_NAMES})",
            _via_and_financed,
        ),
        (rf"{_HEDGE}(?:financed|funded|paid)(?: for)? by (?:aid from )?(?P<payers>{_NAMES})(?: aid)?", _financed),
        (
            rf"{_HEDGE}(?:second-hand )?(?:missiles )?delivered by (?P<by>{_NAME})(?: via (?P<via>{_NAMES}))?"
            rf"(?: and (?:financed|paid) by (?P<payers>{_NAMES}))?",
            _delivered_by,
        ),
        (
            rf"supplier (?:could(?: also)? be|may be|probably|possibly) (?P<suppliers>{_NAME}(?: or {_NAME})*)"
            rf"(?P<more> \((?:and delivered via (?P<via>{_NAMES})|(?:probably |possibly )?from {_NAME} production)\))?",
            _other_supplier,
        ),
        (r"supplier uncertain", _uncertain_supplier),
        (r"(?:status|delivery|transfer) (?:uncertain|unclear|unconfirmed|not confirmed)", _uncertain_transfer),
        (r"(?:unclear|uncertain|unknown) (?:if|whether) (?:ever |actually )?delivered", _uncertain_transfer),
        (r"(?:possibly|probably) (?:not|never) delivered", _uncertain_transfer),
        (
            rf"(?P<doubt>{_DOUBT})?(?P<own>\w+(?: [\w./-]+){{1,7}}?) {_HEDGE}(?:{_REBUILD})(?:/(?:{_REBUILD}))*"
            rf"(?P<rest> (?:(?:in)?to|in|by|before) {_WORDS})?",
            _rebuilt,
        ),
        # "reported" is misspelt in places
        (r"designation uncertain(?: \(re\w{2,10} as '[^'()]*'\))?", _uncertain_designation),
        (rf"{_HEDGE}(?:second-hand|surplus) from (?P<holder>{_NAME})", _holder),
        (rf"{_HEDGE}ex-(?P<holder>{_NAME})", _holder),
        (
            rf"{_HEDGE}(?P<verb>(?:later )?(?:diverted|leaked|retransferred|(?:illegally )?re-exported)|passed on"
            r"|later (?:smuggled|illegally transferred|passed(?: on)?|handed over|given|donated))"
            rf" to (?P<party>{_NAME})",
            _passing,
        ),
        (
            rf"illegally delivered(?: to (?P<to>{_NAME})(?: \(officially (?P<rest>[\w ]+)\))?)?",
            _illegal,
        ),
        *(
            (pattern, _mechanism)
            for pattern in (
                r"(?P<aid>(?:'[\w /-]+'(?: \([^()]*\))? )?aid(?: (?:for|against) (?P<rest>[\w -]+))?)",
                r"(?P<gift>gift|donated)",
                r"(?P<lease>(?:\d\S*-year )?leased?(?: until (?P<rest>[\w -]+))?)|(?P<loan>(?:\d\S*-year )?loan)",
                r"(?P<barter>barter(?: deal)?)|(?P<licence>produced under licen[cs]e in (?P<rest>[\w ]+))",
            )
        ),
        (r"second-hand", _second_hand),
        (
            r"(?:no\.|number)(?: delivered)? could be (?P<how>up to |between |over )?"
            r"(?P<one>\d+)(?: and (?P<other>\d+))?",
            _number,
        ),
    )
)
#: One look tells the parts that no rule covers, which are most.
_ANY = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern, _ in _RULES))
