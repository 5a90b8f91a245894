import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { InputError, makeWritableFolder } from "../../core/mod.ts";
import type { TensorFlowLibrary } from "./tensorflow.ts";

/** Version of Node-API that the binding uses. */
const NAPI_VERSION = 8;

/** The system's C++ compiler. */
const COMPILER = "c++";

/** The path of the binding in the package that loads it. */
export function bindingPath(): string {
  return `${
    packageFolder("@tensorflow/tfjs-node-gpu")
  }/lib/napi-v${NAPI_VERSION}/tfjs_binding.node`;
}

/**
 * Compiles the C++ source of the binding, which its npm package ships, against
 * a TensorFlow library.
 *
 * @param target The file of the binding.
 * @throws {InputError} if there is no compiler, or it fails
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
  await makeWritableFolder(dirname(target), undefined, [basename(target)]);
  const { success, stderr } = await runCompiler(args);
  if (success) return;
  throw new InputError(
    `Cannot compile the binding of TensorFlow: ${COMPILER} must accept it ` +
      `with the headers of ${tensorflow.headers}: ${firstErrorOf(stderr)}; ` +
      `try another version of TensorFlow (2.21 is known to work)`,
  );
}

async function runCompiler(args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(COMPILER, { args, stdout: "null" }).output();
  } catch (error) {
    // NotCapable: no permission can be granted for a missing program.
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotCapable
    ) {
      throw new InputError(
        `Cannot compile the binding of TensorFlow: it needs a C++ compiler: ` +
          `there is no ${COMPILER}; install one, such as: apt-get install g++`,
      );
    }
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
