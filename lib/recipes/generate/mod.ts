/**
 * Videos of prompts, from trained models.
 *
 * @module
 */
export {
  type GenerateOptions,
  type Generator,
  openGenerator,
} from "./generator.ts";
export {
  diffusionFilesIn,
  readTrainedModels,
  SHIPPED,
  type TrainedModels,
  VAE_FILE,
} from "./trained_models.ts";
export { readVocabulary, type Vocabulary } from "./vocabulary.ts";
