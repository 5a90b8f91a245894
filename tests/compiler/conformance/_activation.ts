import * as tf from "@tensorflow/tfjs-core";
import {
  type Case,
  conform,
  EXACT,
  floats,
  ints,
  NAN_AND_NUMBERS,
  NONE,
  normal,
  RELATIVE,
  WILD,
} from "./_case.ts";

/** Cases of what bends a line at a point or two. */
export const ACTIVATION_CASES: readonly Case[] = [
  conform("clipByValue", { x: WILD }, ({ x }) => tf.clipByValue(x, -2, 5), {
    tolerance: EXACT,
  }),
  conform(
    "clipByValue at the bounds",
    { x: floats(-1, -0.5, 0, 1) },
    ({ x }) => tf.clipByValue(x, -1, 1),
  ),
  conform(
    "elu",
    { x: floats(-200, -3, -0.4, 0, 0.5, 90, 1e30) },
    ({ x }) => tf.elu(x),
  ),
  conform(
    "elu of tiny values",
    { x: floats(-1e-3, -1e-5, -1e-7) },
    ({ x }) => tf.elu(x),
    RELATIVE,
  ),
  conform(
    "selu",
    { x: floats(-200, -3, -0.4, 0, 0.5, 90, 1e30) },
    ({ x }) => tf.selu(x),
  ),
  conform(
    "selu of tiny values",
    { x: floats(-1e-3, -1e-5, -1e-7) },
    ({ x }) => tf.selu(x),
    RELATIVE,
  ),
  conform("elu of what is no number", { x: WILD }, ({ x }) => tf.elu(x), NONE),
  conform(
    "leakyRelu",
    { x: floats(-3, -0, 0, 2) },
    ({ x }) => tf.leakyRelu(x, 0.3),
  ),
  conform(
    "leakyRelu of what is no number",
    { x: WILD },
    ({ x }) => tf.leakyRelu(x, 0.3),
  ),
  conform(
    "leakyRelu of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.leakyRelu(x, 0.3),
    NONE,
  ),
  conform(
    "prelu",
    { x: normal([2, 3]), alpha: floats(0.1, -0.2, 0.3) },
    ({ x, alpha }) => tf.prelu(x, alpha),
  ),
  conform("relu", { x: floats(-3, -0, 0, 2, Infinity) }, ({ x }) => tf.relu(x)),
  conform(
    "relu of what is no number",
    { x: NAN_AND_NUMBERS },
    ({ x }) => tf.relu(x),
  ),
  conform(
    "relu of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.relu(x),
    NONE,
  ),
  conform("relu6", { x: floats(-3, 0, 2, 6, 8) }, ({ x }) => tf.relu6(x)),
  conform(
    "relu6 of what is no number",
    { x: NAN_AND_NUMBERS },
    ({ x }) => tf.relu6(x),
    NONE,
  ),
  conform("step", { x: WILD }, ({ x }) => tf.step(x), { tolerance: EXACT }),
  conform("step with a slope", { x: WILD }, ({ x }) => tf.step(x, 0.25), {
    tolerance: EXACT,
  }),
  conform(
    "step of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.step(x),
    NONE,
  ),
];
