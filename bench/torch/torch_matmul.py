"""PyTorch's side of `deno task bench matmul`: a product into memory of its own."""

from protocol import serve, torch


def build(_config, tensors, _layout):
    a, b = tensors["a"], tensors["b"]
    y = torch.empty(a.shape[0], b.shape[1])

    def step():
        torch.mm(a, b, out=y)
        return lambda: y.square().mean()

    return step


serve(build)
