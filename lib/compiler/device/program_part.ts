import { encodeOnnx } from "../../formats/onnx/mod.ts";
import type { Graph } from "../ir/graph.ts";
import { emitOnnx } from "../onnx/emit.ts";
import type { SessionOptions } from "../session/create_session.ts";
import type { RuntimeValue } from "../session/host_value.ts";
import { Session } from "../session/session.ts";

/** A graph, or a part of one, and its session of the runtime. */
export class ProgramPart implements Disposable {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
  readonly #open: () => Session;
  #session: Session | undefined;

  constructor(readonly graph: Graph, name: string, options: SessionOptions) {
    this.inputs = new Set(graph.inputs.map(({ name }) => name));
    this.outputs = new Set(graph.outputs.map(({ name }) => name));
    const model = encodeOnnx(emitOnnx(graph, name));
    this.#open = () => new Session(model, options);
  }

  /** Opens the session ahead of the first run. */
  open(): Session {
    return this.#session ??= this.#open();
  }

  /** Runs once over those of the values that are its inputs and outputs. */
  async run(
    inputs: ReadonlyMap<string, RuntimeValue>,
    outputs: ReadonlyMap<string, RuntimeValue>,
  ): Promise<void> {
    const session = this.open();
    for (const name of this.inputs) {
      const value = inputs.get(name);
      if (value) session.bindInput(name, value);
    }
    for (const name of this.outputs) {
      const value = outputs.get(name);
      if (value) session.bindOutput(name, value);
    }
    await session.run();
  }

  /** Ends profiling, if the session was opened for it; returns the path of the profile. */
  endProfiling(): string | undefined {
    return this.#session?.endProfiling();
  }

  [Symbol.dispose](): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
  }
}
