import { createRequire } from "node:module";
import { dirname } from "node:path";
import { InputError } from "../../core/mod.ts";
import type { TensorFlowLibrary } from "./tensorflow.ts";

/** Version of the interface between Node.js and its add-ons that the binding uses. */
const NAPI_VERSION = 8;

/** Compilers, in the order in which they are tried. */
export const COMPILERS = ["g++", "clang++"] as const;

/** Where the binding belongs, in the package that loads it. */
export function bindingPath(): string {
  return `${
    packageFolder("@tensorflow/tfjs-node-gpu")
  }/lib/napi-v${NAPI_VERSION}/tfjs_binding.node`;
}

/**
 * Compiles the C++ source of the binding, which its npm package ships, against
 * a TensorFlow library.
 *
 * @param target Where to put the binding.
 * @throws {InputError} if there is no compiler, or it refuses the source
 */
export async function compileBinding(
  tensorflow: TensorFlowLibrary,
  target: string,
): Promise<void> {
  const source = packageFolder("@tensorflow/tfjs-node-gpu");
  const args = [
    "-std=c++17",
    "-O2",
    "-shared",
    "-fPIC",
    "-w",
    `-DNAPI_VERSION=${NAPI_VERSION}`,
    `-I${tensorflow.headers}`,
    `-I${packageFolder("node-api-headers")}/include`,
    `${source}/binding/tfjs_backend.cc`,
    `${source}/binding/tfjs_binding.cc`,
    "-o",
    target,
    `-L${tensorflow.folder}`,
    ...tensorflow.files.map((file) => `-l:${file}`),
    `-Wl,-rpath,${tensorflow.folder}`,
  ];
  await Deno.mkdir(dirname(target), { recursive: true });
  for (const compiler of COMPILERS) {
    const result = await run(compiler, args);
    if (result === undefined) continue;
    if (result.success) return;
    throw new InputError(
      `Cannot compile the binding of TensorFlow: ${compiler} must accept it ` +
        `with the headers of ${tensorflow.headers}: ` +
        `${firstErrorOf(result.stderr)}; try another version of TensorFlow ` +
        `(2.21 is known to work)`,
    );
  }
  throw new InputError(
    `Cannot compile the binding of TensorFlow: it needs a C++ compiler: none ` +
      `of ${COMPILERS.join(", ")} is there; install one, such as: ` +
      `apt-get install g++`,
  );
}

/** Runs a program; undefined if there is none of that name. */
async function run(
  program: string,
  args: string[],
): Promise<Deno.CommandOutput | undefined> {
  try {
    return await new Deno.Command(program, { args, stdout: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function firstErrorOf(stderr: Uint8Array): string {
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  return lines.find((line) => /error|cannot find/i.test(line)) ?? lines[0]!;
}

function packageFolder(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  return dirname(resolve(`${name}/package.json`));
}
