import type { MimeBundle } from "../../formats/notebook/mod.ts";

/** The target of outputs: a notebook, a terminal, a test. */
export interface Host {
  /** Shows data; with an id they can be updated later. */
  show(data: MimeBundle, id?: string): Promise<void>;
  /** Updates all displays of an id. */
  update(data: MimeBundle, id: string): Promise<void>;
}

/** The notebook of this kernel; undefined outside of Jupyter. */
export function jupyterHost(): Host | undefined {
  // Outside of a kernel `Deno.jupyter` throws, or is not there.
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter;
  } catch {
    return undefined;
  }
  if (typeof jupyter?.broadcast !== "function") return undefined;
  const broadcast = async (
    type: "display_data" | "update_display_data",
    data: MimeBundle,
    id: string | undefined,
  ): Promise<void> => {
    // Deno 2.9.6 returns nothing where its types promise a promise.
    await jupyter.broadcast(type, {
      data,
      metadata: {},
      transient: id === undefined ? {} : { display_id: id },
    });
  };
  return {
    show: (data, id) => broadcast("display_data", data, id),
    update: (data, id) => broadcast("update_display_data", data, id),
  };
}

/** Writes the plain text of outputs; updates are left out. */
export function textHost(write: (text: string) => void): Host {
  return {
    show(data) {
      const text = data["text/plain"];
      if (typeof text === "string" && text !== "") write(`${text}\n`);
      return Promise.resolve();
    },
    update: () => Promise.resolve(),
  };
}
