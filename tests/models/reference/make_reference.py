"""Makes `reference.safetensors`: what PyTorch computes for the layers of lib/models.

    pip install torch numpy safetensors
    python tests/models/reference/make_reference.py

Each case holds its parameters, its inputs, the output, a probe, and the
gradients of `sum(output * probe)` with respect to every parameter and to x. The
layers are written from their definitions with PyTorch's own attention, norms and
convolutions, and share no code with lib/models.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
EPSILON = 1e-6
stored = {}


def draw(*shape, scale=0.5):
    return (scale * torch.randn(*shape)).requires_grad_()


def linear_of(i, o):
    return {"weight": draw(i, o, scale=i**-0.5), "bias": draw(o)}


def conv_of(window, i, o):
    return {"weight": draw(*window, i, o, scale=0.2), "bias": draw(o)}


def linear(p, x):
    return F.linear(x, p["weight"].T, p["bias"])


def conv(p, x):
    """x [B,T,H,W,C], weight [kT,kH,kW,in,out]."""
    weight = p["weight"].permute(4, 3, 0, 1, 2)
    padding = [k // 2 for k in weight.shape[2:]]
    y = F.conv3d(x.permute(0, 4, 1, 2, 3), weight, p["bias"], padding=padding)
    return y.permute(0, 2, 3, 4, 1)


def norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=EPSILON)


def rms(p, x):
    return F.rms_norm(x, x.shape[-1:], p["scale"], eps=EPSILON)


def heads_of(x, heads):
    return x.unflatten(-1, (heads, -1)).transpose(-3, -2)


def turned(x, cos, sin):
    """Pairs of features (i, i + d/2) as complex numbers, turned by their angles."""
    half = x.shape[-1] // 2
    turn = torch.complex(cos, sin)
    y = torch.complex(x[..., :half], x[..., half:]) * turn
    return torch.cat([y.real, y.imag], -1)


def attention(p, x, heads, cos, sin, context=None, mask=None, attention_mask=None):
    q, k, v = (heads_of(t, heads) for t in linear(p["qkv"], x).chunk(3, -1))
    q, k = turned(q, cos, sin), turned(k, cos, sin)
    allowed = attention_mask
    if context is not None:
        _, ck, cv = (heads_of(t, heads) for t in linear(p["qkv"], context).chunk(3, -1))
        k, v = torch.cat([k, ck], -2), torch.cat([v, cv], -2)
        seen = torch.cat([torch.ones(x.shape[:2]), mask], 1).bool()
        allowed = seen[:, None, None, :]
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
    return linear(p["out"], y.transpose(-3, -2).flatten(-2))


def cross_attention(p, x, context, mask, heads):
    q = heads_of(linear(p["query"], x), heads)
    k, v = (heads_of(t, heads) for t in linear(p["keyValue"], context).chunk(2, -1))
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.bool()[:, None, None, :])
    return linear(p["out"], y.transpose(-3, -2).flatten(-2))


def attention_of(d):
    return {"qkv": linear_of(d, 3 * d), "out": linear_of(d, d)}


def cross_of(d, e):
    return {"query": linear_of(d, d), "keyValue": linear_of(e, 2 * d), "out": linear_of(d, d)}


def feed_forward_of(d):
    return {"up": linear_of(d, 4 * d), "down": linear_of(4 * d, d)}


def feed_forward(p, x):
    return linear(p["down"], F.silu(linear(p["up"], x)))


def steered(x, scale, shift):
    return norm(x) * (1 + scale) + shift


def flat(tree, path):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}/{name}")
        else:
            yield f"{path}/{name}", value


def case(name, parameters, inputs, fn):
    y = fn(parameters, **inputs)
    probe = torch.randn_like(y)
    (y * probe).sum().backward()
    leaves = dict(flat(parameters, f"{name}/parameters"))
    stored.update(leaves)
    stored.update(dict(flat(inputs, f"{name}/inputs")))
    stored[f"{name}/output"] = y
    stored[f"{name}/probe"] = probe
    stored[f"{name}/gradients/x"] = inputs["x"].grad
    for path, leaf in leaves.items():
        stored[path.replace("/parameters/", "/gradients/parameters/")] = leaf.grad


B, D, HEADS, L, GRID = 2, 16, 2, 5, (2, 2, 3)
N = GRID[0] * GRID[1] * GRID[2]
angles = 3 * torch.rand(N, D // HEADS // 2)
rotary = {"cos": angles.cos(), "sin": angles.sin()}
mask = torch.tensor([[1.0, 1, 1, 0, 0], [1, 0, 1, 1, 1]])


def tokens():
    return {
        "x": draw(B, N, D),
        "shared": draw(B, 6, D).detach(),
        **rotary,
        "context": draw(B, L, D).detach(),
        "mask": mask,
    }


def attention_block(p, x, shared, cos, sin, context, mask):
    shift1, scale1, gate1, shift2, scale2, gate2 = (shared + p["modulation"]).split(1, 1)
    joint = {} if "textAttention" in p else {"context": context, "mask": mask}
    y = x + gate1 * attention(
        p["attention"], steered(x, scale1, shift1), HEADS, cos, sin, **joint
    )
    if "textAttention" in p:
        y = y + cross_attention(p["textAttention"], norm(y), context, mask, HEADS)
    return y + gate2 * feed_forward(p["feedForward"], steered(y, scale2, shift2))


def cnn_block(p, x, shared):
    shift, scale, gate = (shared[:, :3] + p["modulation"]).split(1, 1)
    y = F.silu(linear(p["down"], steered(x, scale, shift)))
    y = F.silu(conv(p["conv"], y.unflatten(1, GRID))).flatten(1, 3)
    return x + gate * linear(p["up"], y)


def residual_block(p, x):
    y = conv(p["conv1"], F.silu(rms(p["norm1"], x)))
    return x + conv(p["conv2"], F.silu(rms(p["norm2"], y)))


def temporal_attention(p, x):
    """Heads 2, attention window 1; wavelengths from 2 to 64 latent frames."""
    T, C = x.shape[1], x.shape[4]
    pairs = C // 2 // 2
    waves = 2 * 32 ** (torch.arange(pairs) / max(1, pairs - 1))
    angles = 2 * torch.pi * torch.arange(T)[:, None] / waves
    near = (torch.arange(T)[:, None] - torch.arange(T)).abs() <= 1
    lines = rms(p["norm1"], x).permute(0, 2, 3, 1, 4).flatten(0, 2)  # [BHW,T,C]
    mixed = attention(p["attention"], lines, 2, angles.cos(), angles.sin(), attention_mask=near)
    B, _, H, W, _ = x.shape
    y = x + mixed.unflatten(0, (B, H, W)).permute(0, 3, 1, 2, 4)
    ff = p["feedForward"]
    return y + conv(ff["down"], F.silu(conv(ff["up"], rms(p["norm2"], y))))


def cross_modal(p, x, mask):
    asked = p["queries"].expand(x.shape[0], -1, -1)
    return asked + cross_attention(p["attention"], asked, x, mask, HEADS)


block = {"modulation": draw(6, D), "attention": attention_of(D), "feedForward": feed_forward_of(D)}
case("attention_block", block, tokens(), attention_block)
block = {
    "modulation": draw(6, D),
    "attention": attention_of(D),
    "feedForward": feed_forward_of(D),
    "textAttention": cross_of(D, D),
}
case("cross_block", block, tokens(), attention_block)
block = {
    "modulation": draw(3, D),
    "down": linear_of(D, 6),
    "conv": conv_of((3, 3, 3), 6, 6),
    "up": linear_of(6, D),
}
case("cnn_block", block, {"x": draw(B, N, D), "shared": draw(B, 6, D).detach()}, cnn_block)
C = 8
block = {
    "norm1": {"scale": draw(C)},
    "conv1": conv_of((3, 3, 3), C, C),
    "norm2": {"scale": draw(C)},
    "conv2": conv_of((3, 3, 3), C, C),
}
case("residual_block", block, {"x": draw(1, 3, 4, 3, C)}, residual_block)
block = {
    "norm1": {"scale": draw(C)},
    "attention": attention_of(C),
    "norm2": {"scale": draw(C)},
    "feedForward": {"up": conv_of((1, 1, 1), C, 2 * C), "down": conv_of((3, 1, 1), 2 * C, C)},
}
case("temporal_attention", block, {"x": draw(2, 4, 2, 3, C)}, temporal_attention)
block = {"queries": draw(3, D), "attention": cross_of(D, 10)}
case("cross_modal_attention", block, {"x": draw(B, L, 10), "mask": mask}, cross_modal)

path = pathlib.Path(__file__).parent / "reference.safetensors"
save_file(
    {name: tensor.detach().to(torch.float32).contiguous() for name, tensor in stored.items()},
    path,
    {"made_by": f"make_reference.py, PyTorch {torch.__version__.split('+')[0]}"},
)
print(path.name, path.stat().st_size, "bytes,", len(stored), "tensors")
