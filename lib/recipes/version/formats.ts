// The front doors would load TensorFlow.js.
import { MANIFEST_VERSION } from "../../dataset/curate/manifest/row.ts";
import { STATISTICS_SCHEMA } from "../../evaluation/distribution/statistics_file.ts";
import { WORLD3D_SCHEMA } from "../../evaluation/world3d/weights.ts";
import { WEIGHTS_SCHEMA } from "../../pipeline/weights.ts";
import { BACKUP_FORMAT } from "../../service/database/backup.ts";
import { MIGRATIONS } from "../../service/database/migrations.ts";
import { CHECKPOINT_SCHEMA } from "../../trainer/checkpoints/checkpoint.ts";
import { LATENTS_SCHEMA } from "../../trainer/precompute/latent_file.ts";
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
