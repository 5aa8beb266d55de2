"""YuNet (detector): the published graph, with height and width left open.

The published file declares 640x640; its layers are convolutions and reshapes to `-1`, so only the declared sizes keep it
from other sizes. Weights and nodes stay as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx

from .onnx_graph import save


def convert(source: Path, target: Path) -> None:
    model = onnx.load(source)
    (picture,) = model.graph.input
    height, width = picture.type.tensor_type.shape.dim[2:]
    height.dim_param, width.dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_{output.name.rpartition('_')[2]}"
    # Inner shapes were inferred for 640x640 and would contradict the open ones.
    del model.graph.value_info[:]
    save(model, target)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
