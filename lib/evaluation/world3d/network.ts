import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
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
import { stillFrames, type World3dConfig, type WorldTask } from "./config.ts";

/** A 3x3 convolution of pictures, or a 3x3x3 one of clips. */
interface ConvParameters {
  /** `[3,3,in,out]` or `[3,3,3,in,out]`. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
}

/** Norm, SiLU and convolution, twice, around a shortcut. */
interface BlockParameters {
  readonly norm1: NormParameters;
  readonly conv1: ConvParameters;
  readonly norm2: NormParameters;
  readonly conv2: ConvParameters;
}

/** Weights of places before their features are averaged. */
interface PoolParameters {
  readonly norm: NormParameters;
  readonly score: LinearParameters;
}

/** All parameters of a world3d network. */
export interface World3dParameters {
  readonly still: {
    readonly input: ConvParameters;
    readonly middle: LinearParameters;
    readonly block1: BlockParameters;
    readonly top: LinearParameters;
    readonly block2: BlockParameters;
    readonly pool: PoolParameters;
  };
  readonly motion: {
    readonly input: LinearParameters;
    readonly middle: LinearParameters;
    readonly conv: ConvParameters;
    readonly top: LinearParameters;
    readonly block: BlockParameters;
    readonly pool: PoolParameters;
  };
  readonly join: LinearParameters;
  readonly heads: Readonly<
    Record<WorldTask, LinearParameters>
  >;
}

/** What the network makes of a batch of clips. */
export interface World3dOutputs {
  /** `[B,D]`: what Fréchet distances are taken of. */
  readonly features: tf.Tensor;
  /** One `[B,K]` for each task, unnormalised logarithms of probabilities. */
  readonly logits: Readonly<Record<WorldTask, tf.Tensor>>;
  /** Inner layers, `[B,...places,C]`, for perceptual distances. */
  readonly layers: readonly tf.Tensor[];
}

/** Numbers that one still cell folds: 4x4 pixels of 3 colours. */
const STILL_CELL = 4 * 4 * 3;
/** Numbers that one motion cell folds: the same of two frames. */
const MOTION_CELL = 2 * STILL_CELL;
/** Cells that each halving of space joins, and of space and time. */
const [SQUARE, CUBE] = [4, 8];

/** Makes a network before training. */
export function initWorld3d(
  config: World3dConfig,
  rng: Rng,
): World3dParameters {
  const [a, b, c] = config.still;
  const [d, e, f] = config.motion;
  const still = rng.fork("still");
  const motion = rng.fork("motion");
  const heads = rng.fork("heads");
  return {
    still: {
      input: initConv2d(still.fork("input"), STILL_CELL, a),
      middle: initLinear(still.fork("middle"), SQUARE * a, b),
      block1: initBlock(still.fork("block1"), b, initConv2d),
      top: initLinear(still.fork("top"), SQUARE * b, c),
      block2: initBlock(still.fork("block2"), c, initConv2d),
      pool: initPool(c),
    },
    motion: {
      input: initLinear(motion.fork("input"), MOTION_CELL, d),
      middle: initLinear(motion.fork("middle"), CUBE * d, e),
      conv: initCube(motion.fork("conv"), e, e),
      top: initLinear(motion.fork("top"), CUBE * e, f),
      block: initBlock(motion.fork("block"), f, initCube),
      pool: initPool(f),
    },
    join: initLinear(rng.fork("join"), c + f, config.features),
    heads: {
      object: initHead("object"),
      colour: initHead("colour"),
      motion: initHead("motion"),
      camera: initHead("camera"),
    },
  };

  function initHead(task: WorldTask): LinearParameters {
    const classes = config.classes[task].length;
    return initLinear(heads.fork(task), config.features, classes, 0.1);
  }
}

/**
 * Looks at clips along two paths, after SlowFast (Feichtenhofer et al. 2018,
 * arXiv 1812.03982): a few frames at full size for what is there, all frames
 * in coarser cells for how it moves.
 *
 * @param clips `[B,T,S,S,3]` in [0,1], T and S as the configuration says.
 * @param stills Frames to look at closely, `[N]` indices shared by all clips;
 *   those of {@link stillFrames} when left out.
 */
export function world3d(
  p: Tensors<World3dParameters>,
  clips: tf.Tensor,
  config: World3dConfig,
  stills?: tf.Tensor,
): World3dOutputs {
  const x = centred(clips);
  const chosen = stills ??
    tf.tensor1d(stillFrames(config.frames, config.stills), "int32");
  const near = lookAtStills(p.still, tf.gather(x, chosen, 1));
  const far = lookAtMotion(p.motion, x);
  const joined = tf.concat([near.pooled, far.pooled], -1); // [B,c+f]
  const features = linear(p.join, joined);
  const active = silu(features);
  return {
    features,
    logits: {
      object: linear(p.heads.object, active),
      colour: linear(p.heads.colour, active),
      motion: linear(p.heads.motion, active),
      camera: linear(p.heads.camera, active),
    },
    layers: [...near.layers, ...far.layers],
  };
}

/**
 * What the network tells of pictures alone, as if nothing moved:
 * `[B,N,S,S,3]` in [0,1] `-> [B,K]` for object and colour.
 */
export function world3dStills(
  p: Tensors<World3dParameters>,
  pictures: tf.Tensor,
): Readonly<Record<"object" | "colour", tf.Tensor>> {
  const near = lookAtStills(p.still, centred(pictures)).pooled;
  const [B, c] = near.shape as [number, number];
  const f = p.join.weight.shape[0]! - c;
  const joined = tf.concat([near, tf.zeros([B, f])], -1);
  const active = silu(linear(p.join, joined));
  return {
    object: linear(p.heads.object, active),
    colour: linear(p.heads.colour, active),
  };
}

/** [0,1] -> [-2,2], which has a deviation of about 1. */
function centred(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(x, 4), 2);
}

/** A path's result: `[B,C]`, and its inner layers. */
interface Path {
  readonly pooled: tf.Tensor;
  readonly layers: readonly tf.Tensor[];
}

/** `[B,N,S,S,3]` -> `[B,c]`. */
function lookAtStills(
  p: Tensors<World3dParameters["still"]>,
  frames: tf.Tensor,
): Path {
  const [B, N, S] = frames.shape as [number, number, number];
  const cells = spaceToDepth(frames, [1, 4, 4]); // [B,N,S/4,S/4,48]
  const pictures = tf.reshape(cells, [B * N, S / 4, S / 4, STILL_CELL]);
  const low = conv2d(p.input, pictures); // [B*N,S/4,S/4,a]
  const middle = block(p.block1, linear(p.middle, halve(silu(low))), conv2d);
  const top = block(p.block2, linear(p.top, halve(silu(middle))), conv2d);
  const [, h, w, c] = top.shape as [number, number, number, number];
  const places = tf.reshape(top, [B, N * h * w, c]);
  return { pooled: pool(p.pool, places), layers: [low, middle, top] };
}

/** `[B,T,S,S,3]` -> `[B,f]`. */
function lookAtMotion(
  p: Tensors<World3dParameters["motion"]>,
  clips: tf.Tensor,
): Path {
  const cells = spaceToDepth(clips, [2, 4, 4]); // [B,T/2,S/4,S/4,96]
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
  return { pooled: pool(p.pool, places), layers: [middle, top] };
}

/** Averages places by learnt weights: `[B,P,C] -> [B,C]`. */
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
  conv: (parameters: Tensors<ConvParameters>, x: tf.Tensor) => tf.Tensor,
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
  { weight, bias }: Tensors<ConvParameters>,
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
): ConvParameters {
  return {
    weight: normal(rng, [3, 3, from, to], gain / Math.sqrt(9 * from)),
    bias: zeros([to]),
  };
}

function initCube(
  rng: Rng,
  from: number,
  to: number,
  gain = 1,
): ConvParameters {
  return initConv3d(rng, 3, from, to, gain);
}

/** Makes a block that starts almost as the identity. */
function initBlock(
  rng: Rng,
  channels: number,
  init: (rng: Rng, from: number, to: number, gain: number) => ConvParameters,
): BlockParameters {
  return {
    norm1: initNorm(channels),
    conv1: init(rng.fork("conv1"), channels, channels, 1),
    norm2: initNorm(channels),
    conv2: init(rng.fork("conv2"), channels, channels, 0.1),
  };
}

/** Makes a pool that starts as the plain average. */
function initPool(channels: number): PoolParameters {
  return {
    norm: initNorm(channels),
    score: { weight: zeros([channels, 1]), bias: zeros([1]) },
  };
}
