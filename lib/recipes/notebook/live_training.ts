import type { JsonRecord } from "../../formats/jsonl/mod.ts";
import { readJsonl } from "../../formats/jsonl/mod.ts";
import type { Display, LiveView } from "../../notebook/mod.ts";
import { memoryHtml } from "../../trainer/report/mod.ts";
import {
  curvesOf,
  type MetricsRecord,
  STAGES,
  type TrainHost,
} from "../../trainer/mod.ts";

/** Milliseconds between two drawings without an evaluation. */
const INTERVAL = 3000;
/** The curves that are drawn: losses, and of the VAE its PSNR. */
const SHOWN = 2;

/**
 * Shows the training of a run while it goes on: of each stage what its memory
 * holds, its curves and its last sample sheet, in place.
 *
 * @param folder Of the run.
 * @param clock Milliseconds.
 * @returns receives each line of metrics after it was written, and the memory.
 */
export function liveTraining(
  show: Pick<Display, "live">,
  folder: string,
  clock: () => number,
): Required<Pick<TrainHost, "display" | "displayMemory">> {
  let stage: unknown;
  let view: LiveView | undefined;
  let records: JsonRecord[] = [];
  let picture: { png: Uint8Array<ArrayBuffer>; caption: string } | undefined;
  let memory: { readonly stage: unknown; readonly html: string } | undefined;
  let drawnAt = -Infinity;
  const display = async (record: MetricsRecord): Promise<void> => {
    if (record.stage !== stage) {
      stage = record.stage;
      view = show.live();
      picture = undefined;
      // What an earlier training wrote, and this line.
      records = (await readJsonl(`${folder}/metrics.jsonl`))
        .filter((one) => one.stage === stage);
    } else records.push(record as JsonRecord);
    const isEvaluation = record.heldOutLoss !== undefined ||
      record.heldOutPsnr !== undefined;
    if (!isEvaluation && clock() - drawnAt < INTERVAL) return;
    if (isEvaluation) {
      picture = await sheetOf(folder, String(stage), Number(record.step)) ??
        picture;
    }
    drawnAt = clock();
    const figures = STAGES.some((name) => name === stage)
      ? curvesOf(records).slice(0, stage === "vae" ? SHOWN : 1)
      : [];
    await view!.draw({
      figures,
      ...(picture && { picture }),
      ...(memory?.stage === stage && { html: memory!.html }),
    });
  };
  return {
    display,
    displayMemory(stage, bar) {
      const titled = { ...bar, title: `memory of ${bar.title}` };
      memory = { stage, html: memoryHtml([titled]) };
    },
  };
}

/** The sample sheet of an evaluation; undefined where it drew none. */
async function sheetOf(folder: string, stage: string, step: number) {
  try {
    const png = await Deno.readFile(`${folder}/samples/${stage}-${step}.png`);
    return { png, caption: `${stage}: samples after ${step} updates` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
