/** A graphics device as the system describes it. */
export interface Adapter {
  /** Such as `NVIDIA GeForce GTX 1070`. */
  readonly description: string;
  /** Whether it is a card in software, on the CPU. */
  readonly software: boolean;
}

/**
 * The interfaces that the runtime can use. OpenGL is left out: it loads Mesa's
 * compiler into the process, and loading TensorFlow after it crashes.
 */
const BACKENDS = "vulkan,dx12,metal";

/** Names of cards in software, for systems that do not mark them. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/**
 * The fastest graphics device of Deno's own WebGPU: the runtime chooses the same
 * one but does not report it.
 *
 * @returns undefined if there is none
 */
export async function fastestAdapter(): Promise<Adapter | undefined> {
  if (!Deno.env.has("DENO_WEBGPU_BACKEND")) {
    Deno.env.set("DENO_WEBGPU_BACKEND", BACKENDS);
  }
  const adapter = await navigator.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  if (!adapter) return undefined;
  const { description, vendor, device, isFallbackAdapter } = adapter.info;
  return {
    description: description || `vendor ${vendor}, device ${device}`,
    software: isFallbackAdapter || SOFTWARE.test(description),
  };
}
