"""SFace (embedder): the published block-quantised file, with its weights made floating point again.

The published file keeps weights as int8 with a scale and a zero point for every 64 of them, and lists 174 stale graph
inputs beside the picture; ONNX Runtime would demand some of those at every call. Dequantising once, here, gives a plain
float network: half the time per face of running the int8 weights.

The manifest's recipe says how large weights are stored. `sface half`: as float16 with a Cast before use, half the file
(19 MB instead of 39). It costs nothing that int8 has not already cost: embeddings differ from those of float32 storage
by less than 1e-6 in cosine. `sface float`: as they are computed.

The published graph takes one picture; nothing in it depends on that, so any number is taken here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from .onnx_graph import ANY, HALF_FROM, Graph, save

PICTURE, EMBEDDING = "data", "fc1"
STORAGES = ["float", "half"]


def convert(source: Path, target: Path, storage: str) -> None:
    published = onnx.load(source).graph
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in published.initializer}
    renamed: dict[str, str] = {}
    graph = Graph()

    def operand(name: str) -> str:
        """The new name of a node's input; a weight is written when it is first used."""
        if name not in renamed:
            renamed[name] = stored(graph, known[name], storage) if name in known else name
        return renamed[name]

    for node in published.node:
        (output,) = node.output
        if node.op_type == "Constant":
            known[output] = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "DequantizeLinear":
            known[output] = dequantise(node, known)
        elif node.op_type == "Reshape" and node.input[0] in known:
            known[output] = known[node.input[0]].reshape(known[node.input[1]])
        elif node.op_type == "PRelu":
            renamed[output] = graph.prelu(operand(node.input[0]), known[node.input[1]])
        elif node.op_type == "Dropout":
            renamed[output] = operand(node.input[0])  # does nothing outside training
        else:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            inputs = [operand(name) for name in node.input]
            renamed[output] = graph.node(node.op_type, inputs, EMBEDDING if output == EMBEDDING else None, **attributes)
    save(graph.finish("sface", {PICTURE: [ANY, 3, 112, 112]}, {EMBEDDING: [ANY, 128]}), target)


def dequantise(node: onnx.NodeProto, known: dict[str, np.ndarray]) -> np.ndarray:
    """`(q - zero point) * scale`, each scale standing for `block_size` elements along `axis` (ONNX DequantizeLinear 21)."""
    attributes = {a.name: a.i for a in node.attribute}
    axis, block = attributes["axis"], attributes["block_size"]
    quantised, scale, zero = (known[name].astype(np.float32) for name in node.input)
    length = quantised.shape[axis]
    spread = [np.repeat(part, block, axis=axis).take(range(length), axis=axis) for part in (scale, zero)]
    return (quantised - spread[1]) * spread[0]


def stored(graph: Graph, array: np.ndarray, storage: str) -> str:
    if storage == "half" and array.dtype == np.float32 and array.size > HALF_FROM:
        return graph.node("Cast", [graph.weight(array.astype(np.float16))], to=TensorProto.FLOAT)
    return graph.weight(array)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]), STORAGES[STORAGES.index(sys.argv[3])])
