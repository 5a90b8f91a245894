import type { Words } from "../_grammar.ts";

// The present tense tells no gender, and there are no articles.

/** Russian. */
const ru: Words = {
  language: "ru",
  moves: "движется %",
  ways: [
    "вправо",
    "влево",
    "вверх",
    "вниз",
    "вправо вверх",
    "вправо вниз",
    "влево вниз",
    "влево вверх",
  ],
  turns: [
    "вращается по часовой стрелке",
    "вращается против часовой стрелки",
  ],
  grows: "увеличивается",
  still: "остаётся на месте",
  camera: [
    "камера поворачивается вправо",
    "камера поворачивается влево",
    "камера наклоняется вверх",
    "камера наклоняется вниз",
    "камера приближает",
    "камера отдаляет",
  ],
  angle: ["под наклоном", "вид сверху"],
  weather: ["под дождём", "под снегом", "в тумане"],
  light: ["ночью", "на рассвете", "при вспышках молнии", "в луче прожектора"],
  and: " и ",
  names: { "🧱": "кирпич", "👟": "кроссовка", "🎮": "видеоигра" },
};

/** Ukrainian. */
const uk: Words = {
  language: "uk",
  moves: "рухається %",
  ways: [
    "праворуч",
    "ліворуч",
    "вгору",
    "вниз",
    "праворуч угору",
    "праворуч униз",
    "ліворуч униз",
    "ліворуч угору",
  ],
  turns: [
    "обертається за годинниковою стрілкою",
    "обертається проти годинникової стрілки",
  ],
  grows: "збільшується",
  still: "залишається на місці",
  camera: [
    "камера повертається праворуч",
    "камера повертається ліворуч",
    "камера нахиляється вгору",
    "камера нахиляється вниз",
    "камера наближає",
    "камера віддаляє",
  ],
  angle: ["під нахилом", "вид згори"],
  weather: ["під дощем", "під снігом", "у тумані"],
  light: [
    "уночі",
    "на світанку",
    "у спалахах блискавки",
    "у промені прожектора",
  ],
  and: " і ",
  names: { "🥾": "похідний черевик" },
};

/** Polish. */
const pl: Words = {
  language: "pl",
  moves: "porusza się %",
  ways: [
    "w prawo",
    "w lewo",
    "w górę",
    "w dół",
    "w prawo w górę",
    "w prawo w dół",
    "w lewo w dół",
    "w lewo w górę",
  ],
  turns: [
    "obraca się zgodnie z ruchem wskazówek zegara",
    "obraca się przeciwnie do ruchu wskazówek zegara",
  ],
  grows: "rośnie",
  still: "stoi w miejscu",
  camera: [
    "kamera obraca się w prawo",
    "kamera obraca się w lewo",
    "kamera pochyla się w górę",
    "kamera pochyla się w dół",
    "kamera przybliża",
    "kamera oddala",
  ],
  angle: ["w przechylonym kadrze", "widok z góry"],
  weather: ["w deszczu", "w śniegu", "we mgle"],
  light: [
    "w nocy",
    "o wschodzie słońca",
    "w błyskach piorunów",
    "w świetle reflektora",
  ],
  and: " i ",
};

/** Czech. */
const cs: Words = {
  language: "cs",
  moves: "se pohybuje %",
  ways: [
    "doprava",
    "doleva",
    "nahoru",
    "dolů",
    "doprava nahoru",
    "doprava dolů",
    "doleva dolů",
    "doleva nahoru",
  ],
  turns: [
    "se otáčí po směru hodinových ručiček",
    "se otáčí proti směru hodinových ručiček",
  ],
  grows: "se zvětšuje",
  still: "stojí na místě",
  camera: [
    "kamera se otáčí doprava",
    "kamera se otáčí doleva",
    "kamera se naklání nahoru",
    "kamera se naklání dolů",
    "kamera přibližuje",
    "kamera oddaluje",
  ],
  angle: ["v nakloněném záběru", "pohled shora"],
  weather: ["v dešti", "ve sněžení", "v mlze"],
  light: [
    "v noci",
    "při východu slunce",
    "v záblescích",
    "ve světle reflektoru",
  ],
  and: " a ",
  names: { "🧱": "cihla", "👗": "dámský oděv" },
};

/** Slovak. */
const sk: Words = {
  language: "sk",
  moves: "sa pohybuje %",
  ways: [
    "doprava",
    "doľava",
    "nahor",
    "nadol",
    "doprava nahor",
    "doprava nadol",
    "doľava nadol",
    "doľava nahor",
  ],
  turns: [
    "sa otáča v smere hodinových ručičiek",
    "sa otáča proti smeru hodinových ručičiek",
  ],
  grows: "sa zväčšuje",
  still: "stojí na mieste",
  camera: [
    "kamera sa otáča doprava",
    "kamera sa otáča doľava",
    "kamera sa nakláňa nahor",
    "kamera sa nakláňa nadol",
    "kamera približuje",
    "kamera vzďaľuje",
  ],
  angle: ["v naklonenom zábere", "pohľad zhora"],
  weather: ["v daždi", "v snežení", "v hmle"],
  light: [
    "v noci",
    "pri východe slnka",
    "v zábleskoch",
    "vo svetle reflektora",
  ],
  and: " a ",
  names: { "🍿": "pukanec", "👗": "dámsky odev" },
};

/** Bulgarian. */
const bg: Words = {
  language: "bg",
  moves: "се движи %",
  ways: [
    "надясно",
    "наляво",
    "нагоре",
    "надолу",
    "нагоре и надясно",
    "надолу и надясно",
    "надолу и наляво",
    "нагоре и наляво",
  ],
  turns: [
    "се върти по посока на часовниковата стрелка",
    "се върти обратно на часовниковата стрелка",
  ],
  grows: "расте",
  still: "стои на място",
  camera: [
    "камерата се завърта надясно",
    "камерата се завърта наляво",
    "камерата се накланя нагоре",
    "камерата се накланя надолу",
    "камерата приближава",
    "камерата отдалечава",
  ],
  angle: ["в наклонен кадър", "поглед отгоре"],
  weather: ["в дъжда", "в снега", "в мъглата"],
  light: ["през нощта", "при изгрев", "при светкавици", "под прожектор"],
  and: " и ",
  names: { "🍿": "пуканка" },
};

/** Croatian. */
const hr: Words = {
  language: "hr",
  moves: "kreće se %",
  ways: [
    "udesno",
    "ulijevo",
    "prema gore",
    "prema dolje",
    "prema gore udesno",
    "prema dolje udesno",
    "prema dolje ulijevo",
    "prema gore ulijevo",
  ],
  turns: [
    "okreće se u smjeru kazaljke na satu",
    "okreće se suprotno od kazaljke na satu",
  ],
  grows: "raste",
  still: "stoji na mjestu",
  camera: [
    "kamera se okreće udesno",
    "kamera se okreće ulijevo",
    "kamera se naginje prema gore",
    "kamera se naginje prema dolje",
    "kamera približava",
    "kamera udaljava",
  ],
  angle: ["u nagnutom kadru", "pogled odozgo"],
  weather: ["po kiši", "po snijegu", "u magli"],
  light: ["noću", "u zoru", "pod bljeskovima munja", "pod reflektorom"],
  and: " i ",
  names: { "🧱": "cigla", "🍿": "kokica" },
};

/** Serbian, in Cyrillic. */
const sr: Words = {
  language: "sr",
  moves: "креће се %",
  ways: [
    "надесно",
    "налево",
    "нагоре",
    "надоле",
    "нагоре надесно",
    "надоле надесно",
    "надоле налево",
    "нагоре налево",
  ],
  turns: [
    "окреће се у смеру казаљке на сату",
    "окреће се супротно од казаљке на сату",
  ],
  grows: "расте",
  still: "стоји на месту",
  camera: [
    "камера се окреће надесно",
    "камера се окреће налево",
    "камера се нагиње нагоре",
    "камера се нагиње надоле",
    "камера приближава",
    "камера удаљава",
  ],
  angle: ["у нагнутом кадру", "поглед одозго"],
  weather: ["по киши", "по снегу", "у магли"],
  light: ["ноћу", "у зору", "под бљесковима муња", "под рефлектором"],
  and: " и ",
  names: { "🍿": "кокица" },
};

/** Russian, Ukrainian, Polish, Czech, Slovak, Bulgarian, Croatian, Serbian. */
export const SLAVIC: readonly Words[] = [ru, uk, pl, cs, sk, bg, hr, sr];
