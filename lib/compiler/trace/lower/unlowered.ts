const COMPLEX = "complex numbers have no element type here";
const TEXT = "text has no element type here";
const VALUES =
  "the shape of its result depends on values, and shapes are static here";
const UNCALLED = "no function of TF.js calls it: they use other kernels";
const CANVAS = "it needs the canvas of a browser";
const UNUSED = "the compiler has no rule for it";

/**
 * Every TF.js kernel that has no lowering, and why. Together with the table of
 * lowerings this names all kernels there are, so that none is forgotten.
 */
export const UNLOWERED: Readonly<Record<string, string>> = {
  Bincount: UNUSED,
  BitwiseAnd: UNUSED,
  BroadcastArgs: `${UNUSED}; shapes are known while tracing`,
  BroadcastTo: UNCALLED,
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  CropAndResize: UNUSED,
  DenseBincount: UNUSED,
  Dilation2D: UNUSED,
  Dilation2DBackpropFilter: UNUSED,
  Dilation2DBackpropInput: UNUSED,
  Draw: CANVAS,
  FFT: COMPLEX,
  FromPixels: CANVAS,
  IFFT: COMPLEX,
  Imag: COMPLEX,
  LRN: UNUSED,
  LRNGrad: UNUSED,
  LogSoftmax: UNCALLED,
  LogicalXor: UNCALLED,
  LowerBound: UNUSED,
  MatrixBandPart: UNCALLED,
  MaxPoolWithArgmax: UNUSED,
  Multinomial: "random numbers are drawn outside and are arguments",
  NonMaxSuppressionV3: VALUES,
  NonMaxSuppressionV4: VALUES,
  NonMaxSuppressionV5: VALUES,
  Pool: UNCALLED,
  RaggedGather: VALUES,
  RaggedRange: VALUES,
  RaggedTensorToTensor: VALUES,
  Real: COMPLEX,
  RotateWithOffset: UNUSED,
  SearchSorted: UNUSED,
  SparseFillEmptyRows: VALUES,
  SparseReshape: VALUES,
  SparseSegmentMean: UNUSED,
  SparseSegmentSum: UNUSED,
  SparseToDense: UNUSED,
  StaticRegexReplace: TEXT,
  StringNGrams: TEXT,
  StringSplit: TEXT,
  StringToHashBucketFast: TEXT,
  TensorScatterUpdate: UNUSED,
  Transform: UNUSED,
  Unique: VALUES,
  UpperBound: UNUSED,
};
