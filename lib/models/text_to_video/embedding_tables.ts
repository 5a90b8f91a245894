import type { BackboneConfig } from "../backbone/mod.ts";
import type { TextConfig } from "../text/mod.ts";
import { isOwn, type OwnBackbone, type OwnText } from "./parts.ts";

/** A table of embeddings `[R,D]` among parameters, of which a batch reads a few rows. */
export interface EmbeddingTable {
  /** Its path in the parameters. */
  readonly path: string;
  /** Names of the arrays of a batch whose values, int32, are its rows. */
  readonly rowsIn: readonly string[];
  /** Reads of a microbatch: it has no more different rows. */
  readonly reads: number;
}

/**
 * The tables of text encoder and backbone that are as long as a vocabulary;
 * those of models of one's own are not known.
 *
 * @param captions Captions of a microbatch, at most.
 *
 * @example
 * ```ts
 * import { embeddingTables } from "lib/models/text_to_video/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { text, backbone } = PRESETS.tiny;
 * assert.deepEqual(embeddingTables({ text, backbone }, 2).map(({ path }) => path), [
 *   "text/characters",
 *   "text/ngrams",
 *   "backbone/words",
 * ]);
 * ```
 */
export function embeddingTables(
  { text, backbone }: {
    readonly text: TextConfig | OwnText;
    readonly backbone: BackboneConfig | OwnBackbone;
  },
  captions: number,
): EmbeddingTable[] {
  if (isOwn(text)) return [];
  const { maxCharacters, maxWords } = text;
  return [
    {
      path: "text/characters",
      rowsIn: ["characters"],
      reads: captions * maxCharacters,
    },
    {
      path: "text/ngrams",
      rowsIn: ["pairs", "triples"],
      reads: 2 * captions * maxCharacters,
    },
    ...isOwn(backbone) || backbone.wordEmbeddings === false ? [] : [{
      path: "backbone/words",
      rowsIn: ["words"],
      reads: captions * maxWords,
    }],
  ];
}
