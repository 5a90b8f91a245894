"""PyTorch's side of `deno task bench generate`: the twin of a release draws."""

import sys
from pathlib import Path

from protocol import serve


def build(config, tensors, _layout):
    folder = Path(config["folder"])
    sys.path[:0] = [str(folder), str(folder / "tokenizer")]
    import tokenizer
    from twin import Twin

    # Read once, off the clock, and before the folder goes.
    read = tokenizer.Tokenizer(str(folder / "tokenizer" / "tokenizer.json"))
    tokenizer.Tokenizer = lambda _: read
    twin = Twin(folder)
    settings = {name: config[name] for name in ("fps", "steps", "guidance")}

    def step():
        clips = twin(config["prompts"], tensors["noise"], **settings)
        return lambda: clips.square().mean()

    return step


serve(build)
