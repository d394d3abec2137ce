"""The networks of the open models against diffusers and transformers, on tiny random weights."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import oracle
import pytest
import torch
from tiny import noise
from torch import Tensor

oracle.needed()

from open_models import frames_of, pixels  # noqa: E402
from test_loading import ltx_vae_original  # noqa: E402

from soracli.models.common import t5  # noqa: E402
from soracli.models.common.clip_vision import STD as CLIP_STD  # noqa: E402
from soracli.models.common.clip_vision import Vision, VisionConfig, prepared  # noqa: E402
from soracli.models.common.loading import renamed  # noqa: E402
from soracli.models.common.t5 import T5, T5Config  # noqa: E402
from soracli.models.ltx import key_map as ltx_names  # noqa: E402
from soracli.models.ltx.transformer import LtxConfig, LtxTransformer  # noqa: E402
from soracli.models.ltx.vae import LtxVae, LtxVaeConfig  # noqa: E402
from soracli.models.wan import key_map as wan_names  # noqa: E402
from soracli.models.wan.transformer import WanConfig, WanTransformer  # noqa: E402
from soracli.models.wan.vae import WanVae, WanVaeConfig  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
MEAN, STD = tuple(torch.linspace(-0.4, 0.4, 16).tolist()), tuple(torch.linspace(0.7, 1.6, 16).tolist())
WAN = WanConfig(16, 16, 2, 12, 3, 48, 32, 64)
VACE = WanConfig(16, 16, 2, 12, 3, 48, 32, 64, (0, 2))
LTX = LtxConfig(8, 4, 8, 2, 32)
WAN_VAE = WanVaeConfig(4, channels=16, widths=(1, 1, 1, 1), blocks=1, mean=MEAN, std=STD)
WAN_22_VAE = WanVaeConfig(8, 8, 16, (1, 2, 2, 2), 1, residual=True, patch=2, mean=MEAN, std=STD)
LTX_VAE = LtxVaeConfig(8, (8, 8, 16, 16, 16), (1,) * 5, (8, 16, 32), (1,) * 4)
EARLY_ENCODER = ((128, 256, 512, 512), (4, 3, 3, 3, 4))
NO_GRAIN, GRAIN = (False,) * 5, (True, True, True, False)
LTX_VAES = {
    "0.9.0": LtxVaeConfig(8, (8, 12, 16, 16), (1,) * 5, *oracle.EARLY["0.9.0"], True, False, NO_GRAIN),
    "0.9.1": LtxVaeConfig(8, (8, 12, 16, 16), (1,) * 5, *oracle.EARLY["0.9.1"], True, True, GRAIN),
    "0.9.5": LTX_VAE,
}


STATS = ("latents_mean", "latents_std")


def filled(ours: Any, theirs: Any) -> Any:
    ours.load_state_dict(theirs.state_dict())
    return ours.eval().requires_grad_(False)


def near(ours: Tensor, theirs: Tensor, tolerance: float) -> None:
    assert ours.shape == theirs.shape
    scale = max(1.0, float(theirs.abs().max()))
    assert float((ours - theirs).abs().max()) <= tolerance * scale
    assert float(theirs.std()) > 1e-3


@torch.no_grad()
def test_wan_transformer() -> None:
    theirs = oracle.wan_transformer(7)
    ours = filled(WanTransformer(WAN), theirs)
    x, text, time = noise(2, 16, 3, 6, 8), noise(2, 20, 32, seed=1), torch.tensor([417, 903])
    expected = theirs(hidden_states=x, timestep=time, encoder_hidden_states=text, return_dict=False)[0]
    near(ours(x, time, text), expected, 1e-5)
    assert not torch.allclose(ours(x, time + 1, text), expected)


@torch.no_grad()
def test_wan_transformer_with_a_time_per_token() -> None:
    theirs = oracle.wan_transformer(8)
    ours = filled(WanTransformer(WAN), theirs)
    x, text = noise(1, 16, 3, 6, 8), noise(1, 20, 32, seed=1)
    times = (torch.rand(1, 36, generator=torch.Generator().manual_seed(2)) * 1000).round()
    expected = theirs(hidden_states=x, timestep=times, encoder_hidden_states=text, return_dict=False)[0]
    near(ours(x, times, text), expected, 1e-5)


@torch.no_grad()
def test_wan_transformer_with_a_control_tensor() -> None:
    theirs = oracle.wan_transformer(9, vace=True)
    ours = filled(WanTransformer(VACE), theirs)
    x, text, control, time = noise(1, 16, 3, 6, 8), noise(1, 20, 32, seed=1), noise(1, 96, 3, 6, 8), torch.tensor([500])
    given = {"hidden_states": x, "timestep": time, "encoder_hidden_states": text, "control_hidden_states": control}
    near(ours(x, time, text, control), theirs(**given, return_dict=False)[0], 1e-5)


@torch.no_grad()
def test_vision() -> None:
    """States before the last layer, of pictures prepared as CLIP's own are, to a level of 255."""
    from PIL import Image
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    theirs = oracle.vision(5)
    ours = filled(Vision(VisionConfig(24, 2, 32, 3, 8, 32)), theirs)
    x = noise(2, 3, 32, 32)
    near(ours(x), theirs(pixel_values=x, output_hidden_states=True).hidden_states[-2], 1e-5)
    picture = frames_of(1, 48, 80, seed=1)[0]
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    expected = processor(images=Image.fromarray(picture), return_tensors="pt").pixel_values
    found = prepared(pixels(picture[None]).transpose(0, 1), 32)
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) <= 1.01 / 255 / min(CLIP_STD)


@torch.no_grad()
def test_ltx_transformer() -> None:
    theirs = oracle.ltx_transformer(4)
    ours = filled(LtxTransformer(LTX), theirs)
    x, text, mask = noise(1, 60, 8), noise(1, 32, 32, seed=1), torch.arange(32)[None] < 20
    generator = torch.Generator().manual_seed(3)
    times, places = torch.rand(1, 60, generator=generator) * 1000, torch.rand(1, 3, 60, generator=generator) * 300
    expected = theirs(
        hidden_states=x, encoder_hidden_states=text, timestep=times, encoder_attention_mask=mask, video_coords=places,
        return_dict=False,
    )[0]  # fmt: skip
    near(ours(x, times, text, mask, places), expected, 1e-5)
    assert not torch.allclose(ours(x, times, text, mask, places + 1), expected)


@pytest.mark.parametrize("kind", ["t5", "umt5"])
@torch.no_grad()
def test_text_encoders(kind: str) -> None:
    theirs = oracle.shaken(oracle.text_encoder(3, kind), 5, 0.3)
    ours = T5(T5Config(64, 32, 8, 4, 64, 2, kind == "umt5"))
    ours.load_state_dict({k: v for k, v in theirs.state_dict().items() if "embed_tokens" not in k})
    ids = torch.randint(0, 60, (1, 300), generator=torch.Generator().manual_seed(0))
    mask = (torch.arange(300) < 250)[None]
    near(ours.eval()(ids, mask)[:, :250], theirs(ids, attention_mask=mask)[0][:, :250], 1e-5)


@pytest.mark.parametrize(("kind", "config"), [("2.1", WAN_VAE), ("2.2", WAN_22_VAE)])
@torch.no_grad()
def test_wan_autoencoders(kind: str, config: WanVaeConfig) -> None:
    theirs = oracle.wan_vae(3, kind)
    ours = filled(WanVae(config), theirs)
    pixels = torch.tanh(noise(1, 3, 13, 32, 48))
    latents = theirs.encode(pixels).latent_dist.mode()
    mean, std = (torch.tensor(v).view(1, -1, 1, 1, 1) for v in (MEAN, STD))
    near(ours.encode(pixels), (latents - mean) / std, 2e-5)
    parts = list(ours.decode((latents - mean) / std))
    assert [part.shape[2] for part in parts] == [1, 4, 4, 4]
    near(torch.cat(parts, 2), theirs.decode(latents).sample, 2e-4)


@torch.no_grad()
def test_wan_encodes_a_beginning_as_the_beginning() -> None:
    """What lets a clip be extended from its own latents, and decoding stream."""
    ours = filled(WanVae(WAN_VAE), oracle.wan_vae(3))
    pixels = torch.tanh(noise(1, 3, 13, 32, 48))
    whole = ours.encode(pixels)
    near(ours.encode(pixels[:, :, :5]), whole[:, :, :2], 1e-6)
    near(next(ours.decode(whole[:, :, :1])), next(ours.decode(whole)), 1e-6)


@pytest.mark.parametrize("version", LTX_VAES)
@torch.no_grad()
def test_ltx_autoencoders(version: str) -> None:
    theirs = oracle.ltx_vae(3, version)
    ours = LtxVae(LTX_VAES[version])
    ours.load_state_dict(theirs.state_dict() | {name: ours.state_dict()[name] for name in STATS})
    ours.latents_mean, ours.latents_std = theirs.latents_mean, theirs.latents_std
    mean, std = (v.view(1, -1, 1, 1, 1) for v in (theirs.latents_mean, theirs.latents_std))
    pixels = torch.tanh(noise(1, 3, 17, 64, 96))
    posterior = theirs.encode(pixels).latent_dist
    near(ours.encode(pixels), (posterior.mean - mean) / std, 1e-5)
    drawn = posterior.sample(torch.Generator().manual_seed(1))
    near(ours.encode(pixels, torch.Generator().manual_seed(1)), (drawn - mean) / std, 1e-5)
    latents = posterior.mean
    torch.manual_seed(5)  # diffusers draws the grain of 0.9.1 from the process's own generator
    expected = theirs.decode(latents, None if version == "0.9.0" else torch.tensor([0.05])).sample

    def decoded(draw: int, level: float = 0.05) -> Tensor:
        draws = torch.Generator().manual_seed(draw)
        return torch.cat(list(ours.decode((latents - mean) / std, level, latents, 0.0, None, draws)), 2)

    near(decoded(5), expected, 2e-4)
    assert torch.equal(decoded(6), decoded(5)) == (version != "0.9.1")
    assert torch.equal(decoded(5, 0.1), decoded(5)) == (version == "0.9.0")


def test_token_numbers(tmp_path: Path) -> None:
    """Cut or padded, and ended, as transformers does it."""
    theirs = oracle.tokenizer(64)
    theirs(["a"], padding="max_length", max_length=9)  # leaves its mark in the file
    theirs.save_pretrained(tmp_path)
    ours = t5.tokenizer(tmp_path / "tokenizer.json")
    for prompt in (oracle.PROMPT, "", "zebra,  a fox. " * 30):
        expected = theirs(
            [" ".join(prompt.split())], padding="max_length", max_length=64, truncation=True, return_tensors="pt"
        )
        ids, mask = t5.tokens(ours, prompt, 64)
        assert ids.tolist() == expected.input_ids.tolist()
        assert mask.tolist() == expected.attention_mask.tolist()


# --- real sizes, without memory ---------------------------------------------------------------------------------------


def shapes(module: Any) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in module.state_dict().items()}


def parameters(module: Any) -> float:
    """In billions."""
    return sum(tensor.numel() for tensor in module.parameters()) / 1e9


def wan_sizes(depth: int, heads: int, hidden: int, channels: int = 16, vace: int = 0, extra: int = 0) -> WanConfig:
    blocks = tuple(range(0, depth, vace)) if vace else ()
    return WanConfig(channels + extra, channels, heads, 128, depth, hidden, vace=blocks)


@pytest.mark.parametrize(
    ("config", "billions"),
    [
        (wan_sizes(30, 12, 8960), 1.42),  # 2.1 T2V 1.3B
        (wan_sizes(30, 12, 8960, vace=2), 2.15),  # 2.1 VACE 1.3B
        (wan_sizes(40, 40, 13824), 14.29),  # 2.1 T2V 14B, each expert of 2.2 A14B
        (wan_sizes(40, 40, 13824, vace=5), 17.34),  # 2.1 VACE 14B
        (wan_sizes(40, 40, 13824, extra=20), 14.29),  # 2.2 I2V A14B
        (wan_sizes(30, 24, 14336, 48), 5.0),  # 2.2 TI2V 5B
    ],
)
def test_real_wan_transformers(config: WanConfig, billions: float) -> None:
    from diffusers import WanTransformer3DModel, WanVACETransformer3DModel

    sizes = {
        "num_layers": config.depth, "num_attention_heads": config.heads, "attention_head_dim": config.head,
        "ffn_dim": config.hidden, "in_channels": config.channels_in, "out_channels": config.channels,
    }  # fmt: skip
    with torch.device("meta"):
        ours = WanTransformer(config)
        vace = {"vace_layers": list(config.vace)}
        theirs = WanVACETransformer3DModel(**sizes, **vace) if config.vace else WanTransformer3DModel(**sizes)
    assert shapes(ours) == shapes(theirs)
    assert parameters(ours) == pytest.approx(billions, abs=0.01)


@pytest.mark.parametrize("places", [0, 514])
def test_real_wan_transformers_that_see(places: int) -> None:
    """2.1 I2V and FLF2V 14B, and CLIP-H beside them."""
    from diffusers import WanTransformer3DModel
    from transformers import CLIPVisionConfig, CLIPVisionModel

    config = replace(wan_sizes(40, 40, 13824, extra=20), image=1280, places=places)
    seen = {"image_dim": 1280, "added_kv_proj_dim": 5120, "pos_embed_seq_len": places or None}
    sizes = {
        "num_layers": 40, "num_attention_heads": 40, "attention_head_dim": 128, "ffn_dim": 13824, "in_channels": 36,
        "out_channels": 16,
    }  # fmt: skip
    clip = CLIPVisionConfig(
        hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=16, patch_size=14,
        image_size=224, hidden_act="gelu",
    )  # fmt: skip
    with torch.device("meta"):
        ours, vision = WanTransformer(config), Vision(VisionConfig())
        assert shapes(ours) == shapes(WanTransformer3DModel(**sizes, **seen))
        assert shapes(vision) == shapes(CLIPVisionModel(clip))
    assert parameters(ours) == pytest.approx(16.4, abs=0.05)
    assert parameters(vision) == pytest.approx(0.63, abs=0.01)


@pytest.mark.parametrize(("depth", "head", "billions"), [(28, 64, 1.92), (48, 128, 13.04)])
def test_real_ltx_transformers(depth: int, head: int, billions: float) -> None:
    from diffusers import LTXVideoTransformer3DModel

    with torch.device("meta"):
        ours = LtxTransformer(LtxConfig(head=head, depth=depth))
        theirs = LTXVideoTransformer3DModel(
            num_layers=depth, attention_head_dim=head, cross_attention_dim=32 * head, caption_channels=4096
        )
    assert shapes(ours) == shapes(theirs)
    assert parameters(ours) == pytest.approx(billions, abs=0.01)


def test_real_autoencoders() -> None:
    from diffusers import AutoencoderKLWan

    with torch.device("meta"):
        assert shapes(WanVae(WanVaeConfig())) == shapes(AutoencoderKLWan())
        newer = AutoencoderKLWan(
            base_dim=160, decoder_base_dim=256, z_dim=48, is_residual=True, in_channels=12, out_channels=12,
            patch_size=2, latents_mean=[0.0] * 48, latents_std=[1.0] * 48,
        )  # fmt: skip
        assert shapes(WanVae(WanVaeConfig(160, 256, 48, residual=True, patch=2))) == shapes(newer)
        theirs = oracle.ltx_vae_of(128, (128, 256, 512, 1024, 2048), (4, 6, 6, 2, 2), (256, 512, 1024), (5, 5, 5, 5))
        ours = shapes(LtxVae(LtxVaeConfig()))
    assert ours == shapes(theirs) | {name: ours[name] for name in STATS}


@pytest.mark.parametrize(
    ("version", "decoder", "blocks", "grain", "billions"),
    [
        ("0.9.0", (128, 256, 512, 512), (4, 3, 3, 3, 4), NO_GRAIN, 0.42),
        ("0.9.1", (256, 512, 1024), (5, 6, 7, 8), GRAIN, 0.94),
    ],
)
def test_real_early_ltx_autoencoders(version: str, decoder: Any, blocks: Any, grain: Any, billions: float) -> None:
    sizes = (128, *EARLY_ENCODER, decoder, blocks)
    with torch.device("meta"):
        theirs = oracle.ltx_early_vae_of(version, *sizes)
        ours = LtxVae(LtxVaeConfig(*sizes, True, version != "0.9.0", grain))
    assert shapes(ours) == shapes(theirs) | {name: shapes(ours)[name] for name in STATS}
    assert parameters(ours) == pytest.approx(billions, abs=0.01)


@pytest.mark.parametrize(
    "config",
    [
        LtxVaeConfig(128, *EARLY_ENCODER, (128, 256, 512, 512), (4, 3, 3, 3, 4), True, False, NO_GRAIN),
        LtxVaeConfig(128, *EARLY_ENCODER, (256, 512, 1024), (5, 6, 7, 8), True, True, GRAIN),
        LtxVaeConfig(),
    ],
    ids=["0.9.0", "0.9.1", "0.9.5"],
)
def test_original_names_of_ltx_autoencoders(config: LtxVaeConfig) -> None:
    """diffusers' conversion of single files ends at the same names as ours."""
    from diffusers.loaders.single_file_utils import convert_ltx_vae_checkpoint_to_diffusers

    with torch.device("meta"):
        ours = {name: tensor for name, tensor in LtxVae(config).state_dict().items() if name not in STATS}
    originals = {ltx_vae_original(name, config): tensor for name, tensor in ours.items()}
    assert len(originals) == len(ours)
    rules = ltx_names.vae(config).rules
    assert {renamed(name.removeprefix("vae."), rules): tensor for name, tensor in originals.items()} == ours
    assert convert_ltx_vae_checkpoint_to_diffusers(originals) == ours


@pytest.mark.parametrize(("vocabulary", "kind", "billions"), [(32128, "t5", 4.76), (256384, "umt5", 5.68)])
def test_real_text_encoders(vocabulary: int, kind: str, billions: float) -> None:
    from transformers import T5Config as TheirT5
    from transformers import T5EncoderModel, UMT5Config, UMT5EncoderModel

    sizes = {
        "vocab_size": vocabulary, "d_model": 4096, "d_kv": 64, "d_ff": 10240, "num_layers": 24, "num_heads": 64,
        "feed_forward_proj": "gated-gelu",
    }  # fmt: skip
    with torch.device("meta"):
        ours = T5(T5Config(vocabulary, own_positions=kind == "umt5"))
        theirs = UMT5EncoderModel(UMT5Config(**sizes)) if kind == "umt5" else T5EncoderModel(TheirT5(**sizes))
    assert shapes(ours) == {name: shape for name, shape in shapes(theirs).items() if "embed_tokens" not in name}
    assert parameters(ours) == pytest.approx(billions, abs=0.01)


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("wan-vace-1.3b", 2.15),
        ("ltx-2b", 1.92),
        ("ltx-13b", 13.04),
        ("wan-t2v-1.3b", 1.42),
        ("wan-ti2v-5b", 5.0),
        ("wan-vace-14b", 17.34),
    ],
)
def test_the_manifest_describes_the_real_ones(name: str, billions: float) -> None:
    from soracli.models.common.loading import configured
    from soracli.weights import manifest

    card = manifest.card(name)
    with torch.device("meta"):
        text = T5(configured(T5Config, card, "text"))
        if card.arch == "wan":
            network: Any = WanTransformer(configured(WanConfig, card, "transformer"))
            newer = WanVaeConfig(160, 256, 48, residual=True, patch=2)
            real = newer if name == "wan-ti2v-5b" else WanVaeConfig()
            vae = WanVae(configured(WanVaeConfig, card, "vae"))
            assert shapes(vae) == shapes(WanVae(real))
            assert len(vae.config.mean) == len(vae.config.std) == network.config.channels
        else:
            network = LtxTransformer(configured(LtxConfig, card, "transformer"))
            assert shapes(LtxVae(configured(LtxVaeConfig, card, "vae"))) == shapes(LtxVae(LtxVaeConfig()))
    assert parameters(network) == pytest.approx(billions, abs=0.01)
    assert parameters(network) * 1e9 == pytest.approx(card.params["cost"]["parameters"], rel=0.01)
    assert parameters(text) == pytest.approx({"wan": 5.68, "ltx": 4.76}[card.arch], abs=0.01)


# --- real widths, in half precision -----------------------------------------------------------------------------------


def apart(found: Tensor, whole: Tensor) -> float:
    return float((found.float() - whole).square().mean().sqrt() / whole.square().mean().sqrt())


@torch.no_grad()
def test_a_real_wan_layer_in_half_precision() -> None:
    """One block at the width of the 1.3B: in bfloat16 no further from float32 than diffusers' own."""
    from diffusers import WanTransformer3DModel

    torch.manual_seed(0)
    theirs = oracle.shaken(WanTransformer3DModel(num_attention_heads=12, ffn_dim=8960, num_layers=1), 1)
    ours = filled(WanTransformer(wan_sizes(1, 12, 8960)), theirs)
    x, text, time = noise(1, 16, 2, 8, 8), noise(1, 16, 4096, seed=1), torch.tensor([500.0])
    whole = ours(x, time, text)
    near(whole, theirs(x, time, text, return_dict=False)[0], 1e-5)
    keep = wan_names.TRANSFORMER.keep
    for network in (ours, theirs):
        for name, parameter in network.named_parameters():
            parameter.data = parameter.data if re.search(keep, name) else parameter.data.bfloat16()
    half, text = x.bfloat16(), text.bfloat16()
    mine, other = apart(ours(half, time, text), whole), apart(theirs(half, time, text, return_dict=False)[0], whole)
    assert 1e-4 < mine <= 1.02 * other


@torch.no_grad()
def test_a_real_ltx_layer_in_half_precision() -> None:
    from diffusers import LTXVideoTransformer3DModel

    theirs = oracle.shaken(LTXVideoTransformer3DModel(num_layers=1), 1)
    ours = filled(LtxTransformer(LtxConfig(depth=1)), theirs)
    x, text, times = noise(1, 48, 128), noise(1, 16, 4096, seed=1), torch.full((1, 48), 500.0)
    mask, places = torch.ones(1, 16), torch.rand(1, 3, 48, generator=torch.Generator().manual_seed(3)) * 300

    def told(x: Tensor, text: Tensor) -> Tensor:
        out = theirs(
            hidden_states=x, encoder_hidden_states=text, timestep=times, encoder_attention_mask=mask,
            video_coords=places, return_dict=False,
        )  # fmt: skip
        return out[0]  # type: ignore[no-any-return]

    whole = ours(x, times, text, mask, places)
    near(whole, told(x, text), 1e-5)
    ours, theirs = ours.bfloat16(), theirs.bfloat16()
    half, text = x.bfloat16(), text.bfloat16()
    mine, other = apart(ours(half, times, text, None, places), whole), apart(told(half, text), whole)
    assert 1e-4 < mine <= 1.02 * other
