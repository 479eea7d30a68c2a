"""A report in Chromium: opened from its file, with the network off, under its own policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import tensorboard_cnc
from tensorboard_cnc import cnc_summary
from tensorboard_cnc.reports.report import Request, write_report
from tests.browser.compressed import log_compressed
from tests.browser.evaluated_digits import log_digits
from tests.results.story import log_story
from tests.writer.sensitivity.measured import layered, probe

ATTACK = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'><!--&amp;"
# Names must print; texts need not.
HOSTILE = f"{ATTACK}\u2028"
ROWS = ("harmed slices", "broken", "instances", "forgotten")
PLACES = ("overview", "behaviors", "layers")
# What was asked for and is not inside, and what the policy held back.
LISTEN = """
window.absent = []; window.violated = [];
document.addEventListener("cnc-absent", ({ detail }) => window.absent.push(detail));
document.addEventListener("securitypolicyviolation",
  ({ violatedDirective, blockedURI }) => window.violated.push([violatedDirective, blockedURI]));
"""

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Predictions, weights and texts; weights and activations; predictions and images."""
    root = tmp_path_factory.mktemp("stories")
    log_story(root / "story")
    log_compressed(root / "compressed")
    log_digits(root / "digits")
    return {folder.name: folder for folder in root.iterdir()}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(logs: Path, **given: Any) -> Path:
        path = tmp_path / "a report.html"
        write_report(tensorboard_cnc.read(logs), path, Request(**given))
        return path

    return written


@pytest.fixture
def offline(page: Page) -> Iterator[Page]:
    """A page without a network that must request nothing but the file itself."""
    requested: list[str] = []
    page.context.set_offline(True)
    page.add_init_script(LISTEN)
    page.on("request", lambda request: requested.append(request.url))
    yield page
    assert [url for url in requested if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len({url.partition("#")[0] for url in requested if url.startswith("file:")}) <= 1
    assert page.evaluate("window.violated ?? []") == []


def visit(page: Page, path: Path, **link: str) -> None:
    """Opens the report anew, with these values in its address."""
    values = "".join(f"&p.cnc.{name}={quote(value, safe='')}" for name, value in link.items())
    page.goto("about:blank")
    page.goto(path.as_uri() + (f"#cnc{values}" if values else ""))
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()


def at_rest(page: Page) -> None:
    """Waits until nothing is said to be under way and no answer came for a while."""
    page.wait_for_function(
        """() => new Promise(done => {
          let before = "", still = 0;
          const look = () => {
            const now = document.body.innerText.length + "/" + window.absent.length;
            still = now === before && !document.querySelector("[aria-busy=true]") ? still + 1 : 0;
            before = now;
            still < 40 ? requestAnimationFrame(look) : done(true);
          };
          look();
        })"""
    )


@pytest.mark.parametrize(
    ("logs", "models", "selected"),
    [
        ("story", ("prune-50", "int8", "student"), True),
        ("story", ("int8", "student"), True),
        ("story", ("int8", "student"), False),
        ("story", (), True),
        ("compressed", ("prune-90", "prune-90-int8"), True),
        ("compressed", ("prune-90", "prune-90-int8"), False),
        ("digits", ("prune-50", "prune-90", "prune-90-ft"), True),
    ],
)
def test_the_walk_asks_for_nothing_that_is_not_inside(
    logs: str,
    models: tuple[str, ...],
    selected: bool,
    stories: dict[str, Path],
    write: Write,
    offline: Page,
) -> None:
    path = write(stories[logs], models=models)
    base = tensorboard_cnc.read(stories[logs]).models["dense"].key
    chosen = {} if selected else {"base": base}
    visits = [
        *({"at": place} for place in PLACES),
        *({"at": "behaviors", "br": rows} for rows in ROWS),
        *({"at": "layers", "lv": view} for view in ("sparsity", "activations")),
    ]
    for link in visits:
        visit(offline, path, **chosen, **link)
        at_rest(offline)
        assert offline.evaluate("window.absent") == [], link
    # What is listened for is heard.
    visit(offline, path, at="behaviors", bw='[{"kind":"text","text":"nowhere"}]')
    expect(offline.get_by_text("Not in this report").first).to_be_visible()
    assert offline.evaluate("window.absent")


def test_one_model_of_it_alone_is_inside_too(
    stories: dict[str, Path], write: Write, offline: Page
) -> None:
    models = tensorboard_cnc.read(stories["story"]).models
    path = write(stories["story"], models=("prune-50", "int8", "student"))
    for place in PLACES:
        visit(offline, path, at=place, base=models["dense"].key, sel=models["int8"].key)
        at_rest(offline)
        assert offline.evaluate("window.absent") == []


def test_it_shows_what_was_asked_for(stories: dict[str, Path], write: Write, offline: Page) -> None:
    path = write(stories["digits"], models=("prune-50", "prune-90"), title="Digits, pruned")
    visit(offline, path)
    assert offline.title() == "Digits, pruned"
    chips = offline.get_by_role("group", name="Selected models")
    expect(chips.get_by_text("prune-50")).to_be_visible()
    expect(offline.get_by_text("live", exact=True)).to_have_count(0)
    offline.get_by_role("button", name="report of").click()
    box = offline.get_by_role("dialog", name="About this report")
    expect(box.get_by_role("heading", name="Digits, pruned")).to_be_visible()
    expect(box.get_by_text("4 models with ids, names of runs")).to_be_visible()
    expect(box.get_by_text("images of instances")).to_be_visible()
    visit(offline, path, at="behaviors", br="instances")
    expect(offline.get_by_text("the first 200 are in this report")).to_be_visible()
    image = offline.get_by_role("grid", name="Instances").get_by_role("img").first
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 8


def test_plans_for_any_size_are_inside(tmp_path: Path, write: Write, offline: Page) -> None:
    net, inputs = layered(), probe(64)
    with cnc_summary.model(tmp_path / "dense", "dense") as m:
        m.sensitivity(net, inputs, candidates=["int8", "int4"], score="kl", progress=False)
    with cnc_summary.model(tmp_path / "small", "small", parents="dense"):
        pass
    visit(offline, write(tmp_path, models=("small",)), at="layers", ly="1")
    plan = offline.get_by_role("region", name="Plan")
    plan.get_by_role("slider").press("End")
    expect(plan.locator("pre")).to_contain_text('runs.plan("dense", size=')
    expect(plan).to_contain_text("A report writes no recipes for toolkits")
    expect(plan.get_by_label("Write the plan for").get_by_role("option")).to_have_count(1)
    at_rest(offline)
    assert offline.evaluate("window.absent") == []


def test_what_became_of_a_slice_can_be_opened(
    stories: dict[str, Path], write: Write, offline: Page
) -> None:
    path = write(stories["story"], models=("prune-50", "int8"))
    visit(offline, path, at="behaviors")
    offline.get_by_role("button", name="scan: blurred").first.click()
    expect(offline.get_by_role("grid", name="Instances").get_by_role("row").first).to_be_visible()
    offline.get_by_role("grid", name="Instances").get_by_role("row").first.click()
    expect(offline.get_by_role("complementary").get_by_text("picture").first).to_be_visible()


def test_another_selection_is_said_not_to_be_inside(
    stories: dict[str, Path], write: Write, offline: Page
) -> None:
    models = tensorboard_cnc.read(stories["story"]).models
    path = write(stories["story"], models=("prune-50", "int8"))
    visit(offline, path, at="behaviors", base=models["dense"].key, sel=models["student"].key)
    command = (
        "tensorboard-cnc report DIR --base dense --models prune-50 int8 student -o report.html"
    )
    expect(offline.get_by_text(command)).to_be_visible()
    offline.get_by_role("button", name="Show the report’s models").click()
    expect(offline.get_by_text("Not in this report")).to_have_count(0)
    expect(offline.get_by_role("table", name="Slices")).to_be_visible()


def test_texts_of_attackers_stay_texts(tmp_path: Path, write: Write, offline: Page) -> None:
    logs = log_hostile(tmp_path / "logs")
    path = write(logs, title=HOSTILE)
    assert (
        "<img"
        not in path.read_text().replace("\\u003cimg", "").partition('<script type="module"')[0]
    )
    opened = {"br": "instances", "bi": f"0 {ATTACK}"}
    for place in PLACES:
        for link in ({}, opened):
            visit(offline, path, at=place, **link)
            at_rest(offline)
            assert offline.evaluate("window.pwned === undefined")
            assert (
                offline.evaluate("document.querySelectorAll('img[src=x], img[src=\"x\"]').length")
                == 0
            )
            assert offline.evaluate("window.absent") == []
    expect(offline.get_by_text("</script><script>window.pwned=1").first).to_be_attached()


def test_a_thousand_models_open(tmp_path: Path, write: Write, offline: Page) -> None:
    writer = cnc_summary.metric("accuracy", goal="max"), cnc_summary.metric("size", goal="min")
    for n in range(1000):
        with cnc_summary.model(
            tmp_path / "logs" / f"run-{n % 20}",
            f"model-{n}",
            parents="model-0" if n else (),
            operation=cnc_summary.operation("prune", amount=n / 1000) if n else None,
            metrics=writer,
        ) as m:
            m.metrics({"accuracy": 1 - (n / 1000) ** 2, "size": 1000 - n})
    path = write(tmp_path / "logs")
    assert path.stat().st_size < 2_000_000
    visit(offline, path)
    expect(offline.get_by_text("1,000 models").first).to_be_visible()
    at_rest(offline)
    assert offline.evaluate("window.absent") == []


def log_hostile(folder: Path) -> Path:
    """Two models whose every text is an attack."""
    ids = [f"{n} {ATTACK}" for n in range(60)]
    classes = [f"{name} {ATTACK}" for name in "ab"]
    labels = [classes[n % 2] for n in range(60)]
    cnc_summary.dataset(
        folder / "data",
        ATTACK,
        ids,
        labels=labels,
        texts=[HOSTILE] * 60,
        attributes={ATTACK: [f"{n % 3} {ATTACK}" for n in range(60)]},
    )
    cnc_summary.dataset(folder / "data", f"texts {ATTACK}", ids, targets=[HOSTILE] * 60)
    weights = {f"layer.{ATTACK}": np.ones((4, 4), np.float32)}
    for n, parents in ((0, ()), (1, (f"0 {ATTACK}",))):
        operation = cnc_summary.operation(ATTACK, **{"amount": ATTACK}) if n else None
        with cnc_summary.model(
            folder / f"run {n}",
            f"{n} {ATTACK}",
            parents=parents,
            operation=operation,
            description=HOSTILE,
            checkpoint=HOSTILE,
            metrics=[cnc_summary.metric(ATTACK, goal="max", unit="B")],
        ) as m:
            m.metrics({ATTACK: 0.5 + n / 10})
            answers = [classes[(i + (n and i % 7 == 0)) % 2] for i in range(60)]
            m.predictions(ATTACK, ids, predicted=answers)
            m.predictions(f"texts {ATTACK}", ids, outputs=[f"{n} {HOSTILE}"] * 60)
            m.weights({name: value * (1 - n / 4) for name, value in weights.items()})
    return folder
