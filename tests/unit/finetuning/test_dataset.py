"""What is trained on: folders, lists, buckets, the order of batches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from soracli.errors import UsageError
from soracli.finetuning import dataset
from soracli.finetuning.dataset import Bucket, Item
from soracli.weights import manifest


def picture(path: Path, size: tuple[int, int] = (64, 48)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)).save(path)
    return path


def test_a_folder_with_texts(tmp_path: Path) -> None:
    picture(tmp_path / "b.png")
    picture(tmp_path / "in" / "a.jpg")
    picture(tmp_path / ".hidden" / "c.png")
    (tmp_path / "b.txt").write_text("a zorp\n in the snow ")
    (tmp_path / "notes.md").write_text("-")
    found, passed = dataset.items(str(tmp_path))
    assert [(item.path.name, item.caption) for item in found] == [("b.png", "a zorp in the snow"), ("a.jpg", "")]
    assert passed == 1


def test_a_list_of_curate(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    rows = [
        {"path": "a.png", "first": 2, "end": 9, "kept": True, "caption": "one", "clip": None},
        {"path": "gone.mp4", "kept": False, "reasons": {"unreadable": "-"}},
        {"path": "x.mp4", "first": 0, "end": 9, "kept": True, "caption": "two", "clip": "a.png"},
    ]
    (tmp_path / "curated.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for given in (tmp_path, tmp_path / "curated.jsonl"):
        found, _ = dataset.items(str(given))
        assert found == [Item(tmp_path / "a.png", "one", 2, 9), Item(tmp_path / "a.png", "two")]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"kept": true}', '{"kept": true, "path": "no.mp4", "first": 0, "end": 4}', "[" * 100_000,
     '{"kept": true, "path": "a.png", "first": 1e999, "end": 4}'],
    ids=lambda line: line[:60],
)  # fmt: skip
def test_lists_that_are_none_of_curates(tmp_path: Path, line: str) -> None:
    (tmp_path / "curated.jsonl").write_text(line)
    with pytest.raises(UsageError, match="line 1"):
        dataset.items(str(tmp_path))


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "curated.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(UsageError, match="cannot be read as text"):
        dataset.items(str(tmp_path))


@pytest.mark.parametrize("make", [lambda folder: None, lambda folder: (folder / "a.md").write_text("-")])
def test_folders_with_nothing_to_train_on(tmp_path: Path, make: object) -> None:
    make(tmp_path)  # type: ignore[operator]
    with pytest.raises(UsageError, match="no pictures or clips"):
        dataset.items(str(tmp_path))


@pytest.mark.parametrize(("count", "frames"), [(1, 1), (4, 1), (5, 5), (80, 33), (12, 9)])
def test_lengths_are_those_of_the_grid(count: int, frames: int) -> None:
    assert dataset.bucket(count, 480, 832, manifest.card("wan-t2v-1.3b"), 480 * 832, 33).frames == frames


@pytest.mark.parametrize("shape", [(480, 832), (1080, 1920), (1920, 1080), (97, 2000), (3000, 3000), (10, 10)])
def test_sizes_keep_shape_within_the_area(shape: tuple[int, int]) -> None:
    card = manifest.card("wan-t2v-1.3b")
    found = dataset.bucket(1, *shape, card, 480 * 832, 33)
    assert found.height % (card.stride[1] * card.patch) == 0
    assert found.width % (card.stride[2] * card.patch) == 0
    assert found.height * found.width <= 480 * 832
    if min(shape) > 100:
        assert found.width / found.height == pytest.approx(shape[1] / shape[0], rel=0.1)


def test_the_order_is_of_the_seed_and_has_everything() -> None:
    buckets = [Bucket(1, 32, 32)] * 5 + [Bucket(9, 32, 32)] * 3
    found = dataset.order(buckets, 2, 0, 7)
    assert found == dataset.order(buckets, 2, 0, 7)
    assert found != dataset.order(buckets, 2, 1, 7)
    assert {i for batch in found for i in batch} == set(range(8))
    assert all(len(batch) == 2 and len({buckets[i] for i in batch}) == 1 for batch in found)
    by_step = dataset.Order(buckets, 2, 7)
    assert [by_step(step) for step in range(5)] == found
    assert by_step(5) == dataset.order(buckets, 2, 1, 7)[0]
    assert by_step(1) == found[1], "going back is going to the same"
