"""Writes the PyTorch files of these tests into the folder files/.

    python tests/formats/pytorch/make_files.py
"""

import os
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch

FOLDER = Path(__file__).parent / "files"


class Evil:
    """Pickles as a call of os.system."""

    def __reduce__(self):
        return (os.system, ("touch /tmp/pickle-was-run",))


def tensors():
    shared = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    return OrderedDict(
        float=torch.tensor([[1.5, -2.0], [0.25, 1e-3]]),
        half=torch.tensor([0.5, -3.0], dtype=torch.float16),
        bfloat=torch.tensor([1.0, -0.15625], dtype=torch.bfloat16),
        double=torch.tensor([0.1], dtype=torch.float64),
        long=torch.tensor(7),
        int=torch.tensor([-5, 6], dtype=torch.int32),
        short=torch.tensor([-300], dtype=torch.int16),
        char=torch.tensor([-1], dtype=torch.int8),
        byte=torch.tensor([255], dtype=torch.uint8),
        bool=torch.tensor([True, False]),
        transposed=shared.t(),
        row=shared[1],
        empty=torch.zeros(0, 3),
        parameter=torch.nn.Parameter(torch.tensor([2.0])),
    )


FOLDER.mkdir(exist_ok=True)
torch.save(tensors(), FOLDER / "today.pt")
torch.save(tensors(), FOLDER / "before_1_6.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "state_dict": tensors()}, FOLDER / "nested.pt")
torch.save({"weight": torch.zeros(1), "epoch": 3}, FOLDER / "with_a_number.pt")
torch.save([torch.zeros(1)], FOLDER / "list.pt")
torch.save({"weight": Evil()}, FOLDER / "evil.pt")
torch.save({"weight": Evil()}, FOLDER / "evil_before_1_6.pth", _use_new_zipfile_serialization=False)
torch.save({"big": torch.tensor([2**40])}, FOLDER / "big_number.pt")
with zipfile.ZipFile(FOLDER / "today.pt") as source, zipfile.ZipFile(
    FOLDER / "compressed.pt", "w", zipfile.ZIP_DEFLATED
) as target:
    for name in source.namelist():
        target.writestr(name, source.read(name))
with zipfile.ZipFile(FOLDER / "no_pickle.zip", "w") as target:
    target.writestr("readme.txt", "hello")
