"""PyTorch's side of `deno task bench vae`: the model of bench/reference_vae.ts."""

from protocol import serve, torch
from torch import nn
from torch.nn import functional as F
from training import LAYOUTS, load, memory_format, training_step


def space_to_depth(x, t, h, w, form):
    """[B,C,T,H,W] -> [B,t*h*w*C,T/t,H/h,W/w], channels in the order t,h,w,C."""
    B, C, T, H, W = x.shape
    x = x.reshape(B, C, T // t, t, H // h, h, W // w, w)
    x = x.permute(0, 3, 5, 7, 1, 2, 4, 6)
    x = x.reshape(B, t * h * w * C, T // t, H // h, W // w)
    return x.contiguous(memory_format=form)


def depth_to_space(x, t, h, w, form):
    B, D, T, H, W = x.shape
    C = D // (t * h * w)
    x = x.reshape(B, t, h, w, C, T, H, W).permute(0, 4, 5, 1, 6, 2, 7, 3)
    x = x.reshape(B, C, T * t, H * h, W * w)
    return x.contiguous(memory_format=form)


class ResidualBlock(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels)
        self.conv1 = nn.Conv3d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, channels)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1)

    def forward(self, x):
        inner = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(inner)))


class Level(nn.Module):
    def __init__(self, width, groups, resample):
        super().__init__()
        self.block = ResidualBlock(width, groups)
        if resample is not None:
            self.resample = nn.Conv3d(*resample, 1)


class Coder(nn.Module):
    def __init__(self, input, levels, norm, output):
        super().__init__()
        self.input = input
        self.levels = nn.ModuleDict(
            {f"level{i:02}": level for i, level in enumerate(levels)}
        )
        self.norm = norm
        self.output = output


class ReferenceVae(nn.Module):
    def __init__(self, config, form):
        super().__init__()
        widths, groups = config["widths"], config["groups"]
        latent, self.patch = config["latentChannels"], config["patch"]
        self.form = form
        pixels = 3 * self.patch**2
        down = [
            Level(w, groups, (8 * w, after) if after else None)
            for w, after in zip(widths, [*widths[1:], None])
        ]
        up = [
            Level(w, groups, (w, 8 * after) if after else None)
            for w, after in zip(widths[::-1], [*widths[-2::-1], None])
        ]
        self.encoder = Coder(
            nn.Conv3d(pixels, widths[0], 3, padding=1),
            down,
            nn.GroupNorm(groups, widths[-1]),
            nn.Conv3d(widths[-1], 2 * latent, 1),
        )
        self.decoder = Coder(
            nn.Conv3d(latent, widths[-1], 1),
            up,
            nn.GroupNorm(groups, widths[0]),
            nn.Conv3d(widths[0], pixels, 3, padding=1),
        )

    def forward(self, clip, noise):
        """The loss parts of a signed clip [B,3,T,H,W]."""
        p = self.encoder
        x = p.input(space_to_depth(clip, 1, self.patch, self.patch, self.form))
        for level in p.levels.values():
            x = level.block(x)
            if hasattr(level, "resample"):
                x = level.resample(space_to_depth(x, 2, 2, 2, self.form))
        out = p.output(F.silu(p.norm(x)))
        mean, log_variance = out.chunk(2, dim=1)
        p = self.decoder
        x = p.input(mean + torch.exp(0.5 * log_variance) * noise)
        for level in p.levels.values():
            x = level.block(x)
            if hasattr(level, "resample"):
                x = depth_to_space(level.resample(x), 2, 2, 2, self.form)
        out = p.output(F.silu(p.norm(x)))
        decoded = depth_to_space(out, 1, self.patch, self.patch, self.form)
        kl = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).mean()
        return F.mse_loss(decoded, clip), kl


def build(config, tensors, layout):
    form = memory_format(layout)
    model = ReferenceVae(config["model"], form)
    load(model, tensors)
    model.to(memory_format=form)

    def cells(name):  # [B,T,H,W,C] -> [B,C,T,H,W]
        x = tensors["batch/" + name].permute(0, 4, 1, 2, 3)
        return x.contiguous(memory_format=form)

    clip, noise = cells("clip"), cells("noise")

    def loss_of():
        reconstruction, kl = model(2 * clip - 1, noise)
        return reconstruction + config["model"]["klWeight"] * kl

    return training_step(model, loss_of, config["update"])


serve(build, LAYOUTS)
