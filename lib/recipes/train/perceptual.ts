import * as tf from "@tensorflow/tfjs-core";
import { isNdArray, mapTree } from "../../core/mod.ts";
import { pictureDistance } from "../../evaluation/mod.ts";
import type { PerceptualNetwork } from "../../trainer/mod.ts";
import { WEIGHTS_FOLDER } from "../weights/catalogue.ts";
import { convertedInception } from "../weights/inception.ts";
import type { TrainOptions } from "./options.ts";

/**
 * The network of the perceptual term: InceptionV3, converted from its package at
 * the first use. Undefined without a weight of the term.
 *
 * @param folder Of the converted weights.
 */
export async function perceptualNetwork(
  { perceptual }: Pick<TrainOptions, "perceptual">,
  folder: string = WEIGHTS_FOLDER,
): Promise<PerceptualNetwork | undefined> {
  if (perceptual === 0) return undefined;
  const { parameters, digest } = await convertedInception(folder);
  return {
    digest,
    distance(pictures, references) {
      const constants = mapTree(
        parameters,
        isNdArray,
        ({ data, shape }) => tf.tensor(data, [...shape]),
      );
      return pictureDistance(constants, pictures, references);
    },
  };
}
