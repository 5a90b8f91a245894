import { list, type Phrases, withArticle } from "../_grammar.ts";

/** Emoji of uncountable nouns, which take no article. */
const UNCOUNTED = "🍞🥦🍿🔥🧊🪵🧳";

/** English. */
const en: Phrases = {
  language: "en",
  moves: "moves %",
  directions: list(`right, left, up, down, up and to the right,
    down and to the right, down and to the left, up and to the left`),
  turns: ["turns clockwise", "turns counterclockwise"],
  grows: "grows",
  still: "stays still",
  camera: list(`the camera pans right, the camera pans left,
    the camera tilts up, the camera tilts down, the camera zooms in,
    the camera zooms out`),
  angle: ["at a tilted angle", "seen from above"],
  weather: ["in the rain", "in the snow", "in the fog"],
  light: list(`at night, at sunrise, in flashes of lightning, in a spotlight`),
  conjunction: " and ",
  clause: withArticle(
    (name) => /^([aeio]|u(?!ni))/i.test(name) ? "an " : "a ",
    UNCOUNTED,
  ),
};

const GERMAN_FEMININE =
  "🐈🐄🐐🦒🐢🦎🐍🦐🐌🦋🐛🐜🐝🕷🦆🦉🦇🚂🚀🛸🍐🍊🍋🍌🍉🍓🍍🥥🥝🍅🍆🥑🥒🥕🥔🧅🥨🍕🍰🍫🌴🌹🌷🌸☁🎱🎸🎻🎺🥁🔔⌚🪜💡🕯🚪🛁👑👜🗿🍼🏺🪶🪙🚦💣🔶🔷🎀🫖🪈🛎🏮🔋🧳";
/** German: "eine Katze", "ein Hund", "ein Auto". */
const de: Phrases = {
  language: "de",
  moves: "bewegt sich %",
  directions: list(`nach rechts, nach links, nach oben, nach unten,
    nach rechts oben, nach rechts unten, nach links unten, nach links oben`),
  turns: ["dreht sich im Uhrzeigersinn", "dreht sich gegen den Uhrzeigersinn"],
  grows: "wird größer",
  still: "steht still",
  camera: list(`die Kamera schwenkt nach rechts, die Kamera schwenkt nach links,
    die Kamera neigt sich nach oben, die Kamera neigt sich nach unten,
    die Kamera zoomt heran, die Kamera zoomt heraus`),
  angle: ["mit schräger Kamera", "von oben gesehen"],
  weather: ["im Regen", "im Schnee", "im Nebel"],
  light: list(`bei Nacht, bei Sonnenaufgang, unter Blitzen,
    im Scheinwerferlicht`),
  conjunction: " und ",
  clause: withArticle(
    (_name, emoji) => GERMAN_FEMININE.includes(emoji) ? "eine " : "ein ",
    UNCOUNTED,
  ),
};

/** Dutch: one article for all. */
const nl: Phrases = {
  language: "nl",
  moves: "beweegt %",
  directions: list(`naar rechts, naar links, omhoog, omlaag,
    schuin omhoog naar rechts, schuin omlaag naar rechts,
    schuin omlaag naar links, schuin omhoog naar links`),
  turns: ["draait met de klok mee", "draait tegen de klok in"],
  grows: "wordt groter",
  still: "staat stil",
  camera: list(`de camera draait naar rechts, de camera draait naar links,
    de camera kantelt omhoog, de camera kantelt omlaag, de camera zoomt in,
    de camera zoomt uit`),
  angle: ["met een scheve camera", "van bovenaf gezien"],
  weather: ["in de regen", "in de sneeuw", "in de mist"],
  light: ["’s nachts", "bij zonsopgang", "bij bliksem", "in een spotlicht"],
  conjunction: " en ",
  clause: withArticle(() => "een ", UNCOUNTED),
};

/** Swedish, in headline style: no articles. */
const sv: Phrases = {
  language: "sv",
  moves: "rör sig %",
  directions: list(`åt höger, åt vänster, uppåt, nedåt, uppåt åt höger,
    nedåt åt höger, nedåt åt vänster, uppåt åt vänster`),
  turns: ["vrider sig medurs", "vrider sig moturs"],
  grows: "växer",
  still: "står stilla",
  camera: list(`kameran panorerar åt höger, kameran panorerar åt vänster,
    kameran vinklas uppåt, kameran vinklas nedåt, kameran zoomar in,
    kameran zoomar ut`),
  angle: ["med lutande kamera", "sett ovanifrån"],
  weather: ["i regn", "i snö", "i dimma"],
  light: ["på natten", "vid soluppgången", "i blixtsken", "i strålkastarljus"],
  conjunction: " och ",
  names: { "🪵": "trästock" },
};

/** Danish, in headline style. */
const da: Phrases = {
  language: "da",
  moves: "bevæger sig %",
  directions: list(`mod højre, mod venstre, opad, nedad, opad mod højre,
    nedad mod højre, nedad mod venstre, opad mod venstre`),
  turns: ["drejer med uret", "drejer mod uret"],
  grows: "vokser",
  still: "står stille",
  camera: list(`kameraet panorerer mod højre, kameraet panorerer mod venstre,
    kameraet vipper opad, kameraet vipper nedad, kameraet zoomer ind,
    kameraet zoomer ud`),
  angle: ["med skråt kamera", "set ovenfra"],
  weather: ["i regn", "i sne", "i tåge"],
  light: ["om natten", "ved solopgang", "i lynglimt", "i projektørlys"],
  conjunction: " og ",
};

/** Norwegian (Bokmål), in headline style. */
const no: Phrases = {
  language: "no",
  moves: "beveger seg %",
  directions: list(`mot høyre, mot venstre, oppover, nedover, oppover mot høyre,
    nedover mot høyre, nedover mot venstre, oppover mot venstre`),
  turns: ["dreier med klokken", "dreier mot klokken"],
  grows: "vokser",
  still: "står stille",
  camera: list(`kameraet panorerer mot høyre, kameraet panorerer mot venstre,
    kameraet vippes oppover, kameraet vippes nedover, kameraet zoomer inn,
    kameraet zoomer ut`),
  angle: ["med skrått kamera", "sett ovenfra"],
  weather: ["i regn", "i snø", "i tåke"],
  light: ["om natten", "ved soloppgang", "i lynglimt", "i lyskasterlys"],
  conjunction: " og ",
};

/** English, German, Dutch, Swedish, Danish, Norwegian. */
export const GERMANIC: readonly Phrases[] = [en, de, nl, sv, da, no];
