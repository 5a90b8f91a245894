import { cString, type OrtApi } from "./ort_api.ts";

/** An execution provider other than the CPU. */
export interface Provider {
  /** For `SessionOptionsAppendExecutionProvider`. */
  readonly name: "WebGPU" | "CUDA";
  /** Options of the provider, by its own keys. */
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * Configuration of a session of another provider: a node that the provider
 * cannot run makes the creation of the session fail; the runtime would otherwise
 * silently run it on the CPU.
 */
export const NO_FALLBACK = { "session.disable_cpu_ep_fallback": "1" };

/**
 * Puts a provider before the CPU in a session's options.
 *
 * @throws {RuntimeError} with the runtime's message, if the device is missing
 */
export function appendProvider(
  api: OrtApi,
  settings: Deno.PointerObject,
  { name, options = {} }: Provider,
): void {
  if (name === "CUDA") {
    // CUDA has a function of its own.
    const cuda = api.create("CreateCUDAProviderOptions");
    try {
      api.call("SessionOptionsAppendExecutionProvider_CUDA_V2", settings, cuda);
    } finally {
      api.release("ReleaseCUDAProviderOptions", cuda);
    }
    return;
  }
  const entries = Object.entries(options);
  const keys = entries.map(([key]) => cString(key));
  const values = entries.map(([, value]) => cString(value));
  api.call(
    "SessionOptionsAppendExecutionProvider",
    settings,
    cString(name),
    addressesOf(keys),
    addressesOf(values),
    BigInt(entries.length),
  );
}

/** A `const char* const*`; the texts must outlive its use. */
function addressesOf(
  texts: readonly Uint8Array<ArrayBuffer>[],
): BigUint64Array<ArrayBuffer> {
  const addresses = new BigUint64Array(Math.max(1, texts.length));
  texts.forEach((text, i) => {
    addresses[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(text));
  });
  return addresses;
}
