import type { MimeBundle } from "../../formats/notebook/mod.ts";

/** Where things are shown: a notebook, a terminal, a test. */
export interface Host {
  /** Shows something; with an id it can be changed later. */
  show(data: MimeBundle, id?: string): Promise<void>;
  /** Changes what was shown under an id, wherever it stands. */
  update(data: MimeBundle, id: string): Promise<void>;
}

/** The notebook whose kernel runs this; undefined outside of Jupyter. */
export function jupyterHost(): Host | undefined {
  // Outside of a kernel `Deno.jupyter` throws, or is not there.
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter;
  } catch {
    return undefined;
  }
  if (typeof jupyter?.broadcast !== "function") return undefined;
  const tell = async (
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
    show: (data, id) => tell("display_data", data, id),
    update: (data, id) => tell("update_display_data", data, id),
  };
}

/** Shows the plain text of things, one after another. Updates are left out. */
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
