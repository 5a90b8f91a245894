"""Makes weights and cases: what PyTorch computes for the VAE of LTX-Video.

    pip install torch safetensors
    python tests/models/ltx_vae/make_reference.py

Random weights at a small size, under the names of the public weights. The layers
are written from their description with PyTorch's own convolutions and norms; they
share no code with lib/models.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(1)
CONFIG = {
    "_class_name": "AutoencoderKLLTXVideo",
    "latent_channels": 6,
    "block_out_channels": [4, 8, 8],
    "decoder_block_out_channels": [4, 8, 8],
    "layers_per_block": [2, 1, 1, 1],
    "decoder_layers_per_block": [1, 1, 2, 1],
    "spatio_temporal_scaling": [True, True, False],
    "decoder_spatio_temporal_scaling": [True, True, False],
    "patch_size": 2,
    "patch_size_t": 1,
    "resnet_norm_eps": 1e-6,
    "encoder_causal": True,
    "decoder_causal": False,
    "timestep_conditioning": False,
}
weights = {}


def conv(name, x, to, causal, size=3, stride=1):
    key = f"{name}.conv.weight"
    if key not in weights:
        fan = x.shape[1] * size**3
        weights[key] = torch.randn(to, x.shape[1], size, size, size) / fan**0.5
        weights[f"{name}.conv.bias"] = 0.1 * torch.randn(to)
    if size > 1:
        before = size - 1 if causal else size // 2
        after = 0 if causal else size // 2
        x = F.pad(x, (0, 0, 0, 0, before, after), mode="replicate")
    pad = (0, size // 2, size // 2)
    return F.conv3d(x, weights[key], weights[f"{name}.conv.bias"], stride, pad)


def pixel_norm(x):
    return x / (x.square().mean(1, keepdim=True) + 1e-8).sqrt()


def block(name, x, to, causal):
    y = conv(f"{name}.conv1", F.silu(pixel_norm(x)), to, causal)
    y = conv(f"{name}.conv2", F.silu(pixel_norm(y)), to, causal)
    if x.shape[1] != to:
        if f"{name}.norm3.weight" not in weights:
            weights[f"{name}.norm3.weight"] = 1 + 0.1 * torch.randn(x.shape[1])
            weights[f"{name}.norm3.bias"] = 0.1 * torch.randn(x.shape[1])
        scale, bias = weights[f"{name}.norm3.weight"], weights[f"{name}.norm3.bias"]
        x = F.layer_norm(x.movedim(1, -1), (x.shape[1],), scale, bias, 1e-6).movedim(-1, 1)
        x = conv(f"{name}.conv_shortcut", x, to, causal, size=1)
    return x + y


def encode(x):
    causal, patch = CONFIG["encoder_causal"], CONFIG["patch_size"]
    widths, layers = CONFIG["block_out_channels"], CONFIG["layers_per_block"]
    B, C, T, H, W = x.shape
    x = x.reshape(B, C, T, H // patch, patch, W // patch, patch)
    # Channels: colour, then column, then row within the patch.
    x = x.permute(0, 1, 6, 4, 2, 3, 5).reshape(B, -1, T, H // patch, W // patch)
    x = conv("encoder.conv_in", x, widths[0], causal)
    for i, width in enumerate(widths):
        name = f"encoder.down_blocks.{i}"
        for j in range(layers[i]):
            x = block(f"{name}.resnets.{j}", x, width, causal)
        if CONFIG["spatio_temporal_scaling"][i]:
            x = conv(f"{name}.downsamplers.0", x, width, causal, stride=2)
        following = widths[min(i + 1, len(widths) - 1)]
        if following != width:
            x = block(f"{name}.conv_out", x, following, causal)
    for j in range(layers[-1]):
        x = block(f"encoder.mid_block.resnets.{j}", x, x.shape[1], causal)
    return conv("encoder.conv_out", F.silu(pixel_norm(x)), CONFIG["latent_channels"] + 1, causal)


def decode(x):
    causal, patch = CONFIG["decoder_causal"], CONFIG["patch_size"]
    widths = CONFIG["decoder_block_out_channels"][::-1]
    layers = CONFIG["decoder_layers_per_block"][::-1]
    scaling = CONFIG["decoder_spatio_temporal_scaling"][::-1]
    x = conv("decoder.conv_in", x, widths[0], causal)
    for j in range(layers[0]):
        x = block(f"decoder.mid_block.resnets.{j}", x, widths[0], causal)
    for i, width in enumerate(widths):
        name = f"decoder.up_blocks.{i}"
        if x.shape[1] != width:
            x = block(f"{name}.conv_in", x, width, causal)
        if scaling[i]:
            x = conv(f"{name}.upsamplers.0.conv", x, 8 * width, causal)
            B, _, T, H, W = x.shape
            x = x.reshape(B, width, 2, 2, 2, T, H, W).permute(0, 1, 5, 2, 6, 3, 7, 4)
            x = x.reshape(B, width, 2 * T, 2 * H, 2 * W)[:, :, 1:]
        for j in range(layers[i + 1]):
            x = block(f"{name}.resnets.{j}", x, width, causal)
    x = conv("decoder.conv_out", F.silu(pixel_norm(x)), 3 * patch**2, causal)
    B, _, T, H, W = x.shape
    # Channels: colour, then column, then row within the patch.
    x = x.reshape(B, 3, patch, patch, T, H, W).permute(0, 1, 4, 5, 3, 6, 2)
    return x.reshape(B, 3, T, patch * H, patch * W)


clip = 2 * torch.rand(2, 3, 9, 16, 24) - 1
latent = torch.randn(2, CONFIG["latent_channels"], 3, 2, 3)
cases = {"clip": clip, "latent": latent, "encoded": encode(clip), "decoded": decode(latent)}
weights["latents_mean"] = torch.randn(CONFIG["latent_channels"])
weights["latents_std"] = 0.5 + torch.rand(CONFIG["latent_channels"])
folder = pathlib.Path(__file__).parent
save_file(weights, folder / "weights.safetensors")
save_file({n: a.contiguous() for n, a in cases.items()}, folder / "cases.safetensors")
(folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
