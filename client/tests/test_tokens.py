"""What is a token, and what does the suffix look like?"""

from __future__ import annotations

import re

import pytest

from anaconda_anon_usage import __version__, tokens
from anaconda_anon_usage.tokens import Token

OFF = f"aau/{__version__}"
C, S, E = (letter * 22 for letter in "CSE")


def test_a_new_value_is_22_characters_of_base64url() -> None:
    """New values keep to the grammar of the wire format, and no two are alike."""
    values = {tokens.generate_value() for _ in range(1000)}
    assert len(values) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", value) for value in values)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ([], ""),
        ([("c", C), ("s", S), ("e", E)], f" c/{C} s/{S} e/{E}"),
        ([("m", "m1"), ("e", E), ("o", "o1"), ("i", "i1"), ("c", C)], f" c/{C} e/{E} i/i1 o/o1 m/m1"),
        ([("o", "b"), ("o", "a"), ("o", "b")], " o/b o/a"),
        ([("c", C), ("c", S)], f" c/{C}"),
        ([("c", "C" * 21)], ""),
        ([("c", "C" * 36)], " c/" + "C" * 36),
        ([("c", "C" * 37)], ""),
        ([("e", E + "\n"), ("s", S)], f" s/{S}"),
        ([("s", "é" * 22)], ""),
        ([("s", f"{S} m/x")], ""),
        ([("o", "")], ""),
        ([("a", C)], ""),
        ([("cs", C), ("", C), ("C", C)], ""),
    ],
)
def test_the_suffix_keeps_to_the_grammar(given: list[tuple[str, str]], sent: str) -> None:
    """Tokens come in their order; what does not hold against the grammar is left out, and breaks nothing."""
    assert tokens.format_suffix(Token(*pair) for pair in given) == OFF + sent


def test_the_suffix_is_at_most_512_bytes() -> None:
    """What would not fit is left out from the end."""
    many = [Token("m", f"{position:036}") for position in range(20)]
    suffix = tokens.format_suffix([*many, Token("c", C)])
    assert suffix.startswith(f"{OFF} c/{C} m/{0:036} m/{1:036}")
    assert 512 - 39 < len(suffix) <= 512


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (f"conda/24.7.1 e/mine aau/1.0 c/{C} s/{S} o/a o/b", "conda/24.7.1 e/mine aau/1.0 c/. s/. o/. o/."),
        ("conda/24.7.1 aau/1.0", "conda/24.7.1 aau/1.0"),
        ("conda/24.7.1 c/other", "conda/24.7.1 c/other"),
    ],
)
def test_values_are_hidden_for_display(sent: str, shown: str) -> None:
    """Each value after ``aau/`` becomes a dot; other products stay as they are."""
    assert tokens.redact(sent) == shown


def test_a_user_agent_is_sent_whole_and_shown_hidden() -> None:
    """What becomes bytes has the values; what becomes a text for people has not."""
    sent, shown = f"conda/24.7.1 aau/1.0 c/{C}", "conda/24.7.1 aau/1.0 c/."
    agent = tokens.UserAgent(sent)
    assert agent == sent
    assert agent.encode("latin-1") == sent.encode()  # as http.client does
    headers = {"User-Agent": agent}
    assert [str(agent), f"{agent:}", repr(agent), str(headers)] == [
        shown,
        shown,
        repr(shown),
        repr({"User-Agent": shown}),
    ]
    assert str(tokens.UserAgent("conda/24.7.1")) == f"{tokens.UserAgent('conda/24.7.1')}" == "conda/24.7.1"
