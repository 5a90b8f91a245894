import type { Grammar } from "./grammar.ts";

const MOTIONS = {
  right: "moves right",
  left: "moves left",
  up: "moves up",
  down: "moves down",
  "up-right": "moves up and to the right",
  "down-right": "moves down and to the right",
  "down-left": "moves down and to the left",
  "up-left": "moves up and to the left",
  clockwise: "turns clockwise",
  "counter-clockwise": "turns counterclockwise",
  growing: "grows",
  still: "stays still",
} as const;

/** English: "a red circle moves right, the camera pans left". */
export const ENGLISH: Grammar = {
  language: "en",
  clause: (name, { id }, motion) => `${articled(name, id)} ${MOTIONS[motion]}`,
  join: (clauses) => `${clauses.slice(0, -1).join(", ")} and ${clauses.at(-1)}`,
  camera: {
    "pan right": "the camera pans right",
    "pan left": "the camera pans left",
    "tilt up": "the camera tilts up",
    "tilt down": "the camera tilts down",
    "zoom in": "the camera zooms in",
    "zoom out": "the camera zooms out",
  },
  angle: { tilted: "at a tilted angle", "from above": "seen from above" },
  weather: { rain: "in the rain", snow: "in the snow", fog: "in fog" },
  light: {
    night: "at night",
    sunrise: "at sunrise",
    lightning: "in a flash of lightning",
    spotlight: "in a spotlight",
  },
  comma: ", ",
};

/** What is not counted takes no article. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  "bread",
  "broccoli",
  "popcorn",
  "fire",
  "ice",
  "wood",
  "luggage",
  "tennis",
  "sushi",
]);

function articled(name: string, id: string): string {
  if (UNCOUNTED.has(id)) return name;
  return `${/^([aeio]|u(?!ni))/i.test(name) ? "an" : "a"} ${name}`;
}
