/**
 * The languages in which CLDR names the whole vocabulary, objects and motions,
 * as BCP 47 tags. A test compares the list with the package.
 */
export const LANGUAGES: readonly string[] = `
af ak am ar as az ba be bg bn bs ca chr cs cv cy da de dsb el en es et eu fa
fi fil fo fr ga gd gl gu ha he hi hr hsb hu hy id ig is it ja jv ka kk kk-Arab
km kn ko kok ky lo lt lv mk ml mn mr ms my ne nl no or pa pcm pl ps pt qu rm
ro ru sd shn si sk sl so sq sr sr-Latn sv sw ta te th ti tk to tr uk ur uz vi
yo yue yue-Hans zh zh-Hant zu
`.trim().split(/\s+/);
