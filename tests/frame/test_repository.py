"""Links of the README, as they are elsewhere."""

from __future__ import annotations

import re

import pytest
import repository

HOME = repository.address()


@pytest.mark.parametrize(
    ("link", "elsewhere"),
    [
        ("[x](docs/logging.md)", f"[x]({HOME}/blob/v1/docs/logging.md)"),
        ("[x](docs/logging.md#limits)", f"[x]({HOME}/blob/v1/docs/logging.md#limits)"),
        ("[x](docs/examples)", f"[x]({HOME}/tree/v1/docs/examples)"),
        ("![x](a.png)", f"![x]({HOME}/raw/v1/a.png)"),
        ("[![x](a.png)](b.md)", f"[![x]({HOME}/raw/v1/a.png)]({HOME}/blob/v1/b.md)"),
        ("[x](https://d3js.org) [y](#y)", "[x](https://d3js.org) [y](#y)"),
    ],
)
def test_links_lead_to_the_tag_and_pictures_to_their_bytes(link: str, elsewhere: str) -> None:
    assert repository.readable_elsewhere(link, "v1") == elsewhere


def test_the_address_is_one_of_a_repository() -> None:
    assert re.fullmatch(r"https://[\w.-]+/[\w.-]+/[\w.-]+", HOME)
