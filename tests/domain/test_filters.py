"""Filter lines: every word of the language, and errors that point at the column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.filter_text import describe, render, why_none
from camtrap_tui.domain.filter_words import ORDERS, STATES, VALUES, WORDS
from camtrap_tui.domain.filters import (
    Changed,
    Chosen,
    Classes,
    Condition,
    Dates,
    Filter,
    Hours,
    Names,
    Said,
    Scores,
    parse_filter,
)
from camtrap_tui.errors import FilterError


def one(text: str) -> Condition:
    (term,) = parse_filter(text, grader="ann").terms
    return term.condition


def test_every_word_of_the_design_is_understood() -> None:
    found = parse_filter(
        'species:"northern raccoon",mallard score:<0.8 camera:UR011 hour:20-5 date:2024-06'
        " state:ungraded has:human order:score"
    )
    assert [term.condition for term in found.terms] == [
        Names("species", ("northern raccoon", "mallard")),
        Scores(high=0.8, high_excluded=True),
        Names("camera", ("ur011",)),
        Hours((0, 1, 2, 3, 4, 5, 20, 21, 22, 23)),
        Dates((("2024-06-01", "2024-06-30"),)),
        Chosen("state", ("ungraded",)),
        Chosen("has", ("human",)),
    ]
    assert found.order == "score"


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ('truth:"red fox",mallard', Names("truth", ("red fox", "mallard"))),
        ("class:mallard>0.3,owl", Classes((("mallard", 0.3), ("owl", 0.0)))),
        ("class:'=red fox'>.5", Classes((("=red fox", 0.5),))),
        ("class:'a>b'", Classes((("a>b", 0.0),))),
        ("grader:Ben", Names("grader", ("ben",))),
        ("name:IMG_00", Names("name", ("IMG_00",))),
        ("holdout:River", Names("holdout", ("river",))),
        ("note:Limping", Names("note", ("Limping",))),
        ("flag:no_time,in_future", Chosen("flag", ("no_time", "in_future"))),
        ("split:Train,val", Chosen("split", ("train", "val"))),
        ("STATE:Mine", Chosen("state", ("mine",))),
        ("changed:1,12", Changed((1, 12))),
        ("was:Mallard", Said(((None, "mallard"),))),
        ("was:12:mallard,=owl", Said(((12, "mallard"), (12, "=owl")))),
        ("was:1:\"red fox\",2:='grey fox'", Said(((1, "red fox"), (2, "=grey fox")))),
        ('was:"1:red fox"', Said(((1, "red fox"),))),
        ("was:owl,3", Said(((None, "owl"), (3, "")))),
    ],
)
def test_further_words(text: str, condition: Condition) -> None:
    assert one(text) == condition


def test_a_minus_in_front_is_not() -> None:
    blank, score = parse_filter("-species:blank -score:<0.5").terms
    assert blank.negated
    assert score.negated
    assert score.condition == Scores(high=0.5, high_excluded=True)
    assert not parse_filter("order:-score").terms


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("species:raccoon -species:mallard camera:1", ""),
        ("-species:raccoon -species:mallard", ""),
        ('hour:3 species:raccoon species:"red fox",x', 'species:raccoon,"red fox" means or'),
        ("hour:3 hour:20-5", "Both hour: must hold; hour:3,20-5 means or."),
    ],
)
def test_a_word_that_stands_twice_may_be_why_nothing_fits(text: str, why: str) -> None:
    said = why_none(parse_filter(text))
    assert why in said
    assert bool(said) == bool(why)


def test_an_empty_line_asks_for_everything_in_order_of_time() -> None:
    assert parse_filter("  ") == Filter()


def test_the_text_is_kept_with_single_spaces_between_words() -> None:
    assert parse_filter('  state:graded   species:"a  b" ').text == 'state:graded species:"a  b"'


@pytest.mark.parametrize(
    ("text", "order", "seed"),
    [
        ("order:random", "random", 1),
        ("order:random:7", "random", 7),
        ("order:least-sure", "score", 1),
        ("order:most-sure", "-score", 1),
        ("order:random:7 order:burst", "burst", 1),
    ],
)
def test_orders(text: str, order: str, seed: int) -> None:
    found = parse_filter(text)
    assert (found.order, found.seed) == (order, seed)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("species:\"l'hoest's monkey\"", ("l'hoest's monkey",)),
        ("species:l'hoest's state:graded", ("l'hoest's",)),
        ('species:="guenther\'s dik-dik"', ("=guenther's dik-dik",)),
        ('species:"=red fox",mallard', ("=red fox", "mallard")),
        ("species:'red fox' state:graded", ("red fox",)),
        ('species:"red fox', ("red fox",)),
        ('species:"gull, herring",owl', ("gull, herring", "owl")),
        ('species:"the ""big"" one"', ('the "big" one',)),
    ],
)
def test_quotes_open_at_the_start_of_a_part(text: str, names: tuple[str, ...]) -> None:
    assert parse_filter(text).terms[0].condition == Names("species", names)


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("score:0.3-0.8", Scores(0.3, 0.8)),
        ("score:>=.5", Scores(0.5)),
        ("score:>.5", Scores(0.5, low_excluded=True)),
        ("score:<=1", Scores(high=1.0)),
    ],
)
def test_scores(text: str, scores: Scores) -> None:
    assert one(text) == scores


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("date:2024", "2024-01-01", "2024-12-31"),
        ("date:2024-02", "2024-02-01", "2024-02-29"),
        ("date:2024-12", "2024-12-01", "2024-12-31"),
        ("date:2024-06-27", "2024-06-27", "2024-06-27"),
        ("date:2024-06-01..2024-07", "2024-06-01", "2024-07-31"),
    ],
)
def test_dates(text: str, first: str, last: str) -> None:
    assert one(text) == Dates(((first, last),))


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("raccoon", 1, "no filter word"),
        ("colour:red", 1, "colour"),
        ("-colour:red", 2, "colour"),
        ("score:<0.8 hour:25", 17, "0 to 23"),
        ("hour:2,25", 8, "hour:25: hours go from 0 to 23"),
        ("score:high", 7, "score"),
        ("score:<2", 7, "between 0 and 1"),
        ("score:<0.2,<0.3", 12, "no commas"),
        ("date:2024-13", 6, "2024-06"),
        ("state:done", 7, "ungraded"),
        ("state:graded,done", 14, "ungraded"),
        ("order:size", 7, "random"),
        ("order:random:x", 7, "a seed is a number"),
        ("-order:score", 1, "order:-score"),
        ("flag:odd", 6, "no_time"),
        ("camera:", 8, "no value"),
        ("camera:UR011,", 14, "a name is missing"),
        ("species:mallard,,raccoon", 17, "a name is missing"),
        ("truth:=", 7, "a name is missing"),
        ("score:0.8-0.3", 7, "the lower one comes first"),
        ("camera:UR011 score:>0.5 score:<=0.5", 31, "no score lies between 0.5 and 0.5"),
        ("state:graded date:2024-06..2024-05", 19, "2024-06-01 is after 2024-05-31"),
        ("date:2024,2024-06-02..2024-06-01", 11, "the earlier date comes first"),
        ("class:>0.3", 7, "class:mallard"),
        ("class:owl>", 7, "class:mallard"),
        ("class:owl>2", 7, "between 0 and 1"),
        ("state:graded @night", 14, "cannot stand here"),
        ("state:graded -@night", 14, "cannot be denied"),
        ("-@:", 1, "cannot be denied"),
        ("changed:1,raccoon", 11, "known by its number"),
        ("was:owl,1:", 9, "was:1:raccoon"),
        ("was:", 5, "no value"),
        ("a@b:x", 1, "no filter word"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, column: int, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text, grader="ann")
    assert f"column {column}:" in str(caught.value)
    assert caught.value.column == column - 1
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


def test_mine_needs_to_know_who_asks() -> None:
    with pytest.raises(FilterError, match="grader:ann"):
        parse_filter("state:mine")
    assert parse_filter("state:mine", grader="ann").grader == "ann"


def test_a_saved_filter_stands_for_its_words() -> None:
    saved = {"night owls": "class:owl hour:20-5 order:score", "mine": "state:marked"}.get
    found = parse_filter('@"night owls"', saved=saved)
    assert found == parse_filter("class:owl hour:20-5 order:score")
    assert (found.name, found.text) == ("night owls", '@"night owls"')
    more = parse_filter("camera:a @mine order:burst", saved=saved)
    assert more == parse_filter("camera:a state:marked order:burst")
    assert more.name == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [(None, "there is no saved filter 'old'"), ("state:done", "choose from"), ("@b", "another")],
)
def test_a_saved_filter_without_meaning_is_a_sentence(words: str | None, says: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter("camera:a @old", saved={"old": words}.get)
    assert caught.value.column == 9
    assert says in str(caught.value)


LETTERS = st.text(st.sampled_from("ab='\",:>-@ .<0189ßÑ\t"), max_size=12)
VALUE = st.one_of(
    LETTERS,
    st.sampled_from([*STATES, *ORDERS, "0.3-0.8", "<0.5", "2024-06", "20-5", "owl>0.3", '"a, b"']),
)
LINES = st.lists(
    st.one_of(
        LETTERS,
        st.builds(
            lambda sign, word, value: f"{sign}{word}:{value}",
            st.sampled_from(["", "-"]),
            st.sampled_from(sorted(WORDS)),
            VALUE,
        ),
    ),
    max_size=5,
).map(" ".join)


def read(line: str) -> Filter | FilterError:
    try:
        return parse_filter(line, grader="ann")
    except FilterError as error:
        return error


@given(LINES)
def test_any_line_is_read_or_pointed_at_and_what_is_read_can_be_written(line: str) -> None:
    found = read(line)
    if isinstance(found, FilterError):
        assert 0 <= found.column <= len(line)
        return
    assert parse_filter(found.text, grader="ann") == found
    again = parse_filter(render(found), grader="ann")
    assert [(t.word, t.condition, t.negated) for t in again.terms] == [
        (t.word, t.condition, t.negated) for t in found.terms
    ]
    assert (again.order, again.seed) == (found.order, found.seed)
    assert bool(describe(found)) == bool(found.terms or found.order != "time")


@pytest.mark.parametrize("word", sorted(VALUES))
def test_every_value_that_is_offered_is_understood(word: str) -> None:
    for value in VALUES[word]:
        parse_filter(f"{word}:{value}", grader="ann")


@pytest.mark.parametrize("word", sorted(WORDS))
def test_the_example_of_a_word_is_understood(word: str) -> None:
    example = WORDS[word][1]
    assert example.startswith(f"{word}:")
    parse_filter(example)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('species:="northern raccoon" order:score', "northern raccoon, least sure first"),
        ("-species:blank,human state:ungraded", "not blank or human, ungraded"),
        ("truth:owl score:<0.5 order:random:7", "agreed owl, score below 0.5, shuffled (7)"),
        ("has:human hour:20-5 date:2024-06", "with human, 20-5 o'clock, 2024-06"),
        ("class:owl>0.3 state:mine", "classed owl above 0.3, graded by you"),
        ("state:conflict order:disagreement", "in conflict, disagreements first"),
    ],
)
def test_a_filter_is_told_in_words(text: str, words: str) -> None:
    assert describe(parse_filter(text, grader="ann")) == words
