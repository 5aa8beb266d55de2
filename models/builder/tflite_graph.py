"""TFLite networks as ONNX: what the conversions of `mesh.py` and `mobilefacenet.py` share.

TFLite keeps pictures as rows of pixels (NHWC), ONNX convolutions want planes (NCHW). A network is followed operator by
operator with everything in planes; what stands at its two ends is each conversion's own matter. Weights that the file
keeps as float16 become float32.
"""

from __future__ import annotations

import numpy as np
import tflite

from .onnx_graph import Graph

OPERATORS = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}
DTYPES = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.INT32: np.int32}
TO_PLANES, TO_PIXELS = [0, 3, 1, 2], [0, 2, 3, 1]


class Conversion:
    """Walks the operators in their order; `planes` maps a tensor of the source to a name in the new graph."""

    LEFT_OUT: tuple[str, ...] = ()
    """Operators that only lead to outputs that are not kept."""

    def __init__(self, content: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(content, 0)
        self.source = self.model.Subgraphs(0)
        self.graph = Graph()
        self.constants = dict(self.read_constants())
        self.planes: dict[int, str] = {}

    def walk(self) -> None:
        for index in range(self.source.OperatorsLength()):
            self.operator(self.source.Operators(index))

    def read_constants(self):
        for index in range(self.source.TensorsLength()):
            tensor = self.source.Tensors(index)
            buffer = self.model.Buffers(tensor.Buffer())
            if buffer.DataLength():
                yield index, np.frombuffer(buffer.DataAsNumpy().tobytes(), DTYPES[tensor.Type()]).reshape(self.shape(index))

    def shape(self, tensor: int) -> list[int]:
        return [self.source.Tensors(tensor).Shape(axis) for axis in range(self.source.Tensors(tensor).ShapeLength())]

    def operator(self, operator: tflite.Operator) -> None:
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        name = OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = [operator.Inputs(i) for i in range(operator.InputsLength())]
        output = operator.Outputs(0)
        if name == "DEQUANTIZE":
            self.constants[output] = self.constants[inputs[0]].astype(np.float32)
        elif name not in self.LEFT_OUT:
            self.planes[output] = getattr(self, name.lower())(operator, inputs)

    def conv_2d(self, operator, inputs: list[int]) -> str:
        options = read_options(operator, tflite.Conv2DOptions)
        return self.convolution(options, inputs, self.constants[inputs[1]].transpose(0, 3, 1, 2), groups=1)

    def depthwise_conv_2d(self, operator, inputs: list[int]) -> str:
        options = read_options(operator, tflite.DepthwiseConv2DOptions)
        weights = self.constants[inputs[1]].transpose(3, 0, 1, 2)
        return self.convolution(options, inputs, weights, groups=weights.shape[0])

    def convolution(self, options, inputs: list[int], weights: np.ndarray, groups: int) -> str:
        refuse_activation(options)
        kernel, strides = list(weights.shape[2:]), [options.StrideH(), options.StrideW()]
        operands = [self.planes[inputs[0]], self.graph.weight(weights), self.graph.weight(self.constants[inputs[2]])]
        pads = self.padding(options, inputs[0], kernel, strides)
        return self.graph.node("Conv", operands, kernel_shape=kernel, strides=strides, pads=pads, group=groups)

    def max_pool_2d(self, operator, inputs: list[int]) -> str:
        options = read_options(operator, tflite.Pool2DOptions)
        kernel, strides = [options.FilterHeight(), options.FilterWidth()], [options.StrideH(), options.StrideW()]
        pads = self.padding(options, inputs[0], kernel, strides)
        return self.graph.node("MaxPool", [self.planes[inputs[0]]], kernel_shape=kernel, strides=strides, pads=pads)

    def padding(self, options, tensor: int, kernel: list[int], strides: list[int]) -> list[int]:
        """TFLite's SAME padding in ONNX's order (top, left, bottom, right); the odd pixel goes to the end."""
        if options.Padding() != tflite.Padding.SAME:
            return [0, 0, 0, 0]
        _, height, width, _ = self.shape(tensor)
        total = [max((-(-size // s) - 1) * s + k - size, 0) for size, k, s in zip((height, width), kernel, strides)]
        before = [t // 2 for t in total]
        return before + [t - b for t, b in zip(total, before)]

    def prelu(self, _operator, inputs: list[int]) -> str:
        return self.graph.prelu(self.planes[inputs[0]], self.constants[inputs[1]])

    def add(self, _operator, inputs: list[int]) -> str:
        return self.graph.node("Add", [self.planes[i] for i in inputs])

    def pad(self, _operator, inputs: list[int]) -> str:
        begin, end = self.constants[inputs[1]][TO_PLANES].astype(np.int64).T
        operands = [self.planes[inputs[0]], self.graph.weight(np.concatenate([begin, end])), self.graph.weight(np.float32(0))]
        return self.graph.node("Pad", operands, mode="constant")


def read_options(operator, kind):
    table = operator.BuiltinOptions()
    options = kind()
    options.Init(table.Bytes, table.Pos)
    return options


def refuse_activation(options) -> None:
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.NONE:
        raise ValueError("a fused activation, which this network is not known to have")
