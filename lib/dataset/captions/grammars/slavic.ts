import { list, type Phrases } from "../_grammar.ts";

// The present tense has no gender, and there are no articles.

/** Russian. */
const ru: Phrases = {
  language: "ru",
  moves: "движется %",
  directions: list(`вправо, влево, вверх, вниз, вправо вверх, вправо вниз,
    влево вниз, влево вверх`),
  turns: list(`вращается по часовой стрелке, вращается против часовой стрелки`),
  grows: "увеличивается",
  still: "остаётся на месте",
  camera: list(`камера поворачивается вправо, камера поворачивается влево,
    камера наклоняется вверх, камера наклоняется вниз, камера приближает,
    камера отдаляет`),
  angle: ["под наклоном", "вид сверху"],
  weather: ["под дождём", "под снегом", "в тумане"],
  light: ["ночью", "на рассвете", "при вспышках молнии", "в луче прожектора"],
  conjunction: " и ",
  names: { "🧱": "кирпич", "👟": "кроссовка", "🎮": "видеоигра" },
};

/** Ukrainian. */
const uk: Phrases = {
  language: "uk",
  moves: "рухається %",
  directions: list(`праворуч, ліворуч, вгору, вниз, праворуч угору,
    праворуч униз, ліворуч униз, ліворуч угору`),
  turns: list(`обертається за годинниковою стрілкою,
    обертається проти годинникової стрілки`),
  grows: "збільшується",
  still: "залишається на місці",
  camera: list(`камера повертається праворуч, камера повертається ліворуч,
    камера нахиляється вгору, камера нахиляється вниз, камера наближає,
    камера віддаляє`),
  angle: ["під нахилом", "вид згори"],
  weather: ["під дощем", "під снігом", "у тумані"],
  light: list(`уночі, на світанку, у спалахах блискавки, у промені прожектора`),
  conjunction: " і ",
  names: { "🥾": "похідний черевик" },
};

/** Polish. */
const pl: Phrases = {
  language: "pl",
  moves: "porusza się %",
  directions: list(`w prawo, w lewo, w górę, w dół, w prawo w górę,
    w prawo w dół, w lewo w dół, w lewo w górę`),
  turns: list(`obraca się zgodnie z ruchem wskazówek zegara,
    obraca się przeciwnie do ruchu wskazówek zegara`),
  grows: "rośnie",
  still: "stoi w miejscu",
  camera: list(`kamera obraca się w prawo, kamera obraca się w lewo,
    kamera pochyla się w górę, kamera pochyla się w dół, kamera przybliża,
    kamera oddala`),
  angle: ["w przechylonym kadrze", "widok z góry"],
  weather: ["w deszczu", "w śniegu", "we mgle"],
  light: list(`w nocy, o wschodzie słońca, w błyskach piorunów,
    w świetle reflektora`),
  conjunction: " i ",
};

/** Czech. */
const cs: Phrases = {
  language: "cs",
  moves: "se pohybuje %",
  directions: list(`doprava, doleva, nahoru, dolů, doprava nahoru, doprava dolů,
    doleva dolů, doleva nahoru`),
  turns: list(`se otáčí po směru hodinových ručiček,
    se otáčí proti směru hodinových ručiček`),
  grows: "se zvětšuje",
  still: "stojí na místě",
  camera: list(`kamera se otáčí doprava, kamera se otáčí doleva,
    kamera se naklání nahoru, kamera se naklání dolů, kamera přibližuje,
    kamera oddaluje`),
  angle: ["v nakloněném záběru", "pohled shora"],
  weather: ["v dešti", "ve sněžení", "v mlze"],
  light: list(`v noci, při východu slunce, v záblescích, ve světle reflektoru`),
  conjunction: " a ",
  names: { "🧱": "cihla", "👗": "dámský oděv" },
};

/** Slovak. */
const sk: Phrases = {
  language: "sk",
  moves: "sa pohybuje %",
  directions: list(`doprava, doľava, nahor, nadol, doprava nahor, doprava nadol,
    doľava nadol, doľava nahor`),
  turns: list(`sa otáča v smere hodinových ručičiek,
    sa otáča proti smeru hodinových ručičiek`),
  grows: "sa zväčšuje",
  still: "stojí na mieste",
  camera: list(`kamera sa otáča doprava, kamera sa otáča doľava,
    kamera sa nakláňa nahor, kamera sa nakláňa nadol, kamera približuje,
    kamera vzďaľuje`),
  angle: ["v naklonenom zábere", "pohľad zhora"],
  weather: ["v daždi", "v snežení", "v hmle"],
  light: list(`v noci, pri východe slnka, v zábleskoch, vo svetle reflektora`),
  conjunction: " a ",
  names: { "🍿": "pukanec", "👗": "dámsky odev" },
};

/** Bulgarian. */
const bg: Phrases = {
  language: "bg",
  moves: "се движи %",
  directions: list(`надясно, наляво, нагоре, надолу, нагоре и надясно,
    надолу и надясно, надолу и наляво, нагоре и наляво`),
  turns: list(`се върти по посока на часовниковата стрелка,
    се върти обратно на часовниковата стрелка`),
  grows: "расте",
  still: "стои на място",
  camera: list(`камерата се завърта надясно, камерата се завърта наляво,
    камерата се накланя нагоре, камерата се накланя надолу, камерата приближава,
    камерата отдалечава`),
  angle: ["в наклонен кадър", "поглед отгоре"],
  weather: ["в дъжда", "в снега", "в мъглата"],
  light: ["през нощта", "при изгрев", "при светкавици", "под прожектор"],
  conjunction: " и ",
  names: { "🍿": "пуканка" },
};

/** Croatian. */
const hr: Phrases = {
  language: "hr",
  moves: "kreće se %",
  directions: list(`udesno, ulijevo, prema gore, prema dolje, prema gore udesno,
    prema dolje udesno, prema dolje ulijevo, prema gore ulijevo`),
  turns: list(`okreće se u smjeru kazaljke na satu,
    okreće se suprotno od kazaljke na satu`),
  grows: "raste",
  still: "stoji na mjestu",
  camera: list(`kamera se okreće udesno, kamera se okreće ulijevo,
    kamera se naginje prema gore, kamera se naginje prema dolje,
    kamera približava, kamera udaljava`),
  angle: ["u nagnutom kadru", "pogled odozgo"],
  weather: ["po kiši", "po snijegu", "u magli"],
  light: ["noću", "u zoru", "pod bljeskovima munja", "pod reflektorom"],
  conjunction: " i ",
  names: { "🧱": "cigla", "🍿": "kokica" },
};

/** Serbian, in Cyrillic. */
const sr: Phrases = {
  language: "sr",
  moves: "креће се %",
  directions: list(`надесно, налево, нагоре, надоле, нагоре надесно,
    надоле надесно, надоле налево, нагоре налево`),
  turns: list(`окреће се у смеру казаљке на сату,
    окреће се супротно од казаљке на сату`),
  grows: "расте",
  still: "стоји на месту",
  camera: list(`камера се окреће надесно, камера се окреће налево,
    камера се нагиње нагоре, камера се нагиње надоле, камера приближава,
    камера удаљава`),
  angle: ["у нагнутом кадру", "поглед одозго"],
  weather: ["по киши", "по снегу", "у магли"],
  light: ["ноћу", "у зору", "под бљесковима муња", "под рефлектором"],
  conjunction: " и ",
  names: { "🍿": "кокица" },
};

/** Russian, Ukrainian, Polish, Czech, Slovak, Bulgarian, Croatian, Serbian. */
export const SLAVIC: readonly Phrases[] = [ru, uk, pl, cs, sk, bg, hr, sr];
