import { describeDevice, openDevice } from "../../compiler/mod.ts";
import { InputError } from "../../core/mod.ts";
import { log, runProgram } from "../command_line/mod.ts";
import { bindingPath, compileBinding } from "./compile.ts";
import { setupFlags, type SetupOptions } from "./options.ts";
import { findTensorFlow } from "./tensorflow.ts";

/** `deno task setup tfjs-gpu`: makes TensorFlow a device of this project. */
async function setUpTensorFlow({ tensorflow }: SetupOptions): Promise<number> {
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
      "Compiles the binding of TensorFlow that device tfjs-gpu runs on, and tries it.",
    flags: setupFlags,
    command: "tfjs-gpu",
    run: setUpTensorFlow,
  });
}
