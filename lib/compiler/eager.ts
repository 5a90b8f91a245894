import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "./trace/gradients/register.ts";

/**
 * Makes ready to run eagerly what can be compiled: registers TF.js's CPU
 * backend and the gradients that TF.js lacks and the compiler adds. Import
 * this file instead of `@tensorflow/tfjs-backend-cpu`.
 *
 * The backend advertises another package on the console when it is first
 * written to under Node.js. The one tensor made here is that first write, and
 * the flag that the backend looks at is as before when it is done.
 *
 * @module
 */
const underNode = tf.env().get("IS_NODE");
tf.env().set("IS_NODE", false);
tf.scalar(0).dispose();
tf.env().set("IS_NODE", underNode);
