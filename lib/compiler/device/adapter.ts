/** A graphics device as the system describes it. */
export interface Adapter {
  /** Such as `NVIDIA GeForce GTX 1070`. */
  readonly description: string;
  /** Whether it is a program that imitates a card on the CPU. */
  readonly software: boolean;
}

/**
 * The interfaces that the runtime can use, for Deno to look at as well. It must
 * not look at OpenGL: that loads Mesa's compiler into the process, and loading
 * TensorFlow after it ends the process.
 */
const BACKENDS = "vulkan,dx12,metal";

/** Names of programs that imitate a card, where the system does not say. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/**
 * The graphics device that is the fastest, as Deno's own WebGPU sees it: the
 * runtime looks for the same one but does not tell what it found.
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
