import { sizeOf } from "../../core/mod.ts";
import { damaged } from "./_archive.ts";
import { isGlobal, type PickleMeanings, type PickleValue } from "./_pickle.ts";

/** Element types of PyTorch's storages, and bytes of one element. */
export const STORAGES = {
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  DoubleStorage: 8,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
} as const;

/** Name of an element type. */
export type StorageType = keyof typeof STORAGES;

/** A run of numbers outside the pickle. */
export class StorageReference {
  constructor(
    readonly key: string,
    readonly type: StorageType,
    /** Elements. */
    readonly length: number,
  ) {}
}

/** A tensor: a view of a storage. */
export class TensorReference {
  constructor(
    readonly storage: StorageReference,
    /** First element. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** Elements between neighbours along each axis. */
    readonly strides: readonly number[],
  ) {}
}

const REBUILD = "torch._utils._rebuild_tensor";
const REBUILD_V2 = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
const ORDERED_DICTIONARY = "collections.OrderedDict";

/** The meanings of the names in the pickle of a state dictionary. */
export function stateDictMeanings(path: string): PickleMeanings {
  return {
    allows: (name) =>
      [REBUILD, REBUILD_V2, REBUILD_PARAMETER, ORDERED_DICTIONARY]
        .includes(name) || storageTypeOf(name) !== undefined,
    call(name, args) {
      switch (name) {
        case ORDERED_DICTIONARY:
          return dictionaryOf(args[0] ?? [], path);
        case REBUILD:
        case REBUILD_V2:
          return tensorOf(args, path);
        case REBUILD_PARAMETER:
          return args[0];
        default:
          return undefined;
      }
    },
    persistent(id) {
      // ("storage", type, key, location, length, ...)
      if (Array.isArray(id) && id[0] === "storage" && isGlobal(id[1]!)) {
        const type = storageTypeOf(id[1].global);
        const [key, length] = [id[2], id[4]];
        if (type && typeof key === "string" && isCount(length)) {
          return new StorageReference(key, type, length);
        }
      }
      throw damaged(
        path,
        "its pickle must refer to storages alone",
        "one is not",
      );
    },
  };
}

function dictionaryOf(
  items: PickleValue,
  path: string,
): Map<PickleValue, PickleValue> {
  const isPair = (item: PickleValue): item is [PickleValue, PickleValue] =>
    Array.isArray(item) && item.length === 2;
  const pairs = Array.isArray(items) ? items.filter(isPair) : undefined;
  if (pairs && pairs.length === (items as PickleValue[]).length) {
    return new Map(pairs);
  }
  throw damaged(path, "a dictionary must be made of pairs", "one is not");
}

function storageTypeOf(name: string): StorageType | undefined {
  const word = name.startsWith("torch.") ? name.slice("torch.".length) : "";
  return Object.hasOwn(STORAGES, word) ? word as StorageType : undefined;
}

function tensorOf(args: PickleValue[], path: string): TensorReference {
  const [storage, offset, shape, strides] = args;
  const legal = storage instanceof StorageReference && isCount(offset) &&
    isCounts(shape) && isCounts(strides) && shape.length === strides.length;
  if (!legal) {
    throw damaged(
      path,
      "a tensor must have a storage, an offset, a shape and strides",
      "one has not",
    );
  }
  if (sizeOf(shape) > storage.length) {
    throw damaged(
      path,
      `a tensor must have at most as many elements as its storage of ` +
        `${storage.length}`,
      `one has ${sizeOf(shape)}`,
    );
  }
  const last = shape.includes(0) ? -1 : shape.reduce(
    (sum, size, axis) => sum + (size - 1) * strides[axis]!,
    offset,
  );
  if (last >= storage.length) {
    throw damaged(
      path,
      `a tensor must lie within its storage of ${storage.length} elements`,
      `one reaches element ${last}`,
    );
  }
  return new TensorReference(storage, offset, shape, strides);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
