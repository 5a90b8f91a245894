import type { Artist } from "./artist.ts";

/** Several artists as one: each model is drawn by the one that has it. */
export function artistsOf(artists: readonly Artist[]): Artist {
  let last = artists[0]!;
  return {
    models: artists.flatMap(({ models }) => models),
    draw(model, request, options) {
      last = artists.find(({ models }) => models.includes(model))!;
      return last.draw(model, request, options);
    },
    work: () => last.work(),
    [Symbol.dispose]() {
      for (const artist of artists) artist[Symbol.dispose]();
    },
  };
}
