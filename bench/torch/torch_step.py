"""PyTorch's side of `deno task bench step`: the blocks of lib/models/backbone."""

from protocol import serve, torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from training import LAYOUTS, load, memory_format, training_step

EPSILON = 1e-6


def modulated(x, scale, shift):
    return F.layer_norm(x, x.shape[-1:], eps=EPSILON) * (1 + scale) + shift


def rotate(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.heads = heads

    def forward(self, x, cos, sin):
        B, N, D = x.shape
        qkv = self.qkv(x).view(B, N, 3, self.heads, D // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(
            rotate(q, cos, sin), rotate(k, cos, sin), v
        )
        return self.out(mixed.transpose(1, 2).reshape(B, N, D))


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.down(F.silu(self.up(x)))


class AttentionBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["width"]
        self.modulation = nn.Parameter(torch.empty(6, width))
        self.attention = Attention(width, config["heads"])
        self.feedForward = FeedForward(width)

    def forward(self, x, batch):
        table = batch["shared"] + self.modulation
        shift1, scale1, gate1, shift2, scale2, gate2 = table.split(1, dim=1)
        mixed = self.attention(modulated(x, scale1, shift1), batch["cos"], batch["sin"])
        y = x + mixed * gate1
        return y + self.feedForward(modulated(y, scale2, shift2)) * gate2


class CnnBlock(nn.Module):
    def __init__(self, config, form):
        super().__init__()
        width, inner = config["width"], config["cnnWidth"]
        self.modulation = nn.Parameter(torch.empty(3, width))
        self.down = nn.Linear(width, inner)
        self.conv = nn.Conv3d(inner, inner, 3, padding=1)
        self.up = nn.Linear(inner, width)
        self.grid, self.form = config["grid"], form

    def forward(self, x, batch):
        B, N, _ = x.shape
        table = batch["shared"][:, :3] + self.modulation
        shift, scale, gate = table.split(1, dim=1)
        small = F.silu(self.down(modulated(x, scale, shift)))
        grid = small.view(B, *self.grid, -1).permute(0, 4, 1, 2, 3)
        mixed = F.silu(self.conv(grid.contiguous(memory_format=self.form)))
        moved = self.up(mixed.permute(0, 2, 3, 4, 1).reshape(B, N, -1))
        return x + moved * gate


class BlockStack(nn.Module):
    def __init__(self, config, form):
        super().__init__()
        self.recompute = config["recompute"]
        for place, kind in enumerate(config["kinds"]):
            block = CnnBlock(config, form) if kind == "cnn" else AttentionBlock(config)
            self.add_module(f"block{place:02}", block)

    def forward(self, batch):
        x = batch["x"]
        for block in self.children():
            if self.recompute:
                x = checkpoint(
                    block, x, batch, use_reentrant=False, preserve_rng_state=False
                )
            else:
                x = block(x, batch)
        return x


def build(config, tensors, layout):
    form = memory_format(layout)
    model = BlockStack(config["model"], form)
    load(model, tensors)
    model.to(memory_format=form)
    batch = {
        name[len("batch/"):]: value
        for name, value in tensors.items()
        if name.startswith("batch/")
    }
    return training_step(
        model, lambda: F.mse_loss(model(batch), batch["target"]), config["update"]
    )


serve(build, LAYOUTS)
