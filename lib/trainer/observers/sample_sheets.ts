import { type Stage, STAGES } from "../stages/stages.ts";

/** A picture of samples in the folder of a run. */
export interface SampleSheet {
  readonly stage: Stage;
  /** Updates before it. */
  readonly step: number;
  /** The PNG file. */
  readonly path: string;
}

/** The last sample sheet of each stage of a run, in the order of the stages. */
export async function lastSampleSheets(folder: string): Promise<SampleSheet[]> {
  const last = new Map<string, SampleSheet>();
  try {
    for await (const { name } of Deno.readDir(`${folder}/samples`)) {
      const [, stage, digits] = /^(\w+)-(\d+)\.png$/.exec(name) ?? [];
      if (stage === undefined) continue;
      const step = Number(digits);
      if (step < (last.get(stage)?.step ?? -1)) continue;
      last.set(stage, {
        stage: stage as Stage,
        step,
        path: `${folder}/samples/${name}`,
      });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return STAGES.flatMap((stage) => last.get(stage) ?? []);
}
