import type { NdArray } from "../../core/mod.ts";
import type {
  Definition,
  Device,
  DeviceName,
  UploadOptions,
} from "./device.ts";
import type { Memory } from "./memory.ts";
import { Program, type ProgramOptions } from "./program.ts";
import { RuntimeTensor } from "./runtime_tensor.ts";

/** A device of ONNX Runtime: functions are traced into graphs, sessions run them. */
export class RuntimeDevice implements Device {
  constructor(
    readonly name: DeviceName,
    readonly description: string,
    readonly memory: Memory,
    readonly options: ProgramOptions,
  ) {}

  get threads(): number {
    return this.options.threads ?? 1;
  }

  freeBytes(): number | undefined {
    return this.memory.freeBytes();
  }

  upload(array: NdArray, options?: UploadOptions): Promise<RuntimeTensor> {
    return RuntimeTensor.from(this.memory, array, options);
  }

  load(definition: Definition): Program {
    return new Program(definition, this.memory, this.options);
  }

  [Symbol.dispose](): void {
    this.memory[Symbol.dispose]();
  }
}
