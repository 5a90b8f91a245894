"""Makes the reference values of tests/evaluation with PyTorch, SciPy and scikit-image.

    python tests/evaluation/make_reference.py           # writes tests/evaluation/reference/
    python tests/evaluation/make_reference.py --files DIR   # also full-size weight files, to import by hand

Weights and inputs are not stored: both sides compute them from their names
(planned() here, tests/evaluation/_planned.ts there). The networks follow the
published architectures and carry the names of the public files. PSNR is that of
the filter of an ffmpeg on the PATH.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import scipy.linalg
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from skimage.metrics import structural_similarity

HERE = Path(__file__).parent / "reference"


def planned(name, shape):
    """Numbers in [-1,1) that depend on a name alone."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (np.arange(int(np.prod(shape)), dtype=np.uint64) + seed * 0x9E3779B9) & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return (x.astype(np.float64) / 2**31 - 1).reshape(shape)


def tensor(values):
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def convolution_weight(name, shape):
    """Uniform with the deviation of He et al.: sqrt(2 / fan in)."""
    fan_in = int(np.prod(shape[1:]))
    return tensor(planned(name, shape) * np.sqrt(6 / fan_in))


# --- I3D, in the layout of the public pytorch-i3d port -------------------------------

MIXED = {
    "Mixed_3b": (192, [64, 96, 128, 16, 32, 32]),
    "Mixed_3c": (256, [128, 128, 192, 32, 96, 64]),
    "Mixed_4b": (480, [192, 96, 208, 16, 48, 64]),
    "Mixed_4c": (512, [160, 112, 224, 24, 64, 64]),
    "Mixed_4d": (512, [128, 128, 256, 24, 64, 64]),
    "Mixed_4e": (512, [112, 144, 288, 32, 64, 64]),
    "Mixed_4f": (528, [256, 160, 320, 32, 128, 128]),
    "Mixed_5b": (832, [256, 160, 320, 32, 128, 128]),
    "Mixed_5c": (832, [384, 192, 384, 48, 128, 128]),
}


def i3d_weights():
    weights = {}

    def unit(name, from_, to, window):
        weights[f"{name}.conv3d.weight"] = convolution_weight(
            f"{name}.conv3d.weight", (to, from_, window, window, window)
        )
        for word, centre, spread in (
            ("weight", 1, 0.2), ("bias", 0, 0.1), ("running_mean", 0, 0.1), ("running_var", 1, 0.3),
        ):
            key = f"{name}.bn.{word}"
            weights[key] = tensor(centre + spread * planned(key, (to,)))
        weights[f"{name}.bn.num_batches_tracked"] = torch.tensor(7)

    unit("Conv3d_1a_7x7", 3, 64, 7)
    unit("Conv3d_2b_1x1", 64, 64, 1)
    unit("Conv3d_2c_3x3", 64, 192, 3)
    for name, (from_, (b0, b1a, b1b, b2a, b2b, b3b)) in MIXED.items():
        unit(f"{name}.b0", from_, b0, 1)
        unit(f"{name}.b1a", from_, b1a, 1)
        unit(f"{name}.b1b", b1a, b1b, 3)
        unit(f"{name}.b2a", from_, b2a, 1)
        unit(f"{name}.b2b", b2a, b2b, 3)
        unit(f"{name}.b3b", from_, b3b, 1)
    weights["logits.conv3d.weight"] = convolution_weight("logits.conv3d.weight", (400, 1024, 1, 1, 1))
    weights["logits.conv3d.bias"] = tensor(0.1 * planned("logits.conv3d.bias", (400,)))
    return weights


def same_padding(x, window, stride):
    pads = []
    for size, k, s in zip(x.shape[2:], window, stride):
        pad = max(k - s, 0) if size % s == 0 else max(k - size % s, 0)
        pads.insert(0, pad - pad // 2)
        pads.insert(0, pad // 2)
    return F.pad(x, pads)


def i3d(weights, x):
    """x: [B,3,T,H,W] in [-1,1] -> logits [B,400], pooled [B,1024]."""

    def unit(name, x, stride=1):
        weight = weights[f"{name}.conv3d.weight"]
        x = F.conv3d(same_padding(x, weight.shape[2:], (stride,) * 3), weight, stride=stride)
        bn = [weights[f"{name}.bn.{word}"] for word in ("running_mean", "running_var", "weight", "bias")]
        return F.relu(F.batch_norm(x, *bn, training=False, eps=0.001))

    def pool(x, window, stride):
        return F.max_pool3d(same_padding(x, window, stride), window, stride)

    def mixed(name, x):
        return torch.cat([
            unit(f"{name}.b0", x),
            unit(f"{name}.b1b", unit(f"{name}.b1a", x)),
            unit(f"{name}.b2b", unit(f"{name}.b2a", x)),
            unit(f"{name}.b3b", pool(x, (3, 3, 3), (1, 1, 1))),
        ], dim=1)

    x = pool(unit("Conv3d_1a_7x7", x, 2), (1, 3, 3), (1, 2, 2))
    x = unit("Conv3d_2c_3x3", unit("Conv3d_2b_1x1", x))
    x = pool(x, (1, 3, 3), (1, 2, 2))
    x = mixed("Mixed_3c", mixed("Mixed_3b", x))
    x = pool(x, (3, 3, 3), (2, 2, 2))
    for letter in "bcdef":
        x = mixed(f"Mixed_4{letter}", x)
    x = pool(x, (2, 2, 2), (2, 2, 2))
    x = mixed("Mixed_5c", mixed("Mixed_5b", x))
    # The port pools 2x7x7, which is all of the plane at 224 pixels.
    x = F.avg_pool3d(x, (2, x.shape[3], x.shape[4]), stride=1)
    logits = F.conv3d(x, weights["logits.conv3d.weight"], weights["logits.conv3d.bias"])
    return logits.squeeze(4).squeeze(3).mean(2), x.squeeze(4).squeeze(3).mean(2)


# --- LPIPS v0.1 on torchvision's trunks ----------------------------------------------

ALEX = [(0, 3, 64, 11, 4, 2), (3, 64, 192, 5, 1, 2), (6, 192, 384, 3, 1, 1), (8, 384, 256, 3, 1, 1),
        (10, 256, 256, 3, 1, 1)]
VGG = [(0, 3, 64), (2, 64, 64), (5, 64, 128), (7, 128, 128), (10, 128, 256), (12, 256, 256),
       (14, 256, 256), (17, 256, 512), (19, 512, 512), (21, 512, 512), (24, 512, 512), (26, 512, 512),
       (28, 512, 512)]
FIRES = {3: (64, 16, 64), 4: (128, 16, 64), 6: (128, 32, 128), 7: (256, 32, 128), 9: (256, 48, 192),
         10: (384, 48, 192), 11: (384, 64, 256), 12: (512, 64, 256)}
CHANNELS = {"alex": [64, 192, 384, 256, 256], "vgg": [64, 128, 256, 512, 512],
            "squeeze": [64, 128, 256, 384, 384, 512, 512]}


def trunk_weights(trunk):
    weights = {}

    def convolution(name, from_, to, window):
        full = f"{trunk}/{name}"
        weights[f"{name}.weight"] = convolution_weight(f"{full}.weight", (to, from_, window, window))
        weights[f"{name}.bias"] = tensor(0.1 * planned(f"{full}.bias", (to,)))

    if trunk == "alex":
        for index, from_, to, window, _, _ in ALEX:
            convolution(f"features.{index}", from_, to, window)
    elif trunk == "vgg":
        for index, from_, to in VGG:
            convolution(f"features.{index}", from_, to, 3)
    else:
        convolution("features.0", 3, 64, 3)
        for index, (from_, narrow, wide) in FIRES.items():
            convolution(f"features.{index}.squeeze", from_, narrow, 1)
            convolution(f"features.{index}.expand1x1", narrow, wide, 1)
            convolution(f"features.{index}.expand3x3", narrow, wide, 3)
    return weights


def head_weights(trunk):
    return {
        f"lin{i}.model.1.weight": tensor(
            np.abs(planned(f"{trunk}/lin{i}", (1, channels, 1, 1)))
        )
        for i, channels in enumerate(CHANNELS[trunk])
    }


def taps(trunk, weights, x):
    def convolution(name, x, stride=1, pad=0):
        return F.relu(F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride, pad))

    found = []
    if trunk == "alex":
        for index, _, _, _, stride, pad in ALEX:
            x = convolution(f"features.{index}", x, stride, pad)
            found.append(x)
            if index in (0, 3):
                x = F.max_pool2d(x, 3, 2)
    elif trunk == "vgg":
        for index, _, _ in VGG:
            x = convolution(f"features.{index}", x, 1, 1)
            if index in (2, 7, 14, 21, 28):
                found.append(x)
                x = F.max_pool2d(x, 2, 2)
    else:
        x = convolution("features.0", x, 2)
        found.append(x)
        for index in FIRES:
            if index in (3, 6, 9):
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = convolution(f"features.{index}.squeeze", x)
            x = torch.cat([convolution(f"features.{index}.expand1x1", x),
                           convolution(f"features.{index}.expand3x3", x, 1, 1)], dim=1)
            if index not in (3, 6):
                found.append(x)
    return found


def lpips(trunk, weights, heads, a, b):
    shift = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)
    total = 0
    both = [taps(trunk, weights, (x - shift) / scale) for x in (a, b)]
    for i, (x, y) in enumerate(zip(*both)):
        x, y = (z / (z.square().sum(1, keepdim=True).sqrt() + 1e-10) for z in (x, y))
        head = heads[f"lin{i}.model.1.weight"]
        total = total + F.conv2d((x - y) ** 2, head).mean((2, 3)).squeeze(1)
    return total


def pictures(name, shape):
    """Channels last, as the TypeScript side plans them, to channels first."""
    values = tensor(planned(name, shape))
    return values.movedim(-1, 1).contiguous()


def networks(files):
    with torch.no_grad():
        weights = i3d_weights()
        logits, pooled = i3d(weights, pictures("clips", (1, 10, 64, 64, 3)))
        # 70 pixels leave remainders at every stride.
        odd, _ = i3d(weights, pictures("odd clips", (1, 17, 70, 38, 3)))
        save_file({"logits": logits.numpy(), "pooled": pooled.numpy(), "odd": odd.numpy()},
                  HERE / "i3d.safetensors")
        distances = {}
        for trunk in CHANNELS:
            for size in (64, 45):
                a, b = (pictures(f"{word} {size}", (2, size, size, 3)) for word in "ab")
                found = lpips(trunk, trunk_weights(trunk), head_weights(trunk), a, b)
                distances[f"{trunk}{size}"] = found.numpy()
        save_file(distances, HERE / "lpips.safetensors")
        save_file({"resized": F.interpolate(pictures("resize", (1, 5, 7, 2)), size=(11, 4),
                   mode="bilinear", align_corners=False).movedim(1, -1).contiguous().numpy()},
                  HERE / "resize.safetensors")
        if files:
            save_files(Path(files), weights)


def save_files(folder, i3d_dictionary):
    """Weight files as the public ones are laid out, with planned values."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(i3d_dictionary, folder / "i3d.pt")
    classifiers = {"alex": {"classifier.1.weight": torch.zeros(8, 8)},
                   "vgg": {"classifier.0.weight": torch.zeros(8, 8)},
                   "squeeze": {"classifier.1.weight": torch.zeros(8, 8)}}
    for trunk in CHANNELS:
        torch.save({**trunk_weights(trunk), **classifiers[trunk]}, folder / f"{trunk}_trunk.pth")
        torch.save(head_weights(trunk), folder / f"{trunk}_heads.pth",
                   _use_new_zipfile_serialization=False)
    logits, pooled = i3d(i3d_dictionary, pictures("large", (1, 16, 224, 224, 3)))
    save_file({"logits": logits.numpy(), "pooled": pooled.numpy()}, folder / "i3d_224.safetensors")


# --- Fréchet distance -----------------------------------------------------------------

def moments(name, dimension):
    rows = planned(name, (dimension + 100, dimension))
    covariance = rows.T @ rows / len(rows) + 0.01 * np.eye(dimension)
    return planned(f"{name} mean", (dimension,)), covariance


def frechet():
    results = []
    for dimension in (12, 400):
        (m1, s1), (m2, s2) = (moments(f"moments {word} {dimension}", dimension) for word in "ab")
        root = scipy.linalg.sqrtm(s1 @ s2)
        distance = np.sum((m1 - m2) ** 2) + np.trace(s1) + np.trace(s2) - 2 * np.trace(root).real
        results.append({
            "dimension": dimension, "distance": distance,
            # So that both sides can tell that they speak of the same moments.
            "traces": [np.trace(s1), np.trace(s2)],
            "squares": [np.sum(s1 ** 2), np.sum(s2 ** 2)],
        })
    (HERE / "frechet.json").write_text(json.dumps(results, indent=2) + "\n")


# --- PSNR and SSIM on two real clips --------------------------------------------------

def worse(clip):
    """What _clips.ts does to a clip: neighbours mixed, every third value moved."""
    x = clip.astype(np.int64)
    mixed = (3 * x + np.roll(x, 1, axis=2) + 2) // 4
    moved = mixed.reshape(-1)
    moved[::3] += 9
    return np.clip(moved, 0, 255).astype(np.uint8).reshape(clip.shape)


def quality():
    results = {}
    folder = Path(tempfile.mkdtemp())
    subprocess.run(["deno", "run", "-A", Path(__file__).parent / "_clips.ts", folder], check=True)
    for path in sorted(folder.glob("*.rgb")):
        frames, height, width = (int(x) for x in re.search(r"(\d+)x(\d+)x(\d+)", path.name).groups())
        clip = np.fromfile(path, dtype=np.uint8).reshape(frames, height, width, 3)
        other = worse(clip)
        other_path = folder / f"worse-{path.stem}"
        other.tofile(other_path)
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i"]
        log = subprocess.run(["ffmpeg", *raw, other_path, *raw, path, "-lavfi", "psnr", "-f", "null", "-"],
                             capture_output=True, text=True, check=True).stderr
        similarity = np.mean([
            structural_similarity(a / 255, b / 255, channel_axis=-1, gaussian_weights=True, sigma=1.5,
                                  use_sample_covariance=False, data_range=1)
            for a, b in zip(other, clip)
        ])
        results[path.stem.split("_")[0]] = {"psnr": float(re.search(r"average:([\d.]+)", log)[1]), "ssim": similarity}
    (HERE / "quality.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--files")
    HERE.mkdir(exist_ok=True)
    frechet()
    quality()
    networks(parser.parse_args().files)
