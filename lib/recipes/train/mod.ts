/**
 * The flags of training, for commands and notebooks.
 *
 * @module
 */
export { channelsOf, trainCommand } from "./command.ts";
export { perceptualNetwork } from "./perceptual.ts";
export { trainFlags, type TrainOptions } from "./options.ts";
export {
  notebookFlags,
  runConfigOf,
  runOf,
  trainConfig,
} from "./train_config.ts";
