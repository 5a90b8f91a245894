/** Resolve every symbol when the library is opened (POSIX `RTLD_NOW`). */
const RESOLVE_NOW = 2;
/** Search the dependencies of the library in its own folder (Windows). */
const ALTERED_SEARCH_PATH = 8;

/**
 * Loads a native library for the life of the process and returns the address of
 * one of its functions.
 *
 * Deno counts a library of `Deno.dlopen` as a resource to be closed: tests that
 * use it would fail as leaking. This uses the system's own loader, through a
 * library that every system has.
 *
 * @throws {Error} with the loader's message, if it fails
 */
export function residentFunction(
  path: string,
  name: string,
): Deno.PointerObject {
  return Deno.build.os === "windows"
    ? onWindows(path, name)
    : onPosix(path, name);
}

function onPosix(path: string, name: string): Deno.PointerObject {
  const system = Deno.dlopen(
    Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6",
    {
      dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
      dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
      dlerror: { parameters: [], result: "pointer" },
    },
  );
  try {
    const { dlopen, dlsym, dlerror } = system.symbols;
    const refused = (): Error => {
      const message = dlerror();
      return new Error(
        `Cannot load "${path}": ` +
          (message ? Deno.UnsafePointerView.getCString(message) : "no reason"),
      );
    };
    const library = dlopen(text(path), RESOLVE_NOW);
    if (!library) throw refused();
    const found = dlsym(library, text(name));
    if (!found) throw refused();
    return found;
  } finally {
    system.close();
  }
}

function onWindows(path: string, name: string): Deno.PointerObject {
  const system = Deno.dlopen("kernel32.dll", {
    LoadLibraryExW: {
      parameters: ["buffer", "pointer", "u32"],
      result: "pointer",
    },
    GetProcAddress: { parameters: ["pointer", "buffer"], result: "pointer" },
    GetLastError: { parameters: [], result: "u32" },
  });
  try {
    const { LoadLibraryExW, GetProcAddress, GetLastError } = system.symbols;
    const wide = new Uint16Array(path.length + 1);
    for (let i = 0; i < path.length; i++) wide[i] = path.charCodeAt(i);
    const library = LoadLibraryExW(wide, null, ALTERED_SEARCH_PATH);
    const found = library && GetProcAddress(library, text(name));
    if (!found) {
      throw new Error(`Cannot load "${path}": Windows error ${GetLastError()}`);
    }
    return found;
  } finally {
    system.close();
  }
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}
