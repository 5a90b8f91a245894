import { BYTES_PER_ELEMENT, sizeOf } from "../../core/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { BufferPool, type PooledBuffers } from "./buffer_pool.ts";
import { executionOrder, IN_PLACE, VIEWS } from "./peak_bytes.ts";

/** Operations after which the runtime submits its commands. */
const SUBMITTED = 16;

/** Memory of one value after another. */
interface Buffer {
  readonly bytes: number;
  readonly from: number;
  to: number;
}

/**
 * The buffers that the runtime's WebGPU provider takes for the values inside of a
 * graph. As on the CPU the runtime plans ahead, and gives a value the memory of an
 * earlier one of the same type; other memory is of a size of the pool's, and can
 * be taken again after the next submission only.
 */
export function pooledBuffers(graph: Graph): PooledBuffers {
  const { buffers, steps } = plan(graph);
  const beginning = Map.groupBy(buffers, ({ from }) => from);
  const ending = Map.groupBy(buffers, ({ to }) => to);
  const pool = new BufferPool();
  for (let step = 0; step < steps; step++) {
    for (const { bytes } of beginning.get(step) ?? []) pool.acquire(bytes);
    for (const { bytes } of ending.get(step) ?? []) pool.release(bytes);
    if (step % SUBMITTED === SUBMITTED - 1) pool.submit();
  }
  return pool;
}

/** The lifetimes of buffers, and the number of operations. */
function plan(graph: Graph): { buffers: Buffer[]; steps: number } {
  const order = executionOrder(graph);
  const outputs = new Set<Node>(graph.outputs.map(({ node }) => node));
  const reads = new Map<Node, number>();
  for (const input of order.flatMap(({ inputs }) => inputs.map(memoryOf))) {
    reads.set(input, (reads.get(input) ?? 0) + 1);
  }
  const buffers: Buffer[] = [];
  const bufferOf = new Map<Node, Buffer>();
  /** Free ones by the type of their last value. */
  const free = new Map<string, Buffer[]>();
  /** The memory of an operand that the result may be written over. */
  const overwritten = (node: Node): Buffer | undefined => {
    if (!IN_PLACE.has(node.op)) return undefined;
    const operand = node.inputs.map(memoryOf).find((input) =>
      bufferOf.has(input) && reads.get(input) === 1 &&
      kindOf(input) === kindOf(node)
    );
    const buffer = operand && bufferOf.get(operand);
    if (operand) bufferOf.delete(operand);
    return buffer;
  };
  let step = 0;
  for (const node of order) {
    const computes = node.op !== "Input" && node.op !== "Constant" &&
      !VIEWS.has(node.op);
    // Outputs are written to their bound memory.
    if (computes && !outputs.has(node)) {
      const reused = overwritten(node) ?? free.get(kindOf(node))?.pop();
      const buffer = reused ?? { bytes: bytesOf(node), from: step, to: step };
      if (!reused) buffers.push(buffer);
      bufferOf.set(node, buffer);
    }
    for (const input of node.inputs.map(memoryOf)) {
      const left = reads.get(input)! - 1;
      reads.set(input, left);
      const buffer = bufferOf.get(input);
      if (!buffer) continue;
      buffer.to = step;
      if (left > 0) continue;
      const kind = kindOf(input);
      if (!free.has(kind)) free.set(kind, []);
      free.get(kind)!.push(buffer);
    }
    if (computes) step++;
  }
  return { buffers, steps: step };
}

/** The node whose memory holds a value. */
function memoryOf(node: Node): Node {
  return VIEWS.has(node.op) ? memoryOf(node.inputs[0]!) : node;
}

function kindOf({ type: { dtype, shape } }: Node): string {
  return `${dtype} ${shape}`;
}

function bytesOf({ type: { dtype, shape } }: Node): number {
  return sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
}
