"""Sound of results: in step through extension, loops, blends and slow motion; music under it, as loud as R128 says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.media import Audio, Writer, eased, looped
from soracli.media.audio import EASE
from soracli.media.mix import LOUD, UNDER, fitted, laid_under, levelled, loudness
from soracli.media.tempo import slowed

RATE = 48000


def tone(seconds: float, level: float = 0.1, pitch: float = 440, channels: int = 1) -> Audio:
    wave = 32767 * level * np.sin(2 * np.pi * pitch * np.arange(round(seconds * RATE)) / RATE)
    return Audio(np.repeat(wave.astype(np.int16)[:, None], channels, axis=1), RATE)


def clicks(seconds: float, *times: float) -> Audio:
    """Silence with short bursts that begin at those times."""
    samples = np.zeros((round(seconds * RATE), 1), np.int16)
    burst = (20000 * np.sin(2 * np.pi * 2000 * np.arange(480) / RATE)).astype(np.int16)
    for time in times:
        samples[round(time * RATE) : round(time * RATE) + 480, 0] = burst
    return Audio(samples, RATE)


def onset(audio: Audio, after: float = 0.0) -> float:
    """Seconds of the first loud sample after a time."""
    start = round(after * audio.rate)
    return (start + int(np.argmax(np.abs(audio.samples[start:, 0]) > 4000))) / audio.rate


def steepest(audio: Audio) -> int:
    """The largest step from one sample to the next."""
    return int(np.abs(np.diff(audio.samples[:, 0].astype(int))).max())


def test_a_sound_dies_away_into_time_that_is_added() -> None:
    sound = tone(1)
    whole = eased(sound, Fraction(1, 2), Fraction(3))
    assert whole.seconds == Fraction(9, 2)
    np.testing.assert_array_equal(whole.samples[RATE // 2 : RATE // 2 + RATE], sound.samples)
    assert not whole.samples[: round((0.5 - EASE) * RATE)].any()
    assert not whole.samples[round((1.5 + EASE) * RATE) :].any()
    assert steepest(whole) <= 1.05 * steepest(sound)


def test_a_loop_may_start_over_without_a_step() -> None:
    sound = Audio(tone(1.003).samples, RATE)
    whole = looped(sound, Fraction(1))
    assert whole.seconds == sound.seconds + 1
    np.testing.assert_array_equal(whole.samples[: len(sound.samples)], sound.samples)
    twice = Audio(np.concatenate([whole.samples, whole.samples]), RATE)
    assert steepest(twice) <= 1.05 * steepest(sound)


@pytest.mark.parametrize("times", [2, 3, 8])
def test_slow_motion_keeps_events_under_their_pictures(times: int) -> None:
    slow = slowed(clicks(2, 0.5, 1.5), times)
    assert slow.seconds == 2 * times
    assert onset(slow) == pytest.approx(0.5 * times, abs=0.02 * times)
    assert onset(slow, times) == pytest.approx(1.5 * times, abs=0.02 * times)


@pytest.mark.parametrize(("seconds", "level"), [(0.3, 0.02), (4, 0.02), (4, 0.5)])
def test_loudness_is_brought_to_the_target(seconds: float, level: float) -> None:
    assert loudness(levelled(tone(seconds, level, 997, 2), LOUD)) == pytest.approx(LOUD, abs=0.2)


def test_the_reference_tone_of_r128_measures_what_the_standard_says() -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    assert loudness(tone(20, 10 ** (-23 / 20), 1000, 2)) == pytest.approx(-23, abs=0.1)


def test_peaks_stay_below_the_limit() -> None:
    sound = tone(4, 0.01)
    sound.samples[RATE * 2 : RATE * 2 + 200] *= 80
    loud = levelled(sound, LOUD)
    assert np.abs(loud.samples).max() <= 32767 * 10 ** (-0.9 / 20)


@pytest.mark.parametrize("seconds", [Fraction(1), Fraction(13, 3), Fraction(20)])
def test_music_is_fitted_to_the_length(seconds: Fraction) -> None:
    whole = fitted(tone(5), seconds)
    assert len(whole.samples) == round(seconds * RATE)
    power = np.sqrt(
        (whole.samples[:, 0].astype(float) ** 2)[: len(whole.samples) // 480 * 480].reshape(-1, 480).mean(1)
    )
    assert power[0] < 0.1 * power.max() > power[-1]  # faded in and out
    inner = power[len(power) // 4 + 1 : -len(power) // 4 - 1]
    assert inner.min() > 0.3 * inner.max()  # no hole where it begins again


def test_music_lies_below_the_clips_own_sound() -> None:
    own, seconds = tone(6, 0.1, 997), Fraction(6)
    mixed = laid_under(own, tone(10, 0.5, 300), seconds)
    music = Audio((mixed.samples.astype(int) - own.samples).astype(np.int16), RATE)
    assert loudness(music) == pytest.approx(loudness(own) - UNDER, abs=0.3)
    alone = laid_under(None, tone(10, 0.5, 300), seconds)
    assert loudness(alone) == pytest.approx(LOUD, abs=0.2)
    silent = laid_under(Audio(np.zeros((6 * RATE, 1), np.int16), RATE), tone(10, 0.5, 300), seconds)
    assert loudness(silent) == pytest.approx(LOUD, abs=0.2)


# --- through the verbs ------------------------------------------------------------------------------------------------


TINY = ("-m", "tiny", "--seed", "1", "--steps", "1")


@pytest.fixture
def film(tmp_path: Path) -> str:
    """2 s of 64x64 at 16 fps, with clicks at 0.5 and 1.5 s."""
    path = tmp_path / "film.mp4"
    frames = np.random.default_rng(0).integers(90, 160, (32, 64, 64, 3), np.uint8)
    with Writer(path, 64, 64, Fraction(16), audio=clicks(2, 0.5, 1.5)) as writer:
        writer.add(frames)
    return str(path)


def heard(sora: Sora, *arguments: str) -> Audio:
    """The sound of what a verb makes."""
    made = sora(*arguments, "-q", "-f", "-o", "out.mp4")
    assert made.code == 0, made.err
    source = media.read_source("out.mp4")
    assert source.audio is not None
    assert source.audio.seconds == pytest.approx(source.clip.seconds, abs=0.01)
    return source.audio


@pytest.mark.parametrize(("way", "late"), [("--forward", 0), ("--backward", 0.5), ("--both", 0.5), ("--loop", 0)])
def test_sound_stays_under_its_pictures_when_a_clip_grows(sora: Sora, film: str, way: str, late: float) -> None:
    sound = heard(sora, "extend", film, way, "--by", "0.5s", *TINY)
    assert onset(sound) == pytest.approx(0.5 + late, abs=0.01)
    assert onset(sound, 1 + late) == pytest.approx(1.5 + late, abs=0.01)


def test_sound_stays_under_its_pictures_when_clips_are_joined(sora: Sora, film: str) -> None:
    sound = heard(sora, "blend", film, film, "--by", "0.5s", *TINY)
    for time in (0.5, 1.5, 3.0, 4.0):
        assert onset(sound, time - 0.3) == pytest.approx(time, abs=0.01)


def test_music_is_laid_under_a_result_and_its_own_sound_left_out(sora: Sora, film: str, tmp_path: Path) -> None:
    music = tmp_path / "music.m4a.mp4"
    with Writer(music, 64, 64, Fraction(8), audio=tone(1, 0.5, 300)) as writer:
        writer.add(np.zeros((8, 64, 64, 3), np.uint8))
    sound = heard(sora, "enhance", film, "--scale", "1", "--slow", "2", "--audio", str(music), "--no-audio")
    assert loudness(sound) == pytest.approx(LOUD, abs=1)
    sound = heard(sora, "generate", "a dog", "-d", "2s", "--audio", str(music), *TINY)
    assert loudness(sound) == pytest.approx(LOUD, abs=1)
    assert media.info("out.mp4").recipe["inputs"][0]["name"] == music.name  # type: ignore[index]
    assert sora("replay", "out.mp4", "--check").code == 0
    assert sora("edit", film, "a cat", "--no-audio", *TINY, "-q", "-o", "mute.mp4").code == 0
    assert media.read_source("mute.mp4").audio is None


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("image", "a dog", "--audio", "film.mp4"), 2, "a picture has no sound"),
        (("generate", "a dog", "--audio", "film.mp4", "--format", "gif"), 2, "holds no sound"),
        (("generate", "a dog", "--audio", "none.wav"), 3, "no such file"),
        (("generate", "a dog", "--audio", "mute.mp4"), 3, "has no sound"),
        (("generate", "a dog", "--audio", "text.wav"), 3, "text.wav"),
    ],
)
def test_what_cannot_be_heard_is_refused(
    sora: Sora, film: str, arguments: tuple[str, ...], code: int, why: str
) -> None:
    with Writer("mute.mp4", 64, 64, Fraction(8)) as writer:
        writer.add(np.zeros((8, 64, 64, 3), np.uint8))
    Path("text.wav").write_text("not a sound")
    refused = sora(*arguments, *TINY)
    assert refused.code == code
    assert refused.err.startswith("sora: error: ")
    assert why in refused.err
    assert not list(Path().glob("a-dog*"))


def test_what_a_format_or_a_model_cannot_hold_is_told(sora: Sora) -> None:
    """Sound, an odd side and a rate of a source, where nobody asked for other ones."""
    tone = media.Audio((9000 * np.sin(np.arange(16000) / 9)).astype(np.int16)[:, None], 16000)
    frames = np.random.default_rng(0).integers(90, 160, (1, 64, 64, 3), np.uint8).repeat(16, 0)
    with media.Writer("a.mp4", 64, 64, Fraction(100), audio=tone) as writer:
        writer.add(frames)
    with media.Writer("odd.webp", 63, 61, Fraction(16)) as writer:
        writer.add(np.stack([np.roll(frames[0, :61, :63], t, 1) for t in range(16)]))
    lost, rate = "holds no sound; that of the source is left out", "100 frames a second become 60"
    odd = "becomes 62x60: sides are even here, and the pixel too many is cut off"
    tiny = ("-m", "tiny", "--dry-run")
    for words in (("extend", "a.mp4", "--by", "4f", *tiny), ("edit", "a.mp4", "make it snow", "--dry-run"),
                  ("enhance", "a.mp4", "--scale", "2", "--dry-run")):  # fmt: skip
        assert f"gif {lost}" in sora(*words, "--fps", "10", "-o", "o.gif").err, words
        assert lost not in sora(*words, "-o", "o.mp4").err
        assert lost not in sora(*words, "--fps", "10", "-o", "o.gif", "--no-audio").err
    assert rate in sora("extend", "a.mp4", "--by", "4f", *tiny).err
    assert rate not in sora("extend", "a.mp4", "--by", "4f", "--fps", "60", *tiny).err
    for words in (("extend", "odd.webp", "--by", "4f", *tiny), ("edit", "odd.webp", "make it snow", "--dry-run")):
        assert f"63x61 {odd}" in sora(*words, "-o", "o.mp4").err, words
    assert "cut off" in sora("enhance", "odd.webp", "--scale", "1", "--fps", "32", "--dry-run").err
    assert "cut off" not in sora("enhance", "odd.webp", "--scale", "2", "--dry-run").err
    assert "cut off" not in sora("extend", "a.mp4", "--by", "4f", *tiny).err


def test_pictures_of_every_kind_have_no_sound(sora: Sora) -> None:
    """They are not called damaged for it."""
    pictures = [Image.fromarray(np.full((64, 64, 3), 20 * i, np.uint8)) for i in range(3)]
    for name in ("a.png", "b.webp", "c.gif", "d.jpg"):
        pictures[0].save(name, save_all=name[0] in "bc", append_images=pictures[1:])
        ran = sora("generate", "a dog", "-m", "tiny", "--audio", name, "--dry-run")
        assert (ran.code, ran.err) == (3, f"sora: error: {name}: has no sound; give a file that has\n")
