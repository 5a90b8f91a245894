import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "./trace/gradients/register.ts";

/**
 * Registers TF.js's CPU backend and the gradients that the compiler adds, so that
 * compilable functions run eagerly. Import this file instead of
 * `@tensorflow/tfjs-backend-cpu`.
 *
 * Under Node.js the backend prints an advertisement at the first write. This file
 * makes that write with its IS_NODE flag off, then restores the flag.
 *
 * @module
 */
const underNode = tf.env().get("IS_NODE");
tf.env().set("IS_NODE", false);
tf.scalar(0).dispose();
tf.env().set("IS_NODE", underNode);
