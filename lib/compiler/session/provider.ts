import { cString, type OrtApi } from "./ort_api.ts";

/** Something other than the CPU that a session runs on. */
export interface Provider {
  /** As `SessionOptionsAppendExecutionProvider` knows it. */
  readonly name: "WebGPU" | "CUDA";
  /** Options of the provider, by its own keys. */
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * What a session of another provider is told beside its name: a node that the
 * provider cannot run makes the creation of the session fail, where the
 * runtime would otherwise run it on the CPU and say nothing.
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
    // The runtime knows CUDA by a function of its own only.
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

/** A `const char* const*`; the texts must live as long as it is used. */
function addressesOf(
  texts: readonly Uint8Array<ArrayBuffer>[],
): BigUint64Array<ArrayBuffer> {
  const addresses = new BigUint64Array(Math.max(1, texts.length));
  texts.forEach((text, i) => {
    addresses[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(text));
  });
  return addresses;
}
