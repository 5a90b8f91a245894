import * as z from "zod";
import { alignColumns } from "../../core/mod.ts";
import { print, runProgram } from "../command_line/mod.ts";
import { type FileFormat, FORMATS } from "./formats.ts";
import { readProject } from "./project.ts";

/** What a report of a problem should begin with. */
interface Versions {
  readonly aiprod: string;
  readonly deno: string;
  readonly onnxRuntime: string;
  readonly platform: string;
  readonly formats: readonly FileFormat[];
}

/** `deno task version`. */
async function version({ json }: { readonly json: boolean }): Promise<number> {
  const { version, imports } = await readProject();
  const versions: Versions = {
    aiprod: version,
    deno: Deno.version.deno,
    onnxRuntime: imports["onnxruntime-node"]?.split("@").at(-1) ?? "unknown",
    platform: Deno.build.target,
    formats: FORMATS,
  };
  print(json ? JSON.stringify(versions) : versionsText(versions));
  return 0;
}

function versionsText(
  { aiprod, deno, onnxRuntime, platform, formats }: Versions,
): string {
  const rows = formats.map(({ files, version }) => ["  " + files, version]);
  return [
    `aiprod ${aiprod}`,
    `deno ${deno}, onnxruntime ${onnxRuntime}, ${platform}`,
    "formats of files:",
    ...alignColumns(rows, () => false).map((line) => line.trimEnd()),
  ].join("\n");
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task version",
    purpose:
      "Prints this version and the versions of the files that it writes.",
    flags: z.strictObject({
      json: z.boolean().default(false).describe("print JSON"),
    }),
    run: version,
  });
}
