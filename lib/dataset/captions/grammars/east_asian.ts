import { list, type Phrases, unspaced } from "../_grammar.ts";

// No spaces between words in Chinese and Japanese.

/** Chinese, in simplified characters. */
const zh: Phrases = {
  language: "zh",
  moves: "%移动",
  directions: list(`向右, 向左, 向上, 向下, 向右上方, 向右下方, 向左下方,
    向左上方`),
  turns: ["顺时针旋转", "逆时针旋转"],
  grows: "逐渐变大",
  still: "静止不动",
  camera: list(`镜头向右摇, 镜头向左摇, 镜头向上仰, 镜头向下俯, 镜头推近,
    镜头拉远`),
  angle: ["画面倾斜", "俯视"],
  weather: ["下着雨", "下着雪", "有雾"],
  light: ["夜晚", "日出时分", "电闪雷鸣", "聚光灯下"],
  conjunction: "，",
  separator: "，",
  clause: unspaced,
};

/** Chinese, in traditional characters. */
const zhHant: Phrases = {
  language: "zh-Hant",
  moves: "%移動",
  directions: list(`向右, 向左, 向上, 向下, 向右上方, 向右下方, 向左下方,
    向左上方`),
  turns: ["順時針旋轉", "逆時針旋轉"],
  grows: "逐漸變大",
  still: "靜止不動",
  camera: list(`鏡頭向右搖, 鏡頭向左搖, 鏡頭向上仰, 鏡頭向下俯, 鏡頭推近,
    鏡頭拉遠`),
  angle: ["畫面傾斜", "俯視"],
  weather: ["下著雨", "下著雪", "有霧"],
  light: ["夜晚", "日出時分", "電閃雷鳴", "聚光燈下"],
  conjunction: "，",
  separator: "，",
  clause: unspaced,
};

/** Japanese: the subject takes が. */
const ja: Phrases = {
  language: "ja",
  moves: "%動く",
  directions: list(`右へ, 左へ, 上へ, 下へ, 右上へ, 右下へ, 左下へ, 左上へ`),
  turns: ["時計回りに回る", "反時計回りに回る"],
  grows: "大きくなる",
  still: "静止している",
  camera: list(`カメラが右にパンする, カメラが左にパンする, カメラが上を向く,
    カメラが下を向く, カメラがズームインする, カメラがズームアウトする`),
  angle: ["斜めの構図", "上からの眺め"],
  weather: ["雨の中", "雪の中", "霧の中"],
  light: ["夜", "日の出", "稲光の中", "スポットライトの中"],
  conjunction: "、",
  separator: "、",
  clause: (subject, predicate) => `${subject}が${predicate}`,
};

/** Korean: the subject takes 이 after a consonant, 가 after a vowel. */
const ko: Phrases = {
  language: "ko",
  moves: "% 움직인다",
  directions: list(`오른쪽으로, 왼쪽으로, 위로, 아래로, 오른쪽 위로,
    오른쪽 아래로, 왼쪽 아래로, 왼쪽 위로`),
  turns: ["시계 방향으로 돈다", "시계 반대 방향으로 돈다"],
  grows: "커진다",
  still: "가만히 있다",
  camera: list(`카메라가 오른쪽으로 돈다, 카메라가 왼쪽으로 돈다,
    카메라가 위를 향한다, 카메라가 아래를 향한다, 카메라가 줌인한다,
    카메라가 줌아웃한다`),
  angle: ["기울어진 화면", "위에서 본 모습"],
  weather: ["비가 내린다", "눈이 내린다", "안개가 끼어 있다"],
  light: ["밤", "해돋이", "번개가 친다", "스포트라이트 아래"],
  conjunction: ", ",
  clause: (subject, predicate) => `${subject}${particle(subject)} ${predicate}`,
};

/** By the last syllable: each block of 28 begins with the open one. */
function particle(word: string): string {
  const last = word.normalize("NFC").codePointAt(word.length - 1)! - 0xac00;
  if (last >= 0 && last < 11172) return last % 28 === 0 ? "가" : "이";
  // Of other letters only the vowels, and digits that are read with one.
  return /[aeiouy2459]$/i.test(word) ? "가" : "이";
}

/** Chinese (simplified and traditional), Japanese, Korean. */
export const EAST_ASIAN: readonly Phrases[] = [zh, zhHant, ja, ko];
