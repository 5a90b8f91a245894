/**
 * Videos of prompts, from trained models.
 *
 * @module
 */
export {
  FINISH_AT,
  type GenerateOptions,
  type Generator,
  openGenerator,
} from "./generator.ts";
export {
  DECODER_FILE,
  DECODER_KIND,
  loadDecoder,
  surroundingsOf,
  type TrainedDecoder,
} from "./trained_decoder.ts";
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
