import { Lifetime, type NdArray } from "../../core/mod.ts";
import type {
  Definition,
  Device,
  DeviceName,
  UploadOptions,
} from "./device.ts";
import type { Memory } from "./memory.ts";
import type { DeviceProfile } from "./profile.ts";
import { Program } from "./program.ts";
import { RuntimeTensor } from "./runtime_tensor.ts";

/** A device of ONNX Runtime: functions are traced into graphs, sessions run them. */
export class RuntimeDevice implements Device {
  /** Ends with the device; its tensors and programs end with it. */
  readonly lifetime: Lifetime;

  constructor(
    readonly profile: DeviceProfile,
    readonly description: string,
    readonly memory: Memory,
  ) {
    this.lifetime = new Lifetime(`device "${profile.name}"`);
  }

  get name(): DeviceName {
    return this.profile.name;
  }

  get threads(): number {
    return this.profile.options.threads ?? 1;
  }

  get inProcess(): boolean {
    return this.memory.inProcess;
  }

  freeBytes(): number | undefined {
    return this.memory.freeBytes();
  }

  async upload(
    array: NdArray,
    options?: UploadOptions,
  ): Promise<RuntimeTensor> {
    using _use = this.lifetime.use();
    return await RuntimeTensor.from(
      this.memory,
      this.lifetime,
      array,
      options,
    );
  }

  load(definition: Definition): Program {
    this.lifetime.check();
    return new Program(
      definition,
      this.memory,
      this.lifetime,
      this.profile.options,
    );
  }

  [Symbol.dispose](): void {
    this.lifetime.end(() => this.memory[Symbol.dispose]());
  }
}
