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
} from "./trained_models.ts";
export {
  loadVae,
  readVae,
  type TrainedVae,
  VAE_FILE,
  type VaeWeights,
} from "./trained_vae.ts";
export {
  readVocabulary,
  type Vocabulary,
  VOCABULARY_FILE,
} from "./vocabulary.ts";
