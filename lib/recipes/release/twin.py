"""A plain PyTorch twin of the released models, for reading and for checking.

    python twin.py check                # draws the samples again and compares them
    python twin.py "a red circle" a.npy # frames [T,H,W,3] in [0,1]

Needs torch, safetensors and numpy. Arrays are [B,T,H,W,C], as in the release;
weights are [in,out] and [kT,kH,kW,in,out].
"""
import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.functional import conv3d as torch_conv3d
from torch.nn.functional import silu

HERE = Path(__file__).resolve().parent
MASKED = -1e9  # added to the scores of padding


def tree(path):
    """Weights by their names, "a/b/c" as p["a"]["b"]["c"]."""
    root = {}
    for name, array in load_file(path).items():
        *folders, leaf = name.split("/")
        node = root
        for folder in folders:
            node = node.setdefault(folder, {})
        node[leaf] = array
    return root


def in_order(layers):
    return [layers[name] for name in sorted(layers)]


# Layers


def linear(p, x):
    return x @ p["weight"] + p["bias"]


def conv3d(p, x):
    weight = p["weight"].permute(4, 3, 0, 1, 2)
    padding = [size // 2 for size in weight.shape[2:]]
    y = torch_conv3d(x.permute(0, 4, 1, 2, 3), weight, p["bias"], padding=padding)
    return y.permute(0, 2, 3, 4, 1)


def divided_by_root(x):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)


def rms_norm(p, x):
    return divided_by_root(x) * p["scale"]


def layer_norm(x):
    return divided_by_root(x - x.mean(-1, keepdim=True))


def space_to_depth(x, block):
    (B, T, H, W, C), (t, h, w) = x.shape, block
    x = x.reshape(B, T // t, t, H // h, h, W // w, w, C).permute(0, 1, 3, 5, 2, 4, 6, 7)
    return x.reshape(B, T // t, H // h, W // w, t * h * w * C)


def depth_to_space(x, block):
    (B, T, H, W, D), (t, h, w) = x.shape, block
    C = D // (t * h * w)
    x = x.reshape(B, T, H, W, t, h, w, C).permute(0, 1, 4, 2, 5, 3, 6, 7)
    return x.reshape(B, T * t, H * h, W * w, C)


def rotary_table(axes, head_width):
    """Cosines and sines [N,d/2]; pairs of channels take the axes in turn."""
    pairs, count, columns = head_width // 2, len(axes), []
    for pair in range(pairs):
        positions, (shortest, longest) = axes[pair % count]
        steps = -(-(pairs - pair % count) // count)
        step = (pair // count) / max(1, steps - 1)
        wavelength = shortest * (longest / shortest) ** step
        columns.append([2 * math.pi * at / wavelength for at in positions])
    angles = torch.tensor(columns, dtype=torch.float64).T
    return torch.cos(angles).float(), torch.sin(angles).float()


def rotated(x, rotary):
    (a, b), (cos, sin) = x.chunk(2, -1), rotary
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def heads_of(x, count, heads):
    B, N, width = x.shape
    return x.reshape(B, N, count, heads, width // count // heads).permute(2, 0, 3, 1, 4)


def attended(out, q, k, v, bias):
    weights = (q * (1 / math.sqrt(q.shape[-1])) @ k.transpose(2, 3) + bias).softmax(-1)
    y = (weights @ v).transpose(1, 2)
    return linear(out, y.reshape(*y.shape[:2], -1))


def bias_of(mask):
    return ((1 - mask) * MASKED)[:, None, None, :]


def attention(p, x, heads, rotary, mask=None, context=None, pairs=None):
    q, k, v = heads_of(linear(p["qkv"], x), 3, heads)
    q, k = rotated(q, rotary), rotated(k, rotary)
    bias = bias_of(torch.ones(x.shape[:2]) if mask is None else mask)
    if pairs is not None:
        bias = bias + (1 - pairs) * MASKED
    if context is not None:
        tokens, token_mask = context
        _, more_k, more_v = heads_of(linear(p["qkv"], tokens), 3, heads)
        k, v = torch.cat([k, more_k], 2), torch.cat([v, more_v], 2)
        bias = torch.cat([bias, bias_of(token_mask)], 3)
    return attended(p["out"], q, k, v, bias)


def cross_attention(p, x, context, heads):
    tokens, mask = context
    (q,) = heads_of(linear(p["query"], x), 1, heads)
    k, v = heads_of(linear(p["keyValue"], tokens), 2, heads)
    return attended(p["out"], q, k, v, bias_of(mask))


def feed_forward(p, x):
    return linear(p["down"], silu(linear(p["up"], x)))


def mean_pool(tokens, mask):
    return (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


# The text encoder: rows of the prompt to tokens


def encode_text(p, rows, config):
    mask, heads = rows["mask"], config["heads"]
    x = (p["characters"][rows["characters"]] + p["ngrams"][rows["pairs"]]
         + p["ngrams"][rows["triples"]] + p["terms"][rows["terms"]])
    rotary = rotary_table([(range(x.shape[1]), (2, 512))], config["width"] // heads)
    for layer in in_order(p["layers"]):
        x = x + attention(layer["attention"], rms_norm(layer["norm1"], x), heads, rotary, mask)
        x = x + feed_forward(layer["feedForward"], rms_norm(layer["norm2"], x))
    queries = p["crossModal"]["queries"].expand(x.shape[0], -1, -1)
    context = (rms_norm(p["norm"], x), mask)
    tokens = queries + cross_attention(p["crossModal"]["attention"], queries, context, heads)
    prompted = mask.amax(1, keepdim=True)
    return tokens * prompted[..., None], prompted.expand(-1, tokens.shape[1])


# The backbone: noisy latents and text to the velocity


def modulated(x, shift, scale):
    return layer_norm(x) * (1 + scale) + shift


def residual(x, vectors, branch):
    shift, scale, gate = vectors
    return x + branch(modulated(x, shift, scale)) * gate


def vectors_of(table, shared):
    return (shared + table).split(1, 1)


def attention_block(p, x, shared, rotary, context, heads):
    vectors, joint = vectors_of(p["modulation"], shared), "textAttention" not in p
    x = residual(x, vectors[:3], lambda x: attention(
        p["attention"], x, heads, rotary, context=context if joint else None))
    if not joint:
        x = x + cross_attention(p["textAttention"], layer_norm(x), context, heads)
    return residual(x, vectors[3:], lambda x: feed_forward(p["feedForward"], x))


def cnn_block(p, x, shared, grid):
    def branch(x):
        narrow = silu(linear(p["down"], x))
        cells = narrow.reshape(x.shape[0], *grid, -1)
        return linear(p["up"], silu(conv3d(p["conv"], cells)).reshape(narrow.shape))

    return residual(x, vectors_of(p["modulation"], shared[:, :3]), branch)


def timestep_embedding(p, sigma):
    frequencies = 1000 * 10_000 ** (-torch.arange(128, dtype=torch.float64) / 128)
    angles = sigma[:, None] * frequencies.float()
    waves = torch.cat([angles.cos(), angles.sin()], 1)
    return linear(p["out"], silu(linear(p["hidden"], waves)))


def context_of(p, text, words):
    tokens, mask = layer_norm(linear(p["text"], text[0])), text[1]
    parts = [(tokens, mask)]
    if "words" in p:
        parts.append((p["words"][words[0]], words[1]))
    if "promptMlp" in p:
        q = p["promptMlp"]
        pooled = mean_pool(layer_norm(text[0]), mask)
        flat = linear(q["proj"], silu(linear(q["fc2"], silu(linear(q["fc1"], pooled)))))
        more = flat.reshape(len(flat), -1, tokens.shape[2])
        parts.append((more, mask.amax(1, keepdim=True).expand(-1, more.shape[1])))
    return torch.cat([t for t, _ in parts], 1), torch.cat([m for _, m in parts], 1)


def velocity_of(p, latent, sigma, text, words, rotary, config):
    B, T, H, W, _ = latent.shape
    patch, width, heads = config.get("patch", 1), config["width"], config["heads"]
    grid = (T, H // patch, W // patch)
    context = context_of(p, text, words)
    condition = timestep_embedding(p["timestep"], sigma) + linear(p["prompt"], mean_pool(*context))
    shared = linear(p["modulation"], silu(condition)).reshape(B, 6, width)

    def tokens(cells):
        folded = space_to_depth(cells, (1, patch, patch))
        x = linear(p["input"], folded.reshape(B, -1, folded.shape[-1]))
        for layer in in_order(p["layers"]):
            x = (cnn_block(layer, x, shared, grid) if "conv" in layer
                 else attention_block(layer, x, shared, rotary, context, heads))
        shift, scale = vectors_of(p["finalModulation"], condition[:, None])
        y = linear(p["output"], modulated(x, shift, scale))
        return depth_to_space(y.reshape(folded.shape), (1, patch, patch))

    s = sigma[:, None, None, None, None]
    into, skip, out_of = preconditioning(s, p.get("logVariance"))
    scaled = latent * into
    out = through_cells(p["cells"], scaled, condition, tokens) if "cells" in p else tokens(scaled)
    if config.get("prediction") != "x0":
        return out
    return (latent - out * out_of - latent * skip) / s.clamp(min=0.05)


def preconditioning(s, log_variance):
    """Factors of the input, of the skip connection and of the output, by channel."""
    signal, known = 1 - s, torch.tensor(0.3**2)
    if log_variance is None:
        return 1, signal * known / (signal.square() * known + s.square()), 1
    variance = log_variance.exp()
    known = torch.minimum(known, variance)
    skip = signal * known / (signal.square() * known + s.square())
    left = variance * (1 - signal * skip).square() + (skip * s).square()
    return (signal.square() * variance + s.square()).rsqrt(), skip, left.sqrt()


def through_cells(p, latent, condition, tokens):
    B, T, H, W, Z = latent.shape
    width = p["input"]["weight"].shape[1]
    vectors = linear(p["modulation"], silu(condition)).reshape(B, 5, width)
    seen = linear(p["input"], latent.reshape(B, -1, Z))
    for block in in_order(p["before"]):
        seen = cnn_block(block, seen, vectors[:, :3], (T, H, W))
    y = seen + tokens(seen.reshape(B, T, H, W, width)).reshape(seen.shape)
    for block in in_order(p["after"]):
        y = cnn_block(block, y, vectors[:, :3], (T, H, W))
    shift, scale = vectors[:, 3:].split(1, 1)
    return linear(p["output"], modulated(y, shift, scale)).reshape(latent.shape)


# The decoder of the VAE: latents of variance one to clips


def temporal_attention(p, x, config):
    B, T, H, W, C = x.shape
    heads, window = config["heads"], config["attentionWindow"]
    at = torch.arange(T)
    pairs = ((at[:, None] - at).abs() <= window).float()
    rows = rms_norm(p["norm1"], x).permute(0, 2, 3, 1, 4).reshape(B * H * W, T, C)
    rotary = rotary_table([(range(T), (2, 64))], C // heads)
    mixed = attention(p["attention"], rows, heads, rotary, pairs=pairs)
    x = x + mixed.reshape(B, H, W, T, C).permute(0, 3, 1, 2, 4)
    q = p["feedForward"]
    return x + conv3d(q["down"], silu(conv3d(q["up"], rms_norm(p["norm2"], x))))


def residual_block(p, x):
    inner = conv3d(p["conv1"], silu(rms_norm(p["norm1"], x)))
    return x + conv3d(p["conv2"], silu(rms_norm(p["norm2"], inner)))


def decode(weights, latent, config):
    p, statistics = weights["parameters"]["decoder"], weights["statistics"]
    latent = latent * statistics["std"] + statistics["mean"]
    x = temporal_attention(p["temporal"], conv3d(p["input"], latent), config)
    for level in in_order(p["levels"]):
        for block in in_order(level["blocks"]):
            x = residual_block(block, x)
        if "resample" in level:
            x = depth_to_space(conv3d(level["resample"], x), (2, 2, 2))
    patch, frames = config["patch"], config.get("framePatch", 1)
    y = depth_to_space(conv3d(p["output"], silu(rms_norm(p["norm"], x))), (frames, patch, patch))
    if "shortcut" in p:
        space, time = stride_of(config)
        y = y + depth_to_space(linear(p["shortcut"], latent), (time, space, space))
    return ((y + 1) / 2).clamp(0, 1)


def stride_of(config):
    """Pixels and frames of a latent cell."""
    halvings = 2 ** (len(config["widths"]) - 1)
    return config["patch"] * halvings, config.get("framePatch", 1) * halvings


# Sampling: rectified flow from noise to data by the steps of Heun


def sigmas_of(steps, shift):
    inner = [1 - (i + 1) / steps for i in range(steps - 1)]
    return [1.0] + [shift * s / (1 - s + shift * s) for s in inner] + [0.0]


def sample(velocity, latent, sigmas):
    for now, then in zip(sigmas, sigmas[1:]):
        first = velocity(latent, now)
        ahead = latent + (then - now) * first
        latent = ahead if then == 0 else latent + (then - now) / 2 * (first + velocity(ahead, then))
    return latent


class Twin:
    def __init__(self, folder=HERE):
        folder = Path(folder)
        self.folder = folder
        self.config = {
            part: json.loads((folder / part / "config.json").read_text(encoding="utf-8"))
            for part in ("vae", "text_encoder", "transformer")
        }
        scheduler = folder / "scheduler" / "scheduler_config.json"
        self.scheduler = json.loads(scheduler.read_text(encoding="utf-8"))
        self.vae = tree(folder / "vae" / "diffusion_pytorch_model.safetensors")
        self.text = tree(folder / "text_encoder" / "model.safetensors")["text"]
        transformer = folder / "transformer" / "diffusion_pytorch_model.safetensors"
        self.backbone = tree(transformer)["backbone"]

    @torch.no_grad()
    def __call__(self, prompts, noise, fps, steps, guidance):
        """Clips [B,T,H,W,3] in [0,1] of prompts and noise [B,t,h,w,Z]."""
        sys.path.insert(0, str(self.folder / "tokenizer"))
        from tokenizer import Tokenizer

        config, count = self.config["transformer"], len(prompts)
        found = Tokenizer(str(self.folder / "tokenizer" / "tokenizer.json"))(prompts + [""] * count)
        rows = {name: torch.from_numpy(array) for name, array in found.items()}
        rows = {name: r if r.is_floating_point() else r.long() for name, r in rows.items()}
        text = encode_text(self.text, rows, self.config["text_encoder"])
        words = rows["words/ids"], rows["words/mask"]
        space, time = stride_of(self.config["vae"])
        patch = config.get("patch", 1)
        grid = (noise.shape[1], noise.shape[2] // patch, noise.shape[3] // patch)
        rotary = self.positions(grid, patch * space, time, fps)

        def velocity(latent, sigma):
            both, level = torch.cat([latent, latent]), torch.full((2 * count,), sigma)
            v = velocity_of(self.backbone, both, level, text, words, rotary, config)
            prompted, free = v.chunk(2)
            return free + guidance * (prompted - free)

        channels = patch**2 * noise.shape[-1]
        shift = math.sqrt(math.prod(grid) / 64 * max(1, channels / 32))
        latent = sample(velocity, noise, sigmas_of(steps, shift))
        return decode(self.vae, latent, self.config["vae"])

    def positions(self, grid, space, time, fps):
        """Middles of the tokens in seconds and pixels."""
        T, H, W = grid
        at = [(t, y, x) for t in range(T) for y in range(H) for x in range(W)]
        config = self.config["transformer"]
        return rotary_table([
            ([(t + 0.5) * time / fps for t, _, _ in at], (0.4, 40)),
            ([(y + 0.5) * space for _, y, _ in at], (32, 4096)),
            ([(x + 0.5) * space for _, _, x in at], (32, 4096)),
        ], config["width"] // config["heads"])


def check(twin):
    samples = json.loads((twin.folder / "samples" / "samples.json").read_text(encoding="utf-8"))
    arrays = load_file(twin.folder / "samples" / "samples.safetensors")
    settings = {name: samples[name] for name in ("fps", "steps", "guidance")}
    clips = twin(samples["prompts"], arrays["noise"], **settings)
    difference = (clips - arrays["clips"]).abs().max().item()
    passed = difference <= samples["tolerance"]
    print(f"{len(clips)} clips, largest difference {difference:.2g}: "
          f"{'passed' if passed else 'failed'}, at most {samples['tolerance']}")
    return 0 if passed else 1


def main(words):
    if words == ["check"]:
        return check(Twin())
    if len(words) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    import numpy

    twin, (prompt, path) = Twin(), words
    samples = load_file(twin.folder / "samples" / "samples.safetensors")
    noise = torch.randn_like(samples["noise"][:1])
    settings = json.loads((twin.folder / "samples" / "samples.json").read_text(encoding="utf-8"))
    clip = twin([prompt], noise, settings["fps"], settings["steps"], settings["guidance"])[0]
    numpy.save(path, clip.numpy())
    print(f"{path}: {list(clip.shape)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
