import { createRequire } from "node:module";
import { residentFunction } from "./resident_library.ts";

/**
 * The C interface of ONNX Runtime, from the shared library inside
 * npm:onnxruntime-node, called through Deno's foreign functions.
 *
 * The package's own JavaScript binding copies every result and blocks the
 * thread; training moves gigabytes of state a step, and through this interface
 * it stays where it is (docs/compiler.md has the measurement).
 *
 * @module
 */

/** `ORT_API_VERSION` that the table below was read from; later ones only append to it. */
const API_VERSION = 22;

/** Result of a call: null for success, or an `OrtStatus*`. */
type Status = Deno.PointerValue;

/**
 * The functions used: place in the `OrtApi` struct and parameters. Places
 * never change: ONNX Runtime only appends to the struct.
 */
const FUNCTIONS = {
  GetErrorMessage: { place: 2, parameters: ["pointer"] },
  CreateEnv: { place: 3, parameters: ["i32", "buffer", "buffer"] },
  CreateSession: {
    place: 7,
    parameters: ["pointer", "buffer", "pointer", "buffer"],
  },
  CreateSessionFromArray: {
    place: 8,
    parameters: ["pointer", "buffer", "usize", "pointer", "buffer"],
  },
  SetOptimizedModelFilePath: { place: 11, parameters: ["pointer", "buffer"] },
  CreateSessionOptions: { place: 10, parameters: ["buffer"] },
  EnableProfiling: { place: 14, parameters: ["pointer", "buffer"] },
  DisableMemPattern: { place: 17, parameters: ["pointer"] },
  SetSessionLogSeverityLevel: { place: 22, parameters: ["pointer", "i32"] },
  SetSessionGraphOptimizationLevel: {
    place: 23,
    parameters: ["pointer", "i32"],
  },
  SetIntraOpNumThreads: { place: 24, parameters: ["pointer", "i32"] },
  CreateRunOptions: { place: 39, parameters: ["buffer"] },
  RunOptionsSetTerminate: { place: 46, parameters: ["pointer"] },
  RunOptionsUnsetTerminate: { place: 47, parameters: ["pointer"] },
  CreateTensorAsOrtValue: {
    place: 48,
    parameters: ["pointer", "buffer", "usize", "i32", "buffer"],
  },
  CreateTensorWithDataAsOrtValue: {
    place: 49,
    parameters: [
      "pointer",
      "buffer",
      "usize",
      "buffer",
      "usize",
      "i32",
      "buffer",
    ],
  },
  CreateMemoryInfo: {
    place: 68,
    parameters: ["buffer", "i32", "i32", "i32", "buffer"],
  },
  CreateCpuMemoryInfo: { place: 69, parameters: ["i32", "i32", "buffer"] },
  AllocatorFree: { place: 76, parameters: ["pointer", "pointer"] },
  GetAllocatorWithDefaultOptions: { place: 78, parameters: ["buffer"] },
  ReleaseStatus: { place: 93, parameters: ["pointer"] },
  ReleaseMemoryInfo: { place: 94, parameters: ["pointer"] },
  ReleaseSession: { place: 95, parameters: ["pointer"] },
  ReleaseValue: { place: 96, parameters: ["pointer"] },
  ReleaseRunOptions: { place: 97, parameters: ["pointer"] },
  ReleaseSessionOptions: { place: 100, parameters: ["pointer"] },
  SessionEndProfiling: {
    place: 110,
    parameters: ["pointer", "pointer", "buffer"],
  },
  AddSessionConfigEntry: {
    place: 130,
    parameters: ["pointer", "buffer", "buffer"],
  },
  CreateAllocator: { place: 131, parameters: ["pointer", "pointer", "buffer"] },
  ReleaseAllocator: { place: 132, parameters: ["pointer"] },
  CreateIoBinding: { place: 134, parameters: ["pointer", "buffer"] },
  ReleaseIoBinding: { place: 135, parameters: ["pointer"] },
  BindInput: { place: 136, parameters: ["pointer", "buffer", "pointer"] },
  BindOutput: { place: 137, parameters: ["pointer", "buffer", "pointer"] },
  ClearBoundInputs: { place: 141, parameters: ["pointer"] },
  ClearBoundOutputs: { place: 142, parameters: ["pointer"] },
  SessionOptionsAppendExecutionProvider_CUDA_V2: {
    place: 204,
    parameters: ["pointer", "pointer"],
  },
  CreateCUDAProviderOptions: { place: 205, parameters: ["buffer"] },
  ReleaseCUDAProviderOptions: { place: 208, parameters: ["pointer"] },
  SessionOptionsAppendExecutionProvider: {
    place: 216,
    parameters: ["pointer", "buffer", "buffer", "buffer", "usize"],
  },
} as const satisfies Record<
  string,
  { place: number; parameters: readonly Deno.NativeType[] }
>;

/** `RunWithBinding`, apart because it runs on another thread. */
const RUN_WITH_BINDING = {
  place: 133,
  parameters: ["pointer", "pointer", "pointer"],
} as const;

type FunctionName = keyof typeof FUNCTIONS;
type Argument = Deno.PointerValue | BufferSource | number | bigint;

/** A failure inside ONNX Runtime, with its own words. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
}

/** The opened library. */
export class OrtApi {
  readonly #functions: Record<FunctionName, (...args: Argument[]) => Status>;
  readonly #run: (...args: Argument[]) => Promise<Status>;
  /** The one environment of the process. */
  readonly environment: Deno.PointerObject;
  /** Memory information of the CPU. */
  readonly cpuMemory: Deno.PointerObject;
  /** ONNX Runtime's version, such as `1.30.0`. */
  readonly version: string;

  private constructor(library: string) {
    const getApiBase = new Deno.UnsafeFnPointer(
      residentFunction(library, "OrtGetApiBase") as Deno.PointerObject<
        { parameters: []; result: "pointer" }
      >,
      { parameters: [], result: "pointer" },
    );
    const base = new Deno.UnsafePointerView(getApiBase.call()!);
    const getApi = new Deno.UnsafeFnPointer(pointerAt(base, 0), {
      parameters: ["u32"],
      result: "pointer",
    });
    const getVersion = new Deno.UnsafeFnPointer(pointerAt(base, 1), {
      parameters: [],
      result: "pointer",
    });
    this.version = Deno.UnsafePointerView.getCString(getVersion.call()!);
    const table = getApi.call(API_VERSION);
    if (!table) {
      throw new RuntimeError(
        `Cannot use onnxruntime ${this.version}: it must offer C API version ${API_VERSION}`,
      );
    }
    const view = new Deno.UnsafePointerView(table);
    this.#functions = Object.fromEntries(
      Object.entries(FUNCTIONS).map(([name, { place, parameters }]) => {
        const fn = new Deno.UnsafeFnPointer(pointerAt(view, place), {
          parameters: parameters as readonly Deno.NativeType[],
          result: "pointer",
        });
        return [
          name,
          (...args: Argument[]) => fn.call(...args as Deno.PointerValue[]),
        ];
      }),
    ) as Record<FunctionName, (...args: Argument[]) => Status>;
    const run = new Deno.UnsafeFnPointer(
      pointerAt(view, RUN_WITH_BINDING.place),
      { ...RUN_WITH_BINDING, result: "pointer", nonblocking: true },
    );
    this.#run = (...args) => run.call(...args as [null, null, null]);
    // Severity 4, fatal: errors arrive as exceptions anyway.
    this.environment = this.create("CreateEnv", 4, cString("aiprod"));
    this.cpuMemory = this.create("CreateCpuMemoryInfo", 1, 0);
  }

  static #opened: OrtApi | undefined;

  /** The library, opened on first use and kept for the life of the process. */
  static open(): OrtApi {
    return this.#opened ??= new OrtApi(libraryPath());
  }

  /**
   * Calls a function that gives a status.
   *
   * @throws {RuntimeError} with the runtime's message
   */
  call(name: FunctionName, ...args: Argument[]): void {
    this.#check(this.#functions[name](...args));
  }

  /** Calls a function whose last parameter receives a new object. */
  create(name: FunctionName, ...args: Argument[]): Deno.PointerObject {
    const out = new BigUint64Array(new ArrayBuffer(8));
    this.call(name, ...args, out);
    return Deno.UnsafePointer.create(out[0]!)!;
  }

  /** Frees an object, or what it holds: functions that give no status. */
  release(
    name: FunctionName & `${"Release" | "Clear"}${string}`,
    object: Deno.PointerValue,
  ): void {
    this.#functions[name](object);
  }

  /** Runs a session on another thread; the JavaScript thread stays free. */
  async run(
    session: Deno.PointerObject,
    options: Deno.PointerValue,
    binding: Deno.PointerObject,
  ): Promise<void> {
    this.#check(await this.#run(session, options, binding));
  }

  #check(status: Status): void {
    if (status === null) return;
    const message = Deno.UnsafePointerView.getCString(
      this.#functions.GetErrorMessage(status)!,
    );
    this.#functions.ReleaseStatus(status);
    throw new RuntimeError(message);
  }
}

/** A text as C wants it. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}

/** A path as the runtime wants it: wide characters on Windows, else as any text. */
export function cPath(path: string): Uint8Array<ArrayBuffer> {
  if (Deno.build.os !== "windows") return cString(path);
  const wide = Uint16Array.from(
    `${path}\0`,
    (_, i) => path.charCodeAt(i) || 0,
  );
  return new Uint8Array(wide.buffer);
}

function pointerAt<F>(
  view: Deno.UnsafePointerView,
  place: number,
): Deno.PointerObject<F> {
  return Deno.UnsafePointer.create<F>(view.getBigUint64(place * 8))!;
}

/** Where the package keeps the library for this system. */
function libraryPath(): string {
  const files: Record<string, string> = {
    "linux-x64": "linux/x64/libonnxruntime.so.1",
    "linux-arm64": "linux/arm64/libonnxruntime.so.1",
    "darwin-arm64": "darwin/arm64/libonnxruntime.1.dylib",
    "win32-x64": "win32/x64/onnxruntime.dll",
    "win32-arm64": "win32/arm64/onnxruntime.dll",
  };
  const os = Deno.build.os === "windows" ? "win32" : Deno.build.os;
  const arch = Deno.build.arch === "x86_64" ? "x64" : "arm64";
  const file = files[`${os}-${arch}`];
  if (!file) {
    throw new RuntimeError(
      `npm:onnxruntime-node has no library for ${os} on ${arch}: ` +
        `it has ${Object.keys(files).join(", ")}`,
    );
  }
  const manifest = createRequire(import.meta.url).resolve(
    "onnxruntime-node/package.json",
  );
  return manifest.replace("package.json", `bin/napi-v6/${file}`);
}
