import type { Graph } from "../ir/graph.ts";
import { verifyGraph } from "../ir/verify.ts";
import { removeDeadCode } from "./dead_code.ts";

/** A step from one graph to another that computes the same. */
export type Pass = (graph: Graph) => Graph;

/** The passes in the order in which they run. */
const PASSES: readonly Pass[] = [removeDeadCode];

/** Runs every pass, and the verifier after each. */
export function optimise(graph: Graph): Graph {
  return PASSES.reduce((g, pass) => verifyGraph(pass(g), pass.name), graph);
}
