import { MANIFEST_VERSION } from "../../dataset/curate/mod.ts";
import { STATISTICS_SCHEMA, WORLD3D_SCHEMA } from "../../evaluation/mod.ts";
import { WEIGHTS_SCHEMA } from "../../pipeline/mod.ts";
import { BACKUP_FORMAT, MIGRATIONS } from "../../service/database/mod.ts";
import { CHECKPOINT_SCHEMA, LATENTS_SCHEMA } from "../../trainer/mod.ts";
import { EXPORT_FORMAT } from "../export/export.ts";

/** A kind of file that is written, and read again by later versions. */
export interface FileFormat {
  /** Files of it, as users meet them. */
  readonly files: string;
  /** As the files name it. */
  readonly version: string;
}

/** All formats with version numbers. A reader refuses a version it does not know. */
export const FORMATS: readonly FileFormat[] = [
  {
    files: "weights (vae.safetensors, phase1.safetensors)",
    version: WEIGHTS_SCHEMA,
  },
  {
    files: "checkpoints (phase1/step-*.safetensors)",
    version: `checkpoint ${CHECKPOINT_SCHEMA}`,
  },
  { files: "latents (latents/)", version: `latents ${LATENTS_SCHEMA}` },
  { files: "manifest.jsonl", version: `manifest ${MANIFEST_VERSION}` },
  { files: "world3d.safetensors", version: WORLD3D_SCHEMA },
  { files: "feature statistics", version: STATISTICS_SCHEMA },
  { files: "exported models", version: EXPORT_FORMAT },
  { files: "backups of a service", version: BACKUP_FORMAT },
  {
    files: "database of a service",
    version: `migration ${Object.keys(MIGRATIONS).at(-1)}`,
  },
];
