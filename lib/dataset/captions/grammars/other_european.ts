import { list, type Phrases, withArticle } from "../_grammar.ts";

/** Greek, in headline style: no articles. */
const el: Phrases = {
  language: "el",
  moves: "κινείται %",
  directions: list(`προς τα δεξιά, προς τα αριστερά, προς τα πάνω, προς τα κάτω,
    πάνω δεξιά, κάτω δεξιά, κάτω αριστερά, πάνω αριστερά`),
  turns: ["στρέφεται δεξιόστροφα", "στρέφεται αριστερόστροφα"],
  grows: "μεγαλώνει",
  still: "δεν κινείται",
  camera: list(`η κάμερα στρέφεται δεξιά, η κάμερα στρέφεται αριστερά,
    η κάμερα γέρνει προς τα πάνω, η κάμερα γέρνει προς τα κάτω,
    η κάμερα ζουμάρει μέσα, η κάμερα ζουμάρει έξω`),
  angle: ["με κεκλιμένη κάμερα", "σε κάτοψη"],
  weather: ["στη βροχή", "στο χιόνι", "στην ομίχλη"],
  light: ["τη νύχτα", "την ανατολή", "με αστραπές", "κάτω από προβολέα"],
  conjunction: " και ",
};

/** Finnish: neither gender nor articles. */
const fi: Phrases = {
  language: "fi",
  moves: "liikkuu %",
  directions: list(`oikealle, vasemmalle, ylös, alas, yläoikealle, alaoikealle,
    alavasemmalle, ylävasemmalle`),
  turns: ["kiertyy myötäpäivään", "kiertyy vastapäivään"],
  grows: "kasvaa",
  still: "pysyy paikallaan",
  camera: list(`kamera kääntyy oikealle, kamera kääntyy vasemmalle,
    kamera kallistuu ylös, kamera kallistuu alas, kamera zoomaa lähemmäs,
    kamera zoomaa kauemmas`),
  angle: ["vinosta kuvakulmasta", "ylhäältä katsottuna"],
  weather: ["sateessa", "lumisateessa", "sumussa"],
  light: ["yöllä", "auringonnousussa", "salamoiden valossa", "valokeilassa"],
  conjunction: " ja ",
};

/** Hungarian: one article for all; the verb follows the direction. */
const hu: Phrases = {
  language: "hu",
  moves: "% mozog",
  directions: list(`jobbra, balra, felfelé, lefelé, jobbra felfelé,
    jobbra lefelé, balra lefelé, balra felfelé`),
  turns: list(`az óramutató járásával megegyezően forog,
    az óramutató járásával ellentétesen forog`),
  grows: "egyre nagyobb lesz",
  still: "egy helyben marad",
  camera: list(`a kamera jobbra fordul, a kamera balra fordul,
    a kamera felfelé billen, a kamera lefelé billen, a kamera ráközelít,
    a kamera távolodik`),
  angle: ["ferde kameraállásból", "felülnézetből"],
  weather: ["esőben", "hóesésben", "ködben"],
  light: ["éjszaka", "napkeltekor", "villámfényben", "reflektorfényben"],
  conjunction: " és ",
  clause: withArticle(() => "egy ", ""),
};

/** Catalan, in headline style. */
const ca: Phrases = {
  language: "ca",
  moves: "es mou %",
  directions: list(`cap a la dreta, cap a l’esquerra, cap amunt, cap avall,
    cap amunt a la dreta, cap avall a la dreta, cap avall a l’esquerra,
    cap amunt a l’esquerra`),
  turns: list(`gira en el sentit de les agulles del rellotge,
    gira en sentit contrari a les agulles del rellotge`),
  grows: "creix",
  still: "no es mou",
  camera: list(`la càmera gira cap a la dreta, la càmera gira cap a l’esquerra,
    la càmera s’inclina cap amunt, la càmera s’inclina cap avall,
    la càmera s’acosta amb el zoom, la càmera s’allunya amb el zoom`),
  angle: ["amb la càmera inclinada", "a vista d’ocell"],
  weather: ["sota la pluja", "sota la neu", "dins la boira"],
  light: ["de nit", "a la sortida del sol", "entre llampecs", "sota un focus"],
  conjunction: " i ",
  names: { "🍿": "crispeta", "🎲": "dau" },
};

/** Greek, Finnish, Hungarian, Catalan. */
export const OTHER_EUROPEAN: readonly Phrases[] = [el, fi, hu, ca];
