"""The line protocol between `deno task bench` and its PyTorch twins.

The twin writes one JSON line: {"torch": version}, or {"error": reason}.
It reads one JSON line {"config", "threads", "card", "tensors": [{"name",
"shape"}]} and the float32 values of those tensors, one after another. Where
"card" is true it works on the first CUDA device, in float32 throughout (no
TF32), and its clock waits for the device; without one it writes {"error":
reason} and ends. It tries each memory layout, keeps the faster, starts afresh
and writes {"layout": name, "card": name of the device}.
Then for each line "run" it does one step and writes "<milliseconds> <value>",
the value being the loss or a mean square to compare; "peak" is answered with
the most bytes of memory it has held, and the end of the input ends it.
"""

import json
import resource
import sys
import time

try:
    import torch
except ImportError as error:
    print(json.dumps({"error": str(error)}), flush=True)
    raise SystemExit(0)


def reply(line):
    print(line, flush=True)


def open_card():
    """Makes the first CUDA device the place of all tensors; its name."""
    torch.set_default_device("cuda")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return torch.cuda.get_device_name()


def read_tensors(entries):
    tensors = {}
    for entry in entries:
        count = 1
        for size in entry["shape"]:
            count *= size
        data = bytearray(sys.stdin.buffer.read(4 * count))
        flat = torch.frombuffer(data, dtype=torch.float32)
        place = torch.get_default_device()
        tensors[entry["name"]] = flat.reshape(entry["shape"]).to(place)
    return tensors


def settle():
    """Waits until the card has done what it was told."""
    if torch.get_default_device().type == "cuda":
        torch.cuda.synchronize()


def peak_bytes():
    try:
        # Linux's ru_maxrss remembers the process that started this one.
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return 1024 * int(line.split()[1])
    except OSError:
        # KiB, and bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def timed(step):
    settle()
    start = time.perf_counter()
    value = step()
    settle()
    milliseconds = 1000 * (time.perf_counter() - start)
    return milliseconds, float(value() if callable(value) else value)


def fastest(build, layouts):
    """The layout whose second and third step take the least time."""
    best = None
    for layout in layouts:
        step = build(layout)
        taken = min([timed(step)[0] for _ in range(3)][1:])
        if best is None or taken < best[0]:
            best = (taken, layout)
    return best[1]


def serve(build, layouts=("contiguous",)):
    """`build(config, tensors, layout)` returns a function that does one step
    and returns its value, or a function that gives the value off the clock."""
    reply(json.dumps({"torch": torch.__version__}))
    header = json.loads(sys.stdin.buffer.readline())
    torch.set_num_threads(header["threads"])
    if header["card"] and not torch.cuda.is_available():
        reply(json.dumps({"error": "it sees no CUDA device"}))
        return
    card = open_card() if header["card"] else None
    tensors = read_tensors(header["tensors"])

    def fresh(layout):
        return build(header["config"], tensors, layout)

    layout = layouts[0] if len(layouts) == 1 else fastest(fresh, layouts)
    step = fresh(layout)
    reply(json.dumps({"layout": layout, "card": card}))
    for line in sys.stdin.buffer:
        if line.strip() == b"run":
            milliseconds, value = timed(step)
            reply(f"{milliseconds!r} {value!r}")
        elif line.strip() == b"peak":
            reply(str(peak_bytes()))
