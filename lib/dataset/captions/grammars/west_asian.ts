import { list, type Phrases } from "../_grammar.ts";

/**
 * Arabic, from right to left. Verbs agree in gender, verbal nouns do not: "the
 * movement of a cat to the right"; so the noun comes before the name.
 */
const ar: Phrases = {
  language: "ar",
  moves: "حركة * %",
  directions: list(`إلى اليمين, إلى اليسار, إلى الأعلى, إلى الأسفل,
    إلى الأعلى واليمين, إلى الأسفل واليمين, إلى الأسفل واليسار,
    إلى الأعلى واليسار`),
  turns: ["دوران * مع عقارب الساعة", "دوران * عكس عقارب الساعة"],
  grows: "ازدياد حجم *",
  still: "* بلا حركة",
  camera: list(`تتحرك الكاميرا إلى اليمين, تتحرك الكاميرا إلى اليسار,
    تميل الكاميرا إلى الأعلى, تميل الكاميرا إلى الأسفل, تقترب الكاميرا,
    تبتعد الكاميرا`),
  angle: ["بزاوية مائلة", "منظر من الأعلى"],
  weather: ["تحت المطر", "تحت الثلج", "في الضباب"],
  light: ["ليلًا", "عند شروق الشمس", "في وميض البرق", "تحت ضوء كاشف"],
  conjunction: " و",
  separator: "، ",
  clause: (subject, predicate) => predicate.replace("*", () => subject),
};

/**
 * Hebrew, from right to left. Verbs agree in gender, "in motion" does not: "a
 * cat in motion to the right".
 */
const he: Phrases = {
  language: "he",
  moves: "בתנועה %",
  directions: list(`ימינה, שמאלה, למעלה, למטה, למעלה וימינה, למטה וימינה,
    למטה ושמאלה, למעלה ושמאלה`),
  turns: ["בסיבוב עם כיוון השעון", "בסיבוב נגד כיוון השעון"],
  grows: "בתהליך גדילה",
  still: "ללא תנועה",
  camera: list(`המצלמה פונה ימינה, המצלמה פונה שמאלה, המצלמה מוטה למעלה,
    המצלמה מוטה למטה, המצלמה מתקרבת, המצלמה מתרחקת`),
  angle: ["בזווית נטויה", "במבט מלמעלה"],
  weather: ["בגשם", "בשלג", "בערפל"],
  light: ["בלילה", "בזריחה", "לאור ברקים", "באור זרקור"],
  conjunction: " ו",
};

/** Persian, from right to left; verbs have no gender. */
const fa: Phrases = {
  language: "fa",
  moves: "% حرکت می‌کند",
  directions: list(`به راست, به چپ, به بالا, به پایین, به بالا و راست,
    به پایین و راست, به پایین و چپ, به بالا و چپ`),
  turns: list(`در جهت عقربه‌های ساعت می‌چرخد, خلاف جهت عقربه‌های ساعت می‌چرخد`),
  grows: "بزرگ می‌شود",
  still: "بی‌حرکت می‌ماند",
  camera: list(`دوربین به راست می‌چرخد, دوربین به چپ می‌چرخد,
    دوربین به بالا متمایل می‌شود, دوربین به پایین متمایل می‌شود,
    دوربین نزدیک‌نمایی می‌کند, دوربین دورنمایی می‌کند`),
  angle: ["با زاویهٔ کج", "نمای از بالا"],
  weather: ["زیر باران", "زیر برف", "در مه"],
  light: ["در شب", "هنگام طلوع خورشید", "در نور آذرخش", "زیر نورافکن"],
  conjunction: " و ",
  separator: "، ",
};

/** Turkish: the verb comes last. */
const tr: Phrases = {
  language: "tr",
  moves: "% hareket ediyor",
  directions: list(`sağa, sola, yukarı, aşağı, sağ yukarı, sağ aşağı, sol aşağı,
    sol yukarı`),
  turns: ["saat yönünde dönüyor", "saat yönünün tersine dönüyor"],
  grows: "büyüyor",
  still: "hareketsiz duruyor",
  camera: list(`kamera sağa dönüyor, kamera sola dönüyor,
    kamera yukarı eğiliyor, kamera aşağı eğiliyor, kamera yakınlaşıyor,
    kamera uzaklaşıyor`),
  angle: ["eğik açıyla", "yukarıdan bakış"],
  weather: ["yağmurda", "karda", "siste"],
  light: ["gece", "gün doğumunda", "şimşekler çakarken", "spot ışığında"],
  conjunction: " ve ",
};

/** Arabic, Hebrew, Persian, Turkish. */
export const WEST_ASIAN: readonly Phrases[] = [ar, he, fa, tr];
