"""What the training twins share: weights from our layout, AdamW, one step."""

import torch
from torch import nn

CHANNELS_LAST = "channels_last_3d"
LAYOUTS = ("contiguous", CHANNELS_LAST)


def memory_format(layout):
    if layout == CHANNELS_LAST:
        return torch.channels_last_3d
    return torch.contiguous_format


def to_torch(weight):
    """[in,out] -> [out,in]; [kT,kH,kW,in,out] -> [out,in,kT,kH,kW]."""
    order = (4, 3, 0, 1, 2) if weight.dim() == 5 else (1, 0)
    return weight.permute(order)


def load(module, tensors):
    """Copies tensors named `parameters/a/b/weight` into the parameters `a.b.weight`."""
    parameters = dict(module.named_parameters())
    prefix = "parameters/"
    given = {
        name[len(prefix):].replace("/", "."): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }
    if set(given) != set(parameters):
        raise ValueError(f"parameters differ: {set(given) ^ set(parameters)}")
    with torch.no_grad():
        for name, value in given.items():
            if name.endswith("weight") and value.dim() in (2, 5):
                value = to_torch(value)
            if parameters[name].shape != value.shape:
                raise ValueError(f"{name}: {parameters[name].shape} is {value.shape}")
            parameters[name].copy_(value)


def adamw(module, options):
    """Decays weights of rank 2 and more, as ours does; fused where it can be."""
    parameters = list(module.parameters())
    groups = [
        {
            "params": [p for p in parameters if p.dim() >= 2],
            "weight_decay": options["weightDecay"],
        },
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    settings = {
        "lr": options["learningRate"],
        "betas": tuple(options["betas"]),
        "eps": options["epsilon"],
    }
    try:
        return torch.optim.AdamW(groups, fused=True, **settings)
    except RuntimeError:
        return torch.optim.AdamW(groups, foreach=True, **settings)


def training_step(module, loss_of, options):
    """One step as a function: loss, gradients, clipping, AdamW."""
    optimiser = adamw(module, options)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        if options.get("clipNorm") is not None:
            nn.utils.clip_grad_norm_(module.parameters(), options["clipNorm"])
        optimiser.step()
        return loss.item()

    return step
