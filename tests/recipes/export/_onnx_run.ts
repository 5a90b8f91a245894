import { type DType, type NdArray, zeros } from "lib/core/mod.ts";
import { HostValue } from "lib/compiler/session/host_value.ts";
import { Session } from "lib/compiler/session/session.ts";

/** Runs an ONNX file on the runtime, as a program without our code would. */
export async function runOnnx(
  path: string,
  inputs: Readonly<Record<string, NdArray>>,
  outputs: Readonly<Record<string, readonly number[]>>,
): Promise<Record<string, NdArray>> {
  using session = new Session(await Deno.readFile(path));
  using kept = new DisposableStack();
  for (const [name, array] of Object.entries(inputs)) {
    session.bindInput(name, kept.use(new HostValue(array)));
  }
  const results = Object.fromEntries(
    Object.entries(outputs).map(([name, shape]) =>
      [name, zeros(shape, "float32" satisfies DType)] as const
    ),
  );
  for (const [name, array] of Object.entries(results)) {
    session.bindOutput(name, kept.use(new HostValue(array)));
  }
  await session.run();
  return results;
}
