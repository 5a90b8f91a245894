import * as z from "zod";
import { assertWritableFolder, InputError } from "../../core/mod.ts";
import { log, print, runProgram, textFlag } from "../command_line/mod.ts";
import { WEIGHTS_FOLDER } from "./catalogue.ts";
import { importI3d, importLpips } from "./import_weights.ts";
import { convertInception } from "./inception.ts";
import { weightsText } from "./list_weights.ts";

/** Arguments and flags of `deno task weights`. */
export const weightsFlags = z.strictObject({
  words: z.array(z.string()).min(1, "must begin with list, convert or import")
    .describe(
      "list, or convert inception, or import i3d FILE, or import lpips TRUNK_FILE HEADS_FILE",
    ),
  folder: textFlag().default(WEIGHTS_FOLDER)
    .describe("folder of converted weights"),
  anyHash: z.boolean().default(false).describe(
    "accept files of another hash than the published one; results record it",
  ),
});

/** `deno task weights`: weights of metrics that are not shipped. */
async function weights(
  { words, folder, anyHash }: z.infer<typeof weightsFlags>,
): Promise<number> {
  const [command, network, ...files] = words;
  if (command === "list" && network === undefined) {
    print(await weightsText(folder));
    return 0;
  }
  if (command === "import" && (network === "i3d" || network === "lpips")) {
    await assertWritableFolder(folder, "--folder");
    const convert = network === "i3d" ? importI3d : importLpips;
    log(`converted: ${await convert({ files, folder, anyHash })}`);
    return 0;
  }
  if (
    command === "convert" && network === "inception" && files.length === 0
  ) {
    log(`converted: ${await convertInception(folder)}`);
    return 0;
  }
  throw new InputError(
    `Cannot read the command: it must be list, convert inception, import i3d ` +
      `FILE or import lpips TRUNK_FILE HEADS_FILE: current value is "${
        words.join(" ")
      }"`,
  );
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task weights",
    purpose:
      "Lists the weights of metrics that are not shipped, and converts the public files and packages.",
    flags: weightsFlags,
    run: weights,
  });
}
