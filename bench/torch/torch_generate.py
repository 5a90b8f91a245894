"""PyTorch's side of `deno task bench generate`: the twin of a release draws."""

import sys
from pathlib import Path

from protocol import serve


def build(config, tensors, _layout):
    sys.path.insert(0, config["folder"])
    from twin import Twin

    twin = Twin(Path(config["folder"]))
    settings = {name: config[name] for name in ("fps", "steps", "guidance")}

    def step():
        clips = twin(config["prompts"], tensors["noise"], **settings)
        return lambda: clips.square().mean()

    # The tokenizer is read at the first clip, before the folder goes.
    step()
    return step


serve(build)
