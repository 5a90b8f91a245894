"""Checks what `deno task export` wrote, with the packages of the formats' authors.

    pip install numpy onnx safetensors
    python tests/recipes/export/check_files.py runs/export

Every ONNX file must pass the checker, shapes included, and run in ONNX's own
reference evaluator if asked to with --run (minutes for any but small models),
text encoder to backbone to VAE decoder; every safetensors file must open, with
its configuration.
"""

import json
import sys

import numpy
import onnx
from onnx.reference import ReferenceEvaluator
from safetensors import safe_open

folder = sys.argv[1]
values = {}


def inputs_of(graph):
    """What the files before have given; zeros for rows of tables, random else."""
    random = numpy.random.default_rng(1)
    for value in graph.input:
        shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
        if value.name in values and list(values[value.name].shape) == shape:
            yield value.name, values[value.name]
        elif value.type.tensor_type.elem_type == onnx.TensorProto.INT32:
            yield value.name, numpy.zeros(shape, numpy.int32)
        elif value.name == "fps":
            yield value.name, numpy.full(shape, 8, numpy.float32)
        elif "mask" in value.name:
            yield value.name, numpy.ones(shape, numpy.float32)
        else:
            yield value.name, random.standard_normal(shape).astype(numpy.float32)


for name in ["text_encoder", "backbone", "vae_decoder", "vae_encoder"]:
    path = f"{folder}/{name}.onnx"
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path)
    domains = {o.domain for o in model.opset_import}
    assert domains == {""}, f"{name} needs operators beyond the standard: {domains}"
    outputs = [o.name for o in model.graph.output]
    if "--run" in sys.argv:
        results = ReferenceEvaluator(model).run(outputs, dict(inputs_of(model.graph)))
        values.update(zip(outputs, results))
        assert all(numpy.isfinite(r).all() for r in results), name
    metadata = {p.key: p.value for p in model.metadata_props}
    print(f"{name}.onnx: {metadata['kind']}, {len(model.graph.node)} nodes, {outputs}")

for name in ["text_encoder", "backbone", "vae"]:
    with safe_open(f"{folder}/{name}.safetensors", "np") as file:
        metadata = file.metadata()
        json.loads(metadata["config"])
        count = sum(file.get_tensor(key).size for key in file.keys())
        print(f"{name}.safetensors: {metadata['kind']}, {count} numbers")
