import { changedState } from "../device/program.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { ancestorsOf } from "../passes/parts.ts";
import { flopsOf } from "./flops.ts";

/**
 * Groups the state of a graph by the work that its next values need: for sums of
 * gradients, the layers from the last to the first. For as many parts of a
 * function: each part after the first does about the same work, and state that is
 * ready at its end is in its group.
 *
 * @param count Parts, from 1; the state of the last one is left out.
 * @returns paths, at most `count - 1` groups
 */
export function stateByWork(graph: Graph, count: number): string[][] {
  const work = changedState(graph, false).map(({ path, output }) => {
    const nodes = [...ancestorsOf([output])];
    return { path, nodes, flops: flopsOf({ nodes }) };
  }).sort((a, b) => a.flops - b.flops || a.nodes.length - b.nodes.length);
  const done = new Set<Node>();
  let flops = 0;
  const reached = work.map(({ path, nodes }) => {
    const more = nodes.filter((node) => !done.has(node));
    for (const node of more) done.add(node);
    flops += flopsOf({ nodes: more });
    return { path, flops };
  });
  const first = reached[0]?.flops ?? 0;
  const groups: string[][] = Array.from({ length: count }, () => []);
  for (const { path, flops: needed } of reached) {
    const place = Math.ceil((needed - first) / (flops - first) * count) || 1;
    groups[Math.min(count, place) - 1]!.push(path);
  }
  return groups.slice(0, -1).filter(({ length }) => length > 0);
}
