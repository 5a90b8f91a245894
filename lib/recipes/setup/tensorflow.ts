import { InputError } from "../../core/mod.ts";

/** A TensorFlow library and its headers on this machine. */
export interface TensorFlowLibrary {
  /** Folder that holds `tensorflow/c/c_api.h`. */
  readonly headers: string;
  /** Folder of the libraries. */
  readonly folder: string;
  /** The libraries to link with. */
  readonly files: readonly string[];
}

/** Headers and libraries of each form of TensorFlow. */
const FORMS = [
  // The folder `tensorflow` of the Python wheel.
  {
    headers: "include",
    folder: ".",
    files: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
  },
  // The unpacked C library.
  {
    headers: "include",
    folder: "lib",
    files: ["libtensorflow.so.2", "libtensorflow_framework.so.2"],
  },
] as const;

/** Header that every form has. */
const HEADER = "tensorflow/c/c_api.h";

/**
 * Finds a TensorFlow library.
 *
 * @param given The folder of a wheel, of the C library, or of a Python
 *   environment; default: the active Python environment, then the system.
 * @throws {InputError} with the searched places and the way to install it
 */
export async function findTensorFlow(
  given: string | undefined,
): Promise<TensorFlowLibrary> {
  const places = given === undefined ? usualPlaces() : [given];
  for (const place of places) {
    for (const folder of await foldersOf(place)) {
      for (const form of FORMS) {
        const library = {
          headers: `${folder}/${form.headers}`,
          folder: form.folder === "." ? folder : `${folder}/${form.folder}`,
          files: form.files,
        };
        if (await isThere(library)) return library;
      }
    }
  }
  throw new InputError(
    `Cannot find TensorFlow: ${given === undefined ? "" : "--tensorflow "}` +
      `must be a folder with ${HEADER} under include, and ` +
      `${FORMS[0].files.join(" and ")} (a Python wheel) or ` +
      `lib/${FORMS[1].files[0]} (the C library): searched ` +
      `${places.join(", ")}; install one, such as: python3 -m venv tf && ` +
      `tf/bin/pip install "tensorflow[and-cuda]" (or tensorflow-cpu without ` +
      `a card), and pass --tensorflow tf`,
  );
}

function usualPlaces(): string[] {
  return [
    Deno.env.get("VIRTUAL_ENV"),
    Deno.env.get("CONDA_PREFIX"),
    "/usr/local",
    "/usr",
  ].filter((place) => place !== undefined);
}

/** A place itself, and the wheels in it if it is a Python environment. */
async function foldersOf(place: string): Promise<string[]> {
  const folder = place.replace(/\/+$/, "");
  const folders = [folder, `${folder}/tensorflow`];
  try {
    for await (const { name } of Deno.readDir(`${folder}/lib`)) {
      if (/^python3/.test(name)) {
        folders.push(`${folder}/lib/${name}/site-packages/tensorflow`);
      }
    }
  } catch (error) {
    if (
      !(error instanceof Deno.errors.NotFound) &&
      !(error instanceof Deno.errors.NotADirectory)
    ) throw error;
  }
  return folders;
}

async function isThere(
  { headers, folder, files }: TensorFlowLibrary,
): Promise<boolean> {
  const paths = [
    `${headers}/${HEADER}`,
    ...files.map((file) => `${folder}/${file}`),
  ];
  for (const path of paths) {
    try {
      await Deno.stat(path);
    } catch {
      return false;
    }
  }
  return true;
}
