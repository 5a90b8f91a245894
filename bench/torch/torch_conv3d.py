"""PyTorch's side of `deno task bench conv3d`: a convolution and both gradients."""

from protocol import serve, torch
from torch.nn import functional as F
from training import LAYOUTS, memory_format, to_torch


def build(_config, tensors, layout):
    form = memory_format(layout)

    def cells(name):  # [B,T,H,W,C] -> [B,C,T,H,W]
        return tensors[name].permute(0, 4, 1, 2, 3).contiguous(memory_format=form)

    x = cells("x").requires_grad_()
    dy = cells("dy")
    weight = to_torch(tensors["filter"]).contiguous(memory_format=form)
    weight.requires_grad_()

    def step():
        x.grad = None
        weight.grad = None
        y = F.conv3d(x, weight, padding=1)
        y.backward(dy)
        return lambda: sum(v.detach().square().mean() for v in (y, x.grad, weight.grad))

    return step


serve(build, LAYOUTS)
