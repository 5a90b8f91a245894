export { EAST_ASIAN } from "./east_asian.ts";
export { GERMANIC } from "./germanic.ts";
export { OTHER_EUROPEAN } from "./other_european.ts";
export { ROMANCE } from "./romance.ts";
export { SLAVIC } from "./slavic.ts";
export { SOUTH_ASIAN } from "./south_asian.ts";
export { SOUTH_EAST_ASIAN } from "./south_east_asian.ts";
export { WEST_ASIAN } from "./west_asian.ts";
