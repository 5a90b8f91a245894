import { InputError } from "../../core/mod.ts";
import { log, print, runProgram } from "../command_line/mod.ts";
import { importI3d, importLpips } from "./import_weights.ts";
import { weightsText } from "./list_weights.ts";
import { weightsFlags, type WeightsOptions } from "./options.ts";

/** `deno task weights`: what metrics need and cannot be shipped. */
async function weights(
  { words, folder, anyHash }: WeightsOptions,
): Promise<number> {
  const [command, network, ...files] = words;
  if (command === "list" && network === undefined) {
    print(await weightsText(folder));
    return 0;
  }
  if (command === "import" && network === "i3d") {
    log(`converted: ${await importI3d({ files, folder, anyHash })}`);
    return 0;
  }
  if (command === "import" && network === "lpips") {
    log(`converted: ${await importLpips({ files, folder, anyHash })}`);
    return 0;
  }
  throw new InputError(
    `Cannot read the command: it must be list, import i3d FILE or import ` +
      `lpips TRUNK_FILE HEADS_FILE: current value is "${words.join(" ")}"`,
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task weights",
    purpose:
      "Lists the weights of metrics that cannot be shipped, and converts the public files.",
    flags: weightsFlags,
    run: weights,
  });
}
