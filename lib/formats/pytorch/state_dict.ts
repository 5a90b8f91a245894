import {
  InputError,
  Lifetime,
  type NdArray,
  readAtSync,
  shapeText,
  sizeOf,
  stridesOf,
  zeros,
} from "../../core/mod.ts";
import { damaged, isArchive, listArchive, type ReadBytes } from "./_archive.ts";
import { type PickleValue, readPickle } from "./_pickle.ts";
import {
  stateDictMeanings,
  StorageReference,
  STORAGES,
  type StorageType,
  TensorReference,
} from "./_tensors.ts";

/** One tensor of a file, not yet read. */
export interface StateTensor {
  readonly shape: readonly number[];
  /**
   * Reads its values: floats as float32, integers as int32, bools as bool.
   *
   * @throws {InputError} if the file ends early, or a whole number does not
   *   fit 32 bits
   */
  read(): NdArray;
}

/** The tensors of a PyTorch file, by name; the file stays open. */
export interface StateDict extends Disposable {
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, StateTensor>;
}

/** Where the elements of a storage lie in the file, in bytes. */
type Places = ReadonlyMap<string, number>;

/** The start of files written before PyTorch 1.6. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
/** More bytes than the pickles of any state dictionary need. */
const MOST_PICKLE = 64e6;

/**
 * Opens a state dictionary that `torch.save` wrote: the zip archives of today
 * (`.pt`, `.pth`) and the files of before PyTorch 1.6.
 *
 * Both hold a pickle, a program that could do anything. It is never run: it is
 * read as data, and names other than those of tensors, storages and dictionaries
 * are refused. A dictionary under the name `state_dict` stands for the file.
 *
 * @throws {InputError} if the file is missing, damaged, no state dictionary, or
 *   its pickle uses another name
 */
export async function openStateDict(path: string): Promise<StateDict> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const lifetime = new Lifetime(`file "${path}"`);
    const read: ReadBytes = (begin, count) => {
      lifetime.check();
      return readAt(file, path, begin, count);
    };
    const head = read(0, Math.min(size, 4));
    const { root, places } = isArchive(head)
      ? readArchive(path, size, read)
      : readLegacy(path, size, read);
    const tensors = new Map(
      tensorsOf(root, path).map(([name, reference]) => [
        name,
        {
          shape: reference.shape,
          read: () => tensorAt(reference, name, path, places, read),
        },
      ]),
    );
    return {
      tensors,
      [Symbol.dispose]: () => lifetime.end(() => file.close()),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function open(path: string): Promise<Deno.FsFile> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isFile) return await Deno.open(path);
  throw new InputError(
    `Cannot read "${path}": it must be a file: ${
      found ? "it is a folder or a device" : "there is none"
    }; check the path`,
  );
}

/** Synchronous, so that several tensors may be read at once. */
function readAt(
  file: Deno.FsFile,
  path: string,
  begin: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  const bytes = readAtSync(file, begin, count);
  if (bytes.length === count) return bytes;
  throw damaged(
    path,
    `it must have at least ${begin + count} bytes`,
    `it has ${begin + bytes.length}`,
  );
}

interface Content {
  readonly root: PickleValue;
  readonly places: Places;
}

/** `NAME/data.pkl` holds the pickle, `NAME/data/KEY` a storage each. */
function readArchive(
  path: string,
  size: number,
  read: ReadBytes,
): Content {
  const entries = listArchive(path, size, read);
  const pickle = [...entries.keys()].find((name) => name.endsWith("/data.pkl"));
  if (pickle === undefined) {
    throw new InputError(
      `Cannot read "${path}": it must be a file of torch.save: it is an ` +
        `archive without data.pkl; pass a state dictionary`,
    );
  }
  const { begin, bytes } = entries.get(pickle)!;
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order) {
    const text = new TextDecoder().decode(read(order.begin, order.bytes));
    if (text !== "little") {
      throw damaged(
        path,
        "its bytes must be little-endian",
        `they are ${text}`,
      );
    }
  }
  const { value } = readPickle(
    read(begin, bytes),
    path,
    stateDictMeanings(path),
  );
  const prefix = `${folder}data/`;
  const places = new Map(
    [...entries].filter(([name]) => name.startsWith(prefix))
      .map(([name, entry]) => [name.slice(prefix.length), entry.begin]),
  );
  return { root: value, places };
}

/** Magic number, version, system, the object, keys of the storages, storages. */
function readLegacy(
  path: string,
  size: number,
  read: ReadBytes,
): Content {
  const head = read(0, Math.min(size, MOST_PICKLE));
  const storages = new Map<string, StorageReference>();
  const plain = stateDictMeanings(path);
  const meanings = {
    ...plain,
    persistent(id: PickleValue): PickleValue {
      const storage = plain.persistent(id);
      if (storage instanceof StorageReference) {
        storages.set(storage.key, storage);
      }
      return storage;
    },
  };
  if (head[0] !== 0x80) throw notOfTorch(path);
  let at = 0;
  const next = (): PickleValue => {
    const { value, end } = readPickle(head, path, meanings, at);
    at = end;
    return value;
  };
  if (next() !== LEGACY_MAGIC) throw notOfTorch(path);
  next(); // version of the format
  next(); // sizes and byte order of the system
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) {
    throw damaged(path, "it must list its storages", "it does not");
  }
  const places = new Map<string, number>();
  for (const key of keys) {
    const storage = storages.get(String(key));
    if (!storage) {
      throw damaged(path, "its storages must be used", `"${key}" is not`);
    }
    // Each begins with the number of its elements, 8 bytes.
    const count = read(at, 8);
    const length = new DataView(count.buffer).getBigUint64(0, true);
    if (length !== BigInt(storage.length)) {
      throw damaged(
        path,
        `storage "${key}" must have ${storage.length} elements`,
        `it has ${length}`,
      );
    }
    places.set(storage.key, at + 8);
    at += 8 + storage.length * STORAGES[storage.type];
  }
  return { root, places };
}

function notOfTorch(path: string): InputError {
  return new InputError(
    `Cannot read "${path}": it must be a file of torch.save: it begins ` +
      `otherwise; pass a .pt or .pth file`,
  );
}

/** The named tensors of a state dictionary. */
function tensorsOf(
  root: PickleValue,
  path: string,
): [name: string, TensorReference][] {
  const inner = root instanceof Map ? root.get("state_dict") : undefined;
  const dictionary = inner instanceof Map ? inner : root;
  if (!(dictionary instanceof Map)) {
    throw new InputError(
      `Cannot read "${path}": it must hold a dictionary of tensors: it holds ` +
        `something else; save model.state_dict()`,
    );
  }
  return [...dictionary].map(([name, value]) => {
    if (typeof name === "string" && value instanceof TensorReference) {
      return [name, value];
    }
    throw new InputError(
      `Cannot read "${path}": it must hold a dictionary of tensors: entry ` +
        `"${String(name)}" is none; save model.state_dict()`,
    );
  });
}

/** Reads a tensor through its strides. */
function tensorAt(
  { storage, offset, shape, strides }: TensorReference,
  name: string,
  path: string,
  places: Places,
  read: ReadBytes,
): NdArray {
  const place = places.get(storage.key);
  if (place === undefined) {
    throw damaged(
      path,
      `tensor "${name}" must have its storage in the file`,
      `there is no "${storage.key}"`,
    );
  }
  const reach = sizeOf(shape) === 0 ? 0 : 1 + shape.reduce(
    (sum, size, axis) => sum + (size - 1) * strides[axis]!,
    0,
  );
  const width = STORAGES[storage.type];
  const values = valuesOf(
    read(place + offset * width, reach * width),
    storage.type,
  );
  const array: NdArray = zeros(shape, dtypeOf(storage.type));
  const steps = stridesOf(shape);
  for (let i = 0; i < array.data.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at += Math.floor(i / steps[axis]!) % shape[axis]! * strides[axis]!;
    }
    const value = Number(values[at]);
    array.data[i] = value;
    if (array.dtype === "int32" && array.data[i] !== value) {
      throw new InputError(
        `Cannot read "${path}": whole numbers must fit 32 bits: tensor ` +
          `"${name}" of shape ${shapeText(shape)} holds ${value}`,
      );
    }
  }
  return array;
}

function dtypeOf(type: StorageType): "float32" | "int32" | "bool" {
  switch (type) {
    case "FloatStorage":
    case "HalfStorage":
    case "BFloat16Storage":
    case "DoubleStorage":
      return "float32";
    case "BoolStorage":
      return "bool";
    default:
      return "int32";
  }
}

function valuesOf(
  { buffer }: Uint8Array<ArrayBuffer>,
  type: StorageType,
): ArrayLike<number | bigint> {
  switch (type) {
    case "FloatStorage":
      return new Float32Array(buffer);
    case "HalfStorage":
      return new Float16Array(buffer);
    case "BFloat16Storage":
      // The upper half of a float32.
      return new Float32Array(
        Uint32Array.from(new Uint16Array(buffer), (x) => x << 16).buffer,
      );
    case "DoubleStorage":
      return new Float64Array(buffer);
    case "LongStorage":
      return new BigInt64Array(buffer);
    case "IntStorage":
      return new Int32Array(buffer);
    case "ShortStorage":
      return new Int16Array(buffer);
    case "CharStorage":
      return new Int8Array(buffer);
    case "ByteStorage":
    case "BoolStorage":
      return new Uint8Array(buffer);
  }
}
