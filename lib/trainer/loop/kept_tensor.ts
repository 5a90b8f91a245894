import { HostTensor } from "./host_tensor.ts";

/** A tensor that is in the memory of the host for a while, to be read. */
export class KeptTensor extends HostTensor {
  override write(): Promise<void> {
    throw new TypeError("Cannot write to a tensor that is shown: read it");
  }
}
