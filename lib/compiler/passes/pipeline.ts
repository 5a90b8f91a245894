import type { Graph } from "../ir/graph.ts";
import { verifyGraph } from "../ir/verify.ts";
import { cancelTransposes } from "./cancel_transposes.ts";
import { mergeCommonSubexpressions } from "./common_subexpressions.ts";
import { removeDeadCode } from "./dead_code.ts";
import { foldConstants } from "./fold_constants.ts";

/** A step from one graph to another that computes the same. */
export type Pass = (graph: Graph) => Graph;

/** The passes in the order in which they run. */
const PASSES: readonly Pass[] = [
  removeDeadCode,
  foldConstants,
  cancelTransposes,
  mergeCommonSubexpressions,
  removeDeadCode,
];

/**
 * Runs every pass, and the verifier after each.
 *
 * @param more Passes of a device, after all others.
 */
export function optimise(graph: Graph, more: readonly Pass[] = []): Graph {
  // Passes of a device leave nodes behind whose readers they replaced: the
  // runtime would run them.
  return [...PASSES, ...more, removeDeadCode].reduce(
    (g, pass) => verifyGraph(pass(g), pass.name),
    graph,
  );
}
