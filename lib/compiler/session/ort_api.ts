import { createRequire } from "node:module";
import { residentFunction } from "./resident_library.ts";

/**
 * The C interface of ONNX Runtime, from the shared library inside
 * npm:onnxruntime-node, called through Deno's foreign functions.
 *
 * The package's own JavaScript binding copies every result and blocks the
 * thread; training has gigabytes of state, which this interface leaves in place
 * (docs/compiler.md has the measurement).
 *
 * @module
 */

/** `ORT_API_VERSION` of the table below; later ones only append to it. */
const API_VERSION = 22;

/** Result of a call: null for success, or an `OrtStatus*`. */
type Status = Deno.PointerValue;

/**
 * The functions used: place in the `OrtApi` struct, then parameters. Places never
 * change: ONNX Runtime only appends to the struct.
 */
const FUNCTIONS = {
  GetErrorMessage: [2, "pointer"],
  CreateEnv: [3, "i32", "buffer", "buffer"],
  CreateSessionFromArray: [
    8,
    "pointer",
    "buffer",
    "usize",
    "pointer",
    "buffer",
  ],
  SetOptimizedModelFilePath: [11, "pointer", "buffer"],
  CreateSessionOptions: [10, "buffer"],
  EnableProfiling: [14, "pointer", "buffer"],
  DisableMemPattern: [17, "pointer"],
  SetSessionLogSeverityLevel: [22, "pointer", "i32"],
  SetSessionGraphOptimizationLevel: [23, "pointer", "i32"],
  SetIntraOpNumThreads: [24, "pointer", "i32"],
  CreateTensorAsOrtValue: [48, "pointer", "buffer", "usize", "i32", "buffer"],
  CreateTensorWithDataAsOrtValue: [
    49,
    "pointer",
    "buffer",
    "usize",
    "buffer",
    "usize",
    "i32",
    "buffer",
  ],
  CreateMemoryInfo: [68, "buffer", "i32", "i32", "i32", "buffer"],
  CreateCpuMemoryInfo: [69, "i32", "i32", "buffer"],
  AllocatorFree: [76, "pointer", "pointer"],
  GetAllocatorWithDefaultOptions: [78, "buffer"],
  ReleaseStatus: [93, "pointer"],
  ReleaseMemoryInfo: [94, "pointer"],
  ReleaseSession: [95, "pointer"],
  ReleaseValue: [96, "pointer"],
  ReleaseSessionOptions: [100, "pointer"],
  SessionEndProfiling: [110, "pointer", "pointer", "buffer"],
  AddSessionConfigEntry: [130, "pointer", "buffer", "buffer"],
  CreateAllocator: [131, "pointer", "pointer", "buffer"],
  ReleaseAllocator: [132, "pointer"],
  CreateIoBinding: [134, "pointer", "buffer"],
  ReleaseIoBinding: [135, "pointer"],
  BindInput: [136, "pointer", "buffer", "pointer"],
  BindOutput: [137, "pointer", "buffer", "pointer"],
  ClearBoundInputs: [141, "pointer"],
  ClearBoundOutputs: [142, "pointer"],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, "pointer", "pointer"],
  CreateCUDAProviderOptions: [205, "buffer"],
  ReleaseCUDAProviderOptions: [208, "pointer"],
  SessionOptionsAppendExecutionProvider: [
    216,
    "pointer",
    "buffer",
    "buffer",
    "buffer",
    "usize",
  ],
} as const satisfies Record<string, readonly [number, ...Deno.NativeType[]]>;

/** Place of `RunWithBinding`, apart because it runs on another thread. */
const RUN_WITH_BINDING = 133;

type FunctionName = keyof typeof FUNCTIONS;
type Argument = Deno.PointerValue | BufferSource | number | bigint;

/** A failure inside ONNX Runtime, with its message. */
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
      Object.entries(FUNCTIONS).map(([name, [place, ...parameters]]) => {
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
    const run = new Deno.UnsafeFnPointer(pointerAt(view, RUN_WITH_BINDING), {
      parameters: ["pointer", "pointer", "pointer"],
      result: "pointer",
      nonblocking: true,
    });
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
   * Calls a function that returns a status.
   *
   * @throws {RuntimeError} with the runtime's message
   */
  call(name: FunctionName, ...args: Argument[]): void {
    this.#check(this.#functions[name](...args));
  }

  /** Calls a function that writes a new object to its last parameter. */
  create(name: FunctionName, ...args: Argument[]): Deno.PointerObject {
    const out = new BigUint64Array(new ArrayBuffer(8));
    this.call(name, ...args, out);
    return Deno.UnsafePointer.create(out[0]!)!;
  }

  /** Frees an object, or its bindings: functions that return no status. */
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

/** A zero-terminated text for C. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}

/** A path for the runtime: wide characters on Windows, else a text. */
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

/** The path of the library for this system in the package. */
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
