import * as tf from "@tensorflow/tfjs-core";
import { type Rng, zeros } from "../../core/mod.ts";
import {
  conv3d,
  initConv3d,
  initLinear,
  initNorm,
  linear,
  type LinearParameters,
  normal,
  type NormParameters,
  rmsNorm,
  silu,
  spaceToDepth,
  type Tensors,
} from "../../models/layers/mod.ts";
import type { ConvolutionParameters } from "../_weights_file.ts";
import { stillFrames, type World3dConfig, type WorldTask } from "./config.ts";

/** Residual block: norm, SiLU and convolution, twice. */
interface BlockParameters {
  readonly norm1: NormParameters;
  readonly conv1: ConvolutionParameters;
  readonly norm2: NormParameters;
  readonly conv2: ConvolutionParameters;
}

/** Attention pooling: the weight of each place in the average. */
interface PoolParameters {
  readonly norm: NormParameters;
  readonly score: LinearParameters;
}

/** Path of appearance: single frames at full size, for object and colour. */
export interface AppearanceParameters {
  readonly input: ConvolutionParameters;
  readonly middle: LinearParameters;
  readonly block1: BlockParameters;
  readonly top: LinearParameters;
  readonly block2: BlockParameters;
  readonly pool: PoolParameters;
  readonly features: LinearParameters;
  readonly object: LinearParameters;
  readonly colour: LinearParameters;
}

/** Path of motion: all frames in coarser cells, for motion and camera. */
export interface MotionParameters {
  readonly input: LinearParameters;
  readonly middle: LinearParameters;
  readonly conv: ConvolutionParameters;
  readonly top: LinearParameters;
  readonly block: BlockParameters;
  readonly pool: PoolParameters;
  readonly features: LinearParameters;
  readonly motion: LinearParameters;
  readonly camera: LinearParameters;
}

/** All parameters of a world3d network. */
export interface World3dParameters {
  readonly appearance: AppearanceParameters;
  readonly motion: MotionParameters;
}

/** Values of a cell of the path of appearance: 4x4 pixels of 3 colours. */
const STILL_CELL = 4 * 4 * 3;
/** Values of a cell of the path of motion: the same of two frames. */
const MOTION_CELL = 2 * STILL_CELL;
/** Cells that are joined where space is halved, and where space and time are. */
const [SQUARE, CUBE] = [4, 8];

/** Initial parameters. */
export function initWorld3d(
  config: World3dConfig,
  rng: Rng,
): World3dParameters {
  const [a, b, c] = config.still;
  const [d, e, f] = config.motion;
  const { classes } = config;
  const still = rng.fork("still");
  const motion = rng.fork("motion");
  const headOf = (task: WorldTask, from: number): LinearParameters =>
    initLinear(rng.fork(`head ${task}`), from, classes[task].length, 0.1);
  const [ofStill, ofMotion] = config.features;
  return {
    appearance: {
      input: initConv2d(still.fork("input"), STILL_CELL, a),
      middle: initLinear(still.fork("middle"), SQUARE * a, b),
      block1: initBlock(still.fork("block1"), b, initConv2d),
      top: initLinear(still.fork("top"), SQUARE * b, c),
      block2: initBlock(still.fork("block2"), c, initConv2d),
      pool: initPool(c),
      features: initLinear(still.fork("features"), c, ofStill),
      object: headOf("object", ofStill),
      colour: headOf("colour", ofStill),
    },
    motion: {
      input: initBiased(motion.fork("input"), MOTION_CELL, d),
      middle: initBiased(motion.fork("middle"), CUBE * d, e),
      conv: initCube(motion.fork("conv"), e, e),
      top: initBiased(motion.fork("top"), CUBE * e, f),
      block: initBlock(motion.fork("block"), f, initCube),
      pool: initPool(f),
      features: initLinear(motion.fork("features"), f, ofMotion),
      motion: headOf("motion", ofMotion),
      camera: headOf("camera", ofMotion),
    },
  };
}

/** Outputs for a batch of clips, of one path or of both. */
interface Outputs<T extends WorldTask> {
  /** `[B,D]`: the features of Fréchet distances; those of appearance first. */
  readonly features: tf.Tensor;
  /** `[B,K]` for each task. */
  readonly logits: Readonly<Record<T, tf.Tensor>>;
  /** Inner layers, `[B,...places,C]`, for perceptual distances. */
  readonly layers: readonly tf.Tensor[];
}

/**
 * Classifies clips along two paths, after SlowFast (Feichtenhofer et al. 2018,
 * arXiv 1812.03982): a few frames at full size for the appearance, all frames
 * in coarser cells for the motion. The paths share no parameters, so each is
 * trained by itself.
 *
 * @param clips `[B,T,S,S,3]` in [0,1], T and S as in the configuration.
 */
export function world3d(
  { appearance, motion }: Tensors<World3dParameters>,
  clips: tf.Tensor,
  config: World3dConfig,
): Outputs<WorldTask> {
  const chosen = tf.tensor1d(
    stillFrames(config.frames, config.stills),
    "int32",
  );
  const still = appearancePath(appearance, tf.gather(clips, chosen, 1));
  const moving = motionPath(motion, clips);
  return {
    features: tf.concat([still.features, moving.features], -1),
    logits: { ...still.logits, ...moving.logits },
    layers: [...still.layers, ...moving.layers],
  };
}

/** The path of appearance: `[B,N,S,S,3]` in [0,1], any number N of frames. */
export function appearancePath(
  p: Tensors<AppearanceParameters>,
  frames: tf.Tensor,
): Outputs<"object" | "colour"> {
  const [B, N, S] = frames.shape as [number, number, number];
  const cells = spaceToDepth(centred(frames), [1, 4, 4]); // [B,N,S/4,S/4,48]
  const pictures = tf.reshape(cells, [B * N, S / 4, S / 4, STILL_CELL]);
  const low = conv2d(p.input, pictures); // [B*N,S/4,S/4,a]
  const middle = block(p.block1, linear(p.middle, halve(silu(low))), conv2d);
  const top = block(p.block2, linear(p.top, halve(silu(middle))), conv2d);
  const [, h, w, c] = top.shape as [number, number, number, number];
  const places = tf.reshape(top, [B, N * h * w, c]);
  const features = linear(p.features, pool(p.pool, places));
  const active = silu(features);
  return {
    features,
    logits: {
      object: linear(p.object, active),
      colour: linear(p.colour, active),
    },
    layers: [low, middle, top],
  };
}

/**
 * The path of motion: `[B,T,S,S,3]` in [0,1]. Its input is the difference from
 * the mean of all frames, which removes all that stays.
 */
export function motionPath(
  p: Tensors<MotionParameters>,
  clips: tf.Tensor,
): Outputs<"motion" | "camera"> {
  const changes = tf.mul(tf.sub(clips, tf.mean(clips, 1, true)), 4);
  const cells = spaceToDepth(changes, [2, 4, 4]); // [B,T/2,S/4,S/4,96]
  const low = silu(linear(p.input, cells));
  const folded = silu(linear(p.middle, spaceToDepth(low, [2, 2, 2])));
  const middle = conv3d(p.conv, folded); // [B,T/4,S/8,S/8,e]
  const top = block(
    p.block,
    linear(p.top, spaceToDepth(silu(middle), [2, 2, 2])),
    conv3d,
  ); // [B,T/8,S/16,S/16,f]
  const [B, t, h, w, f] = top.shape as [number, number, number, number, number];
  const places = tf.reshape(top, [B, t * h * w, f]);
  const features = linear(p.features, pool(p.pool, places));
  const active = silu(features);
  return {
    features,
    logits: {
      motion: linear(p.motion, active),
      camera: linear(p.camera, active),
    },
    layers: [middle, top],
  };
}

/** [0,1] -> [-2,2], with a standard deviation of about 1. */
function centred(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(x, 4), 2);
}

/** Averages places by learned weights: `[B,P,C] -> [B,C]`. */
function pool(
  { norm, score }: Tensors<PoolParameters>,
  places: tf.Tensor,
): tf.Tensor {
  const x = silu(rmsNorm(norm, places));
  const weights = tf.softmax(tf.squeeze(linear(score, x), [2])); // [B,P]
  return tf.sum(tf.mul(x, tf.expandDims(weights, 2)), 1);
}

function block(
  { norm1, conv1, norm2, conv2 }: Tensors<BlockParameters>,
  x: tf.Tensor,
  conv: (parameters: Tensors<ConvolutionParameters>, x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const inner = conv(conv1, silu(rmsNorm(norm1, x)));
  return tf.add(x, conv(conv2, silu(rmsNorm(norm2, inner))));
}

/** `[N,H,W,C] -> [N,H/2,W/2,4C]`. */
function halve(x: tf.Tensor): tf.Tensor {
  const folded = spaceToDepth(tf.expandDims(x, 1), [1, 2, 2]);
  return tf.squeeze(folded, [1]);
}

/** `[N,H,W,in] -> [N,H,W,out]`, zeros outside. */
function conv2d(
  { weight, bias }: Tensors<ConvolutionParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const product = tf.conv2d(
    x as tf.Tensor4D,
    weight as tf.Tensor4D,
    1,
    "same",
  );
  return tf.add(product, bias);
}

function initConv2d(
  rng: Rng,
  from: number,
  to: number,
  gain = 1,
): ConvolutionParameters {
  return {
    weight: normal(rng, [3, 3, from, to], gain / Math.sqrt(9 * from)),
    bias: zeros([to]),
  };
}

/** A 3x3x3 convolution. */
const initCube = (
  rng: Rng,
  from: number,
  to: number,
  gain = 1,
): ConvolutionParameters => initConv3d(rng, 3, from, to, gain);

/** A block that starts near the identity. */
function initBlock(
  rng: Rng,
  channels: number,
  init: (
    rng: Rng,
    from: number,
    to: number,
    gain: number,
  ) => ConvolutionParameters,
): BlockParameters {
  return {
    norm1: initNorm(channels),
    conv1: init(rng.fork("conv1"), channels, channels, 1),
    norm2: initNorm(channels),
    conv2: init(rng.fork("conv2"), channels, channels, 0.1),
  };
}

/**
 * A linear layer with random biases: where a clip rests its input is all
 * zeros, and the gradient of a norm of zeros is unbounded.
 */
function initBiased(rng: Rng, from: number, to: number): LinearParameters {
  return {
    ...initLinear(rng, from, to),
    bias: normal(rng.fork("bias"), [to], 0.3),
  };
}

/** A pool that starts as the plain average. */
function initPool(channels: number): PoolParameters {
  return {
    norm: initNorm(channels),
    score: { weight: zeros([channels, 1]), bias: zeros([1]) },
  };
}
