import { zeros } from "../../core/mod.ts";
import { encodeOnnx } from "../../formats/onnx/mod.ts";
import { HostValue } from "./host_value.ts";
import { RuntimeError } from "./ort_api.ts";
import { Session } from "./session.ts";

/** Enough channels for the widest registers that there are. */
const CHANNELS = 64;

let found: Promise<number | undefined> | undefined;

/**
 * Channels that the runtime's blocked operators take together on this processor:
 * as many floats as a vector register holds.
 *
 * The runtime does not report it: this reorders numbers and finds where they go.
 *
 * @returns undefined where the processor has no such operators
 */
export function channelBlock(): Promise<number | undefined> {
  return found ??= findBlock();
}

async function findBlock(): Promise<number | undefined> {
  const shape = [1, CHANNELS, 2, 1];
  const type = { dtype: "float32", shape } as const;
  const model = encodeOnnx({
    name: "channel block",
    nodes: [{
      operator: "ReorderInput",
      domain: "com.microsoft.nchwc",
      inputs: ["x"],
      outputs: ["y"],
      attributes: {},
    }],
    initializers: [],
    inputs: [{ name: "x", ...type }],
    outputs: [{ name: "y", ...type }],
  });
  const [x, y] = [zeros(shape), zeros(shape)];
  x.data.forEach((_, i) => x.data[i] = i);
  try {
    using session = new Session(model, { threads: 1 });
    using from = new HostValue(x);
    using to = new HostValue(y);
    session.bindInput("x", from);
    session.bindOutput("y", to);
    await session.run();
  } catch (error) {
    if (error instanceof RuntimeError) return undefined;
    throw error;
  }
  // The first channel's second place comes after its first for a whole block.
  const block = y.data.indexOf(1);
  return block > 1 && CHANNELS % block === 0 ? block : undefined;
}
