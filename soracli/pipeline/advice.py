"""What the user should know once the model is there: what of a prompt it does not read, how far it knows a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soracli.sampling.model import Model
    from soracli.types import Canvas, Geometry

FAR = 1.5  # times as much structure as in clips of its own, beside their shades, from which a source is unlike them:
# spark's clips in eight places and styles have 0.6 to 1.5, eleven of twelve films and photographs more
LOOKED = 3  # latent frames of a source that are measured


def on_prompt(model: Model, prompt: str) -> list[str]:
    """A note of how much of a long prompt is cut off."""
    encoder = getattr(model, "text", None)
    if encoder is None or not (dropped := encoder.tokens([prompt])[2][0]):
        return []
    return [f"the prompt is too long for {model.card.name}: its last {dropped} word pieces are not read."]


def on_source(model: Model, canvas: Canvas, geometry: Geometry, device: str) -> list[str]:
    """A note of how far what is given lies from what a model was trained on, if its card says what that is like."""
    trained = model.card.params.get("spectrum")
    if trained is None or (far := distance(model, canvas, geometry, device, trained)) is None or far <= FAR:
        return []
    return [
        f"what is given is unlike all that {model.card.name} was trained on ({far:.1f} times as much structure beside "
        f"its shades; its own clips have 0.6 to {FAR:g}): what it paints may not fit, and is withheld if it shows."
    ]


def distance(
    model: Model, canvas: Canvas, geometry: Geometry, device: str, trained: tuple[float, float]
) -> float | None:
    """Rms of the second four latent channels over that of the first four, as a multiple of the same in training; None
    if nothing is given. trained: both, in training.
    """
    import torch

    from soracli.sampling import temporal_filter
    from soracli.sampling.pixels import to_model

    given = [number for number, mask in enumerate(canvas.mask) if canvas.strength < 1 or not (mask > 0).all()]
    time, powers = geometry.stride[0], []
    if not given:
        return None
    for number in given[:: max(1, -(-len(given) // LOOKED))]:
        frames = canvas.clip.frames[number : number + 1].repeat(time, 0)
        with torch.inference_mode():
            latents = model.encode(to_model(frames, geometry, device))
        powers.append(temporal_filter.banded(latents.square()).mean((0, 2, 3, 4)))
    coarse, fine = torch.stack(powers).mean(0)[:2].sqrt().tolist()
    return float(fine / max(coarse, 1e-6) * trained[0] / trained[1])
