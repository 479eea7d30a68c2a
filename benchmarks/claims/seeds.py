"""Networks that only their seeds tell apart: neither harm nor change may be claimed of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import said
from benchmarks.claims.digit_nets import Images, test_images, trained
from benchmarks.claims.harm import Tally
from benchmarks.claims.lines import NOMINAL, NONE, Line
from benchmarks.claims.trial_log import Routes, TrialLog, key_of, trial_log
from benchmarks.size import Size

# Hidden units, epochs and learning rate of each pool in turn.
_KINDS = ((32, 20, 0.1), (12, 20, 0.05), (64, 6, 0.1))
_BROKEN_CLASS, _BROKEN_SHARE = 3, 0.2
Logits = NDArray[np.float32]


def no_replicates(size: Size, *, scans: bool) -> list[Line]:
    """Every two of ten networks (in the tests four), each as the base of the other."""
    tally, changed = Tally(), 0
    images = _images(scans)
    for nets in _pools(size, size.count(12, 1), size.count(10, 4), images):
        with trial_log() as log:
            _log_images(log, images)
            for at, logits in enumerate(nets):
                _log_net(log, f"net {at}", logits)
            with log.served() as routes:
                for base, other in permutations(range(len(nets)), 2):
                    changed += _ask(routes, f"net {base}", f"net {other}", tally)
    return _lines(f"two digit nets, {_words(scans)}", tally, changed)


def with_replicates(size: Size, *, scans: bool, replicates: int) -> list[Line]:
    """Some of twelve networks are replicates of the base, six are logged as fine-tuned from it."""
    tally, changed = Tally(), 0
    images = _images(scans)
    rng = np.random.default_rng([size.seed, replicates])
    for nets in _pools(size, size.count(10, 1), 24, images):
        for _ in range(size.count(17, 2)):
            some = nets[rng.permutation(len(nets))[: replicates + 7]]
            for harmed, p in _children(images, some, replicates, tally):
                del harmed
                changed += p
    what = f"digit nets, {replicates} replicates of the base, {_words(scans)}"
    return _lines(what, tally, changed)


def broken_class(size: Size) -> list[Line]:
    """With five replicates: 20 % of a class of about 80 break on top."""
    tally, found = Tally(), 0
    images = _images(scans=False)
    rng = np.random.default_rng([size.seed, 3])
    for nets in _pools(size, size.count(6, 1), 24, images):
        for _ in range(size.count(6, 2)):
            some = nets[rng.permutation(len(nets))[:12]]
            unlucky = rng.random(len(images.labels)) < _BROKEN_SHARE
            some[6:, unlucky & (images.labels == _BROKEN_CLASS)] = 9 * np.eye(10)[0]
            for harmed, _ in _children(images, some, 5, tally):
                found += any(r["by"] == "label" and r["level"] == _BROKEN_CLASS for r in harmed)
    what = "digit nets, 5 replicates: 20 points of a class of 80"
    return [Line(what, found, tally.of, None, slices=tally.size())]


def outcomes(size: Size) -> list[Line]:
    """Slices and filters by what the base, or the flip, makes of an instance of two seeds."""
    images = _images(scans=False)
    cells = with_p = sure = better = filtered = asked = hints = 0
    for nets in _pools(size, size.count(3, 1), 10, images):
        with trial_log() as log:
            _log_images(log, images)
            for at, logits in enumerate(nets):
                _log_net(log, f"net {at}", logits)
            with log.served() as routes:
                for pair in [(at, at + 1) for at in range(len(nets) - 1)]:
                    base, other = (f"net {at}" for at in pair)
                    for answer in _by_outcome(routes, base, other):
                        asked += 1
                        hints += bool(answer.get("hint"))
                        p = answer["models"][1]["p"]
                        cells += len(p)
                        told = [each for each in p if each is not None]
                        with_p += len(told)
                        sure += sum(each < 0.05 for each in told)
                    hard: dict[str, Any] = {
                        "kind": "range",
                        "model": key_of(base),
                        "measure": "nll",
                    }
                    hard |= {"form": "value", "low": 0.5, "high": None}
                    query = {"measure": "nll", "filter": [hard]}
                    answer = routes.behaviors("summary", base, [other], **query)
                    filtered += 1
                    better += said.tested(answer["models"][1]["change"])
    return [
        Line("slices by outcome: cells with a p", with_p, cells, NONE, note=f"{sure} below .05"),
        Line("slices by outcome without a hint", asked - hints, asked, NONE),
        Line("filter by the base's loss: changes with a p", better, filtered, NONE),
    ]


def _by_outcome(routes: Routes, base: str, other: str) -> Iterator[Any]:
    for by in ("predicted", "confidence"):
        yield routes.behaviors("slices", base, [other], measure="nll", by=[by])
    flipped = {"kind": "flip", "model": key_of(other), "flip": "changed"}
    yield routes.behaviors("slices", base, [other], measure="nll", by=["label"], filter=[flipped])


def _pools(size: Size, count: int, nets: int, images: Images) -> Iterator[Logits]:
    for pool in range(count):
        rng = np.random.default_rng([size.seed, pool, nets])
        yield trained(rng, nets, *_KINDS[pool % len(_KINDS)], images)


def _images(scans: bool) -> Images:
    return test_images() if scans else test_images().of_scan("clean")


def _words(scans: bool) -> str:
    return "four scans of each image" if scans else "one scan of each image"


def _log_images(log: TrialLog, images: Images) -> None:
    log.dataset(
        "digits",
        len(images.labels),
        labels=images.labels,
        classes=[str(digit) for digit in range(10)],
        attributes=images.attributes,
        groups=images.groups.tolist(),
    )


def _log_net(log: TrialLog, name: str, logits: Logits, **card: Any) -> None:
    with log.model(name, **card) as model:
        model.predictions("digits", np.arange(len(logits)), logits=logits)


def _children(
    images: Images, nets: Logits, replicates: int, tally: Tally
) -> list[tuple[list[Any], bool]]:
    """The slices called harmed, and whether a change is claimed, of each child of the first."""
    names = ["base", *(f"seed {at}" for at in range(1, len(nets)))]
    with trial_log() as log:
        _log_images(log, images)
        for at, (name, logits) in enumerate(zip(names, nets, strict=True)):
            tuned = {"parents": "base", "operation": "fine-tune"}
            card = {} if at == 0 else {"replicate_of": "base"} if at <= replicates else tuned
            _log_net(log, name, logits, **card)
        found: list[tuple[list[Any], bool]] = []
        with log.served() as routes:
            for name in names[replicates + 1 :]:
                harmed: list[Any] = []
                changed = _ask(routes, "base", name, tally, harmed)
                found.append((harmed, changed))
    return found


def _ask(
    routes: Routes, base: str, other: str, tally: Tally, harmed: list[Any] | None = None
) -> bool:
    """Counts the harm claimed of one network; whether a change of accuracy is."""
    answer = routes.behaviors("harmed", base, [other])
    tally.add(answer, [key_of(other)])
    if harmed is not None:
        harmed += said.harmed(answer, "slices")
    summary = routes.behaviors("summary", base, [other], measure="correct")
    return said.changed(summary["models"][1]["change"])


def _lines(what: str, tally: Tally, changed: int) -> list[Line]:
    return [
        *tally.lines(what, ""),
        Line(f"{what}: accuracy", changed, tally.of, NOMINAL, sides=2),
    ]


CASES: dict[str, Callable[[Size], list[Line]]] = {
    "seeds/one-scan": partial(no_replicates, scans=False),
    "seeds/four-scans": partial(no_replicates, scans=True),
    **{
        f"seeds/{count}-replicates": partial(with_replicates, scans=False, replicates=count)
        for count in (2, 5)
    },
    "seeds/5-replicates, four scans": partial(with_replicates, scans=True, replicates=5),
    "seeds/broken-class": broken_class,
    "outcomes": outcomes,
}
