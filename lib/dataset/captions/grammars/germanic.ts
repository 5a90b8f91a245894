import type { Words } from "../_grammar.ts";
import { among } from "./_among.ts";

/** What is not counted takes no article. */
const UNCOUNTED = among("🍞🥦🍿🔥🧊🪵🧳");

/** English. */
const en: Words = {
  language: "en",
  moves: "moves %",
  ways: [
    "right",
    "left",
    "up",
    "down",
    "up and to the right",
    "down and to the right",
    "down and to the left",
    "up and to the left",
  ],
  turns: ["turns clockwise", "turns counterclockwise"],
  grows: "grows",
  still: "stays still",
  camera: [
    "the camera pans right",
    "the camera pans left",
    "the camera tilts up",
    "the camera tilts down",
    "the camera zooms in",
    "the camera zooms out",
  ],
  angle: ["at a tilted angle", "seen from above"],
  weather: ["in the rain", "in the snow", "in the fog"],
  light: [
    "at night",
    "at sunrise",
    "in flashes of lightning",
    "in a spotlight",
  ],
  and: " and ",
  clause(subject, predicate, emoji) {
    const article = UNCOUNTED.has(emoji)
      ? ""
      : /^([aeio]|u(?!ni))/i.test(subject)
      ? "an "
      : "a ";
    return `${article}${subject} ${predicate}`;
  },
};

const GERMAN_FEMININE = among(
  "🐈🐄🐐🦒🐢🦎🐍🦐🐌🦋🐛🐜🐝🕷🦆🦉🦇🚂🚀🛸🍐🍊🍋🍌🍉🍓🍍🥥🥝🍅🍆🥑🥒🥕🥔🧅🥨🍕🍰🍫🌴🌹🌷🌸☁🎱🎸🎻🎺🥁🔔⌚🪜💡🕯🚪🛁👑👜🗿🍼🏺🪶🪙🚦💣🔶🔷🎀🫖🪈🛎🏮🔋🧳",
);
/** German: "eine Katze", "ein Hund", "ein Auto". */
const de: Words = {
  language: "de",
  moves: "bewegt sich %",
  ways: [
    "nach rechts",
    "nach links",
    "nach oben",
    "nach unten",
    "nach rechts oben",
    "nach rechts unten",
    "nach links unten",
    "nach links oben",
  ],
  turns: ["dreht sich im Uhrzeigersinn", "dreht sich gegen den Uhrzeigersinn"],
  grows: "wird größer",
  still: "steht still",
  camera: [
    "die Kamera schwenkt nach rechts",
    "die Kamera schwenkt nach links",
    "die Kamera neigt sich nach oben",
    "die Kamera neigt sich nach unten",
    "die Kamera zoomt heran",
    "die Kamera zoomt heraus",
  ],
  angle: ["mit schräger Kamera", "von oben gesehen"],
  weather: ["im Regen", "im Schnee", "im Nebel"],
  light: [
    "bei Nacht",
    "bei Sonnenaufgang",
    "unter Blitzen",
    "im Scheinwerferlicht",
  ],
  and: " und ",
  clause(subject, predicate, emoji) {
    const article = UNCOUNTED.has(emoji)
      ? ""
      : GERMAN_FEMININE.has(emoji)
      ? "eine "
      : "ein ";
    return `${article}${subject} ${predicate}`;
  },
};

/** Dutch: one article for all. */
const nl: Words = {
  language: "nl",
  moves: "beweegt %",
  ways: [
    "naar rechts",
    "naar links",
    "omhoog",
    "omlaag",
    "schuin omhoog naar rechts",
    "schuin omlaag naar rechts",
    "schuin omlaag naar links",
    "schuin omhoog naar links",
  ],
  turns: ["draait met de klok mee", "draait tegen de klok in"],
  grows: "wordt groter",
  still: "staat stil",
  camera: [
    "de camera draait naar rechts",
    "de camera draait naar links",
    "de camera kantelt omhoog",
    "de camera kantelt omlaag",
    "de camera zoomt in",
    "de camera zoomt uit",
  ],
  angle: ["met een scheve camera", "van bovenaf gezien"],
  weather: ["in de regen", "in de sneeuw", "in de mist"],
  light: ["’s nachts", "bij zonsopgang", "bij bliksem", "in een spotlicht"],
  and: " en ",
  clause: (subject, predicate, emoji) =>
    `${UNCOUNTED.has(emoji) ? "" : "een "}${subject} ${predicate}`,
};

/** Swedish, in the manner of headlines: without articles. */
const sv: Words = {
  language: "sv",
  moves: "rör sig %",
  ways: [
    "åt höger",
    "åt vänster",
    "uppåt",
    "nedåt",
    "uppåt åt höger",
    "nedåt åt höger",
    "nedåt åt vänster",
    "uppåt åt vänster",
  ],
  turns: ["vrider sig medurs", "vrider sig moturs"],
  grows: "växer",
  still: "står stilla",
  camera: [
    "kameran panorerar åt höger",
    "kameran panorerar åt vänster",
    "kameran vinklas uppåt",
    "kameran vinklas nedåt",
    "kameran zoomar in",
    "kameran zoomar ut",
  ],
  angle: ["med lutande kamera", "sett ovanifrån"],
  weather: ["i regn", "i snö", "i dimma"],
  light: ["på natten", "vid soluppgången", "i blixtsken", "i strålkastarljus"],
  and: " och ",
  names: { "🪵": "trästock" },
};

/** Danish, in the manner of headlines. */
const da: Words = {
  language: "da",
  moves: "bevæger sig %",
  ways: [
    "mod højre",
    "mod venstre",
    "opad",
    "nedad",
    "opad mod højre",
    "nedad mod højre",
    "nedad mod venstre",
    "opad mod venstre",
  ],
  turns: ["drejer med uret", "drejer mod uret"],
  grows: "vokser",
  still: "står stille",
  camera: [
    "kameraet panorerer mod højre",
    "kameraet panorerer mod venstre",
    "kameraet vipper opad",
    "kameraet vipper nedad",
    "kameraet zoomer ind",
    "kameraet zoomer ud",
  ],
  angle: ["med skråt kamera", "set ovenfra"],
  weather: ["i regn", "i sne", "i tåge"],
  light: ["om natten", "ved solopgang", "i lynglimt", "i projektørlys"],
  and: " og ",
};

/** Norwegian (Bokmål), in the manner of headlines. */
const no: Words = {
  language: "no",
  moves: "beveger seg %",
  ways: [
    "mot høyre",
    "mot venstre",
    "oppover",
    "nedover",
    "oppover mot høyre",
    "nedover mot høyre",
    "nedover mot venstre",
    "oppover mot venstre",
  ],
  turns: ["dreier med klokken", "dreier mot klokken"],
  grows: "vokser",
  still: "står stille",
  camera: [
    "kameraet panorerer mot høyre",
    "kameraet panorerer mot venstre",
    "kameraet vippes oppover",
    "kameraet vippes nedover",
    "kameraet zoomer inn",
    "kameraet zoomer ut",
  ],
  angle: ["med skrått kamera", "sett ovenfra"],
  weather: ["i regn", "i snø", "i tåke"],
  light: ["om natten", "ved soloppgang", "i lynglimt", "i lyskasterlys"],
  and: " og ",
};

/** English, German, Dutch, Swedish, Danish, Norwegian. */
export const GERMANIC: readonly Words[] = [en, de, nl, sv, da, no];
