import * as z from "zod";
import { describeDevice, openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { bindingPath, compileBinding } from "./compile.ts";
import { findTensorFlow } from "./tensorflow.ts";

/** Flags of `deno task setup tfjs-gpu`. */
export const setupFlags = z.strictObject({
  tensorflow: z.string().min(1).optional().describe(
    "folder of a TensorFlow library: a Python environment, the folder " +
      "tensorflow of a wheel, or the unpacked C library; default: the usual " +
      "places",
  ),
});

/** `deno task setup tfjs-gpu`: compiles the binding of TensorFlow. */
async function setUpTensorFlow(
  { tensorflow }: z.infer<typeof setupFlags>,
): Promise<number> {
  if (Deno.build.os !== "linux") {
    throw new InputError(
      `Cannot set up tfjs-gpu: the system must be Linux, where TensorFlow has ` +
        `GPU libraries: it is ${Deno.build.os}; use device webgpu`,
    );
  }
  const library = await findTensorFlow(tensorflow);
  log(`TensorFlow: ${library.folder}`);
  const begun = performance.now();
  await compileBinding(library, bindingPath());
  const seconds = (performance.now() - begun) / 1000;
  log(`binding: compiled in ${seconds.toFixed(0)} s`);
  using device = await openDevice("tfjs-gpu", { allowSoftware: true });
  log(await describeDevice(device));
  return 0;
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task setup tfjs-gpu",
    purpose:
      "Compiles the binding of TensorFlow for device tfjs-gpu, and checks the device.",
    flags: setupFlags,
    command: "tfjs-gpu",
    run: setUpTensorFlow,
  });
}
