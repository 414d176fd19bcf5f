import type { Tensor as FullTensor } from "onnxruntime-common";

/**
 * Stands in for onnxruntime-common's class in the scripts of a page without a bundler, whose ONNX Runtime has a copy of its own inside: feeds are
 * read by these fields, and outputs are its own.
 */
class PlainTensor {
  readonly location = "cpu";
  readonly size: number;
  readonly type: FullTensor.Type;
  readonly data: FullTensor.DataType;
  readonly dims: readonly number[];

  constructor(type: FullTensor.Type, data: FullTensor.DataType, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
    this.size = data.length;
  }

  dispose(): void {}
}

export { PlainTensor as Tensor };
