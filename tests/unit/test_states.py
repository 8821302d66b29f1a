"""The table of states from 1945: names at a date give a state, or say between which they leave the choice."""

import csv
from importlib.resources import files

import pytest

from kg import dates, names
from kg.errors import UnknownNameError

FORMER = (
    "AIDJ ANHH BQAQ BUMM BYAA CSHH CSXX CTKI DDDE DYBJ FQHH FXFR GEHH HVBF JTUM MIUM NHVU NQAQ NTHH PCHH PUUM PZPA "
    "RHZW SKIN SUHH TPTL VDVN WKUM YDYE YUCS ZRCD"
)


def test_the_table_is_sound():
    table = names.states()
    for state in table.values():
        first = dates.bounds(state.valid_from).earliest if state.valid_from else "0001-01-01"
        last = dates.bounds(state.valid_to).latest if state.valid_to else "9999-12-31"
        assert first <= last, state
        assert set(state.successors) <= set(table) - {state.id}
        assert not state.successors or state.valid_to, state
        assert len({names.clean(name) for name in (state.name, *state.aliases)}) == 1 + len(state.aliases), state


def test_successors_stand_when_their_predecessor_ends():
    table = names.states()
    for state in table.values():
        for successor in state.successors:
            ends = int(state.valid_to[:4])
            assert table[successor].stands_in(dates.Interval(f"{ends}-01-01", f"{ends + 3}-12-31")) or (
                state.id in ("country:RNF", "country:ANT", "country:PCI", "country:GEL", "country:CTE")
            ), (state.id, successor)


def test_codes_are_of_one_state_each():
    table = names.states().values()
    for field in ("iso3166_1", "iso3166_3"):
        codes = [getattr(state, field) for state in table if getattr(state, field)]
        assert len(codes) == len(set(codes))
    assert " ".join(sorted(state.iso3166_3 for state in table if state.iso3166_3)) == FORMER


def test_no_two_states_of_one_number_stand_at_one_time():
    for field in ("cow", "gw"):
        by_number: dict[str, list[names.State]] = {}
        for state in names.states().values():
            if number := getattr(state, field):
                by_number.setdefault(number, []).append(state)
        for number, sharing in by_number.items():
            for year in range(1946, 2025):
                standing = [one for one in sharing if one.stands_in(dates.parse(f"{year}-06-30"))]
                assert len(standing) <= 1, (field, number, year)


def test_the_codes_agree_with_the_published_list(pytestconfig):
    path = pytestconfig.rootpath.parent / "shared" / "data" / "countries" / "country-codes.csv"
    if not path.is_file():
        pytest.skip(f"the list of codes is not at {path}")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert names.state_coded(row["ISO3166-1-Alpha-2"]) == f"country:{row['ISO3166-1-Alpha-3']}"


@pytest.mark.parametrize(
    ("name", "date", "found"),
    [
        ("Yemen", "2001", "country:YEM"),
        ("Russia (Soviet Union)", "1975", "country:SUN"),
        ("Russia (Soviet Union)", "2011", "country:RUS"),
        ("Serbia (Yugoslavia)", "1985", "country:YUG"),
        ("Serbia (Yugoslavia)", "1999", "country:SCG"),
        ("Serbia (Yugoslavia)", "2015", "country:SRB"),
        ("Yugoslavia", "1985", "country:YUG"),
        ("Yugoslavia", "1999", "country:SCG"),
        ("Türkiye", "2017", "country:TUR"),
        ("TURKIYE", None, "country:TUR"),
        ("Cote d'Ivoire", None, "country:CIV"),
        ("Upper Volta", "1970", "country:BFA"),
        ("Zaire", "1980", "country:COD"),
        ("East Germany (GDR)", "1980/1985", "country:DDR"),
        ("West Germany", "1960", "country:DEU"),
        ("Germany", "1995", "country:DEU"),
        ("Czechoslovakia", "1992", "country:CSK"),
        ("Czech Republic", "1993", "country:CZE"),
        ("United Arab Republic", "1960", "country:UAR"),
        ("South Yemen", "1980", "country:YMD"),
        ("North Yemen", "1980", "country:YAR"),
        ("Aden", "1962", "country:south-arabia"),
        ("Republic of Vietnam", "1970", "country:RVN"),
        ("Zanzibar", "1964", "country:EAZ"),
        ("Rhodesia", "1970", "country:ZWE"),
        ("Somaliland", "2010", "country:somaliland"),
        ("Saar", "1950", "country:saar"),
        ("Sikkim", "1960", "country:SKM"),
        ("Northern Cyprus", "2000", "country:northern-cyprus"),
        ("North Macedonia", "2020", "country:MKD"),
        ("Swaziland", "2000", "country:SWZ"),
    ],
)
def test_a_name_and_a_date_give_a_state(name, date, found):
    assert names.state_at(name, date) == found


@pytest.mark.parametrize(
    ("name", "date", "said"),
    [
        ("Congo", None, ("ambiguous", "country:COD", "country:COG")),
        ("Korea", "1999", ("ambiguous", "country:PRK", "country:KOR")),
        ("Yemen", "1985", ("ambiguous", "country:YAR", "country:YMD")),
        ("Yemen", "1990", ("ambiguous", "country:YAR", "country:YEM", "country:YMD")),
        ("Kurdistan", None, ("ambiguous", "country:IRQ", "country:TUR", "no state")),
        ("Vietnam", "1968", ("no state was called", "country:RVN", "country:VDR")),
        ("Serbia", "1995", ("no state was called", "country:SCG")),
        ("Yugoslavia", "2005", ("no state was called", "country:SCG")),
        ("Yugoslavia", "1992", ("ambiguous", "country:SCG", "country:YUG")),
        ("Soviet Union", "2000", ("no state was called", "then there was", "country:RUS")),
        ("Montenegro", "1980", ("no state was called", "then there was Yugoslavia (country:YUG)")),
        ("Ukraine", "1970", ("no state was called", "country:SUN")),
        ("South Sudan", "2005", ("no state was called", "country:SSD")),
        ("Narnia", None, ("no state",)),
        ("Irak", None, ("Did you mean", "country:IRQ")),
    ],
)
def test_what_a_name_leaves_open_is_said_and_not_settled(name, date, said):
    with pytest.raises(UnknownNameError) as error:
        names.state_at(name, date)
    assert all(part in str(error.value) for part in said)


def test_codes_and_numbers():
    assert names.state_coded("NA") == names.state_coded("na") == "country:NAM"
    assert names.state_coded("YUCS") == "country:YUG"
    assert names.state_coded("365", "gw", "1985") == "country:SUN"
    assert names.state_coded("365", "gw", "2011") == "country:RUS"
    assert names.state_coded("255", "cow") == names.state_coded("260", "gw") == "country:DEU"
    for code, scheme in (("ZZ", "iso"), ("", "iso"), ("365", "gw"), ("1", "cow")):
        with pytest.raises(UnknownNameError):
            names.state_coded(code, scheme)
    assert names.state_coded("260", "cow") == names.state_coded("260", "cow", "1970") == "country:DEU"
    assert names.state_coded("255", "cow", "2000") == names.state_coded("255", "cow", "1944") == "country:DEU"
    for number, date in (("255", "1970"), ("260", "1995")):
        with pytest.raises(UnknownNameError):
            names.state_coded(number, "cow", date)
    with pytest.raises(ValueError, match="an interval with a beginning or an end"):
        names.state_at("Yemen", "../..")


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("YU YUG YUCS", "YUG"), ("SU SUN", "SUN"), ("DD DDR", "DDR"), ("BU BUR", "MMR"), ("ZR ZAR", "COD"),
        ("TP TMP", "TLS"), ("AN ANT", "ANT"), ("RH RHO", "ZWE"), ("DY DHY", "BEN"), ("HV HVO", "BFA"),
        ("FX FXX", "FRA"), ("AFI", "DJI"), ("BYS", "BLR"), ("NH NHB", "VUT"), ("SK", "SVK"), ("GE", "GEO"),
    ],
)  # fmt: skip
def test_codes_that_were_withdrawn_are_understood_where_none_has_them_now(codes, found):
    assert {names.state_coded(code) for code in codes.split()} == {f"country:{found}"}


def test_codes_that_states_had_in_turn_need_the_date():
    with pytest.raises(UnknownNameError, match=r"country:CSK.*country:SCG"):
        names.state_coded("CS")
    dated = {("CS", "1985"): "CSK", ("CS", "2004"): "SCG", ("YU", "2000"): "SCG", ("YUG", "2000"): "SCG",
             ("SK", "1970"): "SKM", ("SK", "1995"): "SVK"}  # fmt: skip
    assert {key: names.state_coded(key[0], "iso", key[1]) for key in dated} == {
        key: f"country:{state}" for key, state in dated.items()
    }


def test_tables_that_name_states_name_those_of_the_table():
    table = names.states()
    for name, column in (("regions.csv", "states"), ("adjectives.csv", "state"), ("register-names.csv", "party")):
        for row in csv.DictReader(files("kg.data").joinpath(name).read_text(encoding="utf-8").splitlines()):
            assert set(row[column].split("|")) <= set(table), (name, row)


def test_a_state_with_an_article_in_its_name_is_known_with_it():
    for name, identifier in (("The Netherlands", "NLD"), ("The Gambia", "GMB"), ("The Bahamas", "BHS")):
        assert names.state_at(name, "2010") == f"country:{identifier}"
