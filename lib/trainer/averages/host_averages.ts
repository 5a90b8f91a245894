import {
  type DeviceTensor,
  isDeviceTensor,
  type OnDevice,
  TensorReader,
} from "../../compiler/mod.ts";
import { isNdArray, leavesOf, type NdArray } from "../../core/mod.ts";
import { type Averages, EMA_STDS, type EmaName, emaRates } from "./ema.ts";

/**
 * EMAs in the memory of the host, so that a device holds none: it needs as many
 * bytes less as two copies of the parameters. Parameters are read one tensor at a
 * time, after some updates; the rate of an EMA covers all updates since the last
 * time, as if the parameters had been the current ones in each of them.
 */
export class HostAverages<P> {
  #update: number;
  readonly #reader = new TensorReader();

  /**
   * @param averages Changed in place.
   * @param parameters Those that training changes.
   * @param update The last update that the EMAs contain; 0 before the first.
   */
  constructor(
    readonly averages: Averages<P>,
    readonly parameters: OnDevice<P>,
    update: number,
  ) {
    this.#update = update;
  }

  /** The last update that the EMAs contain. */
  get update(): number {
    return this.#update;
  }

  /** Includes the parameters after an update; nothing if it is included. */
  async follow(update: number): Promise<void> {
    if (update <= this.#update) return;
    const rates = emaRates(update, this.#update);
    for (const { tensor, averages } of this.#leaves()) {
      const { data } = await this.#reader.read(tensor);
      for (const name of Object.keys(EMA_STDS) as EmaName[]) {
        interpolate(averages[name].data, data, rates[name]);
      }
    }
    this.#update = update;
  }

  /**
   * Runs work while the device's parameters are the long EMA. The two change
   * places, which needs no further memory.
   */
  async inPlace<T>(work: () => Promise<T>): Promise<T> {
    await this.#exchange();
    try {
      return await work();
    } finally {
      await this.#exchange();
    }
  }

  async #exchange(): Promise<void> {
    for (const { tensor, averages: { long } } of this.#leaves()) {
      const current = await this.#reader.read(tensor);
      await tensor.write(long);
      long.data.set(current.data);
    }
  }

  *#leaves(): Generator<{
    readonly tensor: DeviceTensor;
    readonly averages: Readonly<Record<EmaName, NdArray>>;
  }> {
    const short = new Map(leavesOf(this.averages.short, isNdArray));
    const long = new Map(leavesOf(this.averages.long, isNdArray));
    for (const [path, tensor] of leavesOf(this.parameters, isDeviceTensor)) {
      const averages = { short: short.get(path)!, long: long.get(path)! };
      yield { tensor, averages };
    }
  }
}

/** Moves an average towards values, in place. */
function interpolate(
  average: NdArray["data"],
  values: NdArray["data"],
  rate: number,
): void {
  for (let i = 0; i < average.length; i++) {
    average[i]! += (values[i]! - average[i]!) * rate;
  }
}
