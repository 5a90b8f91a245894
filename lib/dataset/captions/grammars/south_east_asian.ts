import { list, type Phrases, unspaced } from "../_grammar.ts";

// Nouns have neither gender nor number, verbs no persons.

/** Vietnamese. */
const vi: Phrases = {
  language: "vi",
  moves: "di chuyển %",
  directions: list(`sang phải, sang trái, lên trên, xuống dưới,
    chéo lên bên phải, chéo xuống bên phải, chéo xuống bên trái,
    chéo lên bên trái`),
  turns: ["xoay theo chiều kim đồng hồ", "xoay ngược chiều kim đồng hồ"],
  grows: "to dần lên",
  still: "đứng yên",
  camera: list(`máy quay lia sang phải, máy quay lia sang trái,
    máy quay ngước lên, máy quay chúc xuống, máy quay phóng to,
    máy quay thu nhỏ`),
  angle: ["góc máy nghiêng", "nhìn từ trên cao"],
  weather: ["dưới mưa", "dưới tuyết", "trong sương mù"],
  light: ["vào ban đêm", "lúc mặt trời mọc", "trong ánh chớp", "dưới đèn rọi"],
  conjunction: " và ",
};

/** Thai: no spaces between words, one between clauses. */
const th: Phrases = {
  language: "th",
  moves: "เคลื่อนที่%",
  directions: list(`ไปทางขวา, ไปทางซ้าย, ขึ้นด้านบน, ลงด้านล่าง, เฉียงขึ้นไปทางขวา,
    เฉียงลงไปทางขวา, เฉียงลงไปทางซ้าย, เฉียงขึ้นไปทางซ้าย`),
  turns: ["หมุนตามเข็มนาฬิกา", "หมุนทวนเข็มนาฬิกา"],
  grows: "ใหญ่ขึ้น",
  still: "อยู่นิ่ง",
  camera: list(`กล้องแพนไปทางขวา, กล้องแพนไปทางซ้าย, กล้องเงยขึ้น, กล้องก้มลง,
    กล้องซูมเข้า, กล้องซูมออก`),
  angle: ["มุมกล้องเอียง", "มองจากด้านบน"],
  weather: ["กลางสายฝน", "กลางหิมะ", "ในสายหมอก"],
  light: ["ตอนกลางคืน", "ตอนพระอาทิตย์ขึ้น", "ท่ามกลางฟ้าแลบ", "ใต้แสงสปอตไลต์"],
  conjunction: " และ",
  separator: " ",
  clause: unspaced,
};

/** Indonesian. */
const id: Phrases = {
  language: "id",
  moves: "bergerak %",
  directions: list(`ke kanan, ke kiri, ke atas, ke bawah, ke kanan atas,
    ke kanan bawah, ke kiri bawah, ke kiri atas`),
  turns: ["berputar searah jarum jam", "berputar berlawanan arah jarum jam"],
  grows: "membesar",
  still: "diam di tempat",
  camera: list(`kamera bergeser ke kanan, kamera bergeser ke kiri,
    kamera mendongak ke atas, kamera menunduk ke bawah,
    kamera memperbesar gambar, kamera memperkecil gambar`),
  angle: ["dengan kamera miring", "dilihat dari atas"],
  weather: ["di tengah hujan", "di tengah salju", "di tengah kabut"],
  light: list(`pada malam hari, saat matahari terbit, diterangi kilat,
    di bawah lampu sorot`),
  conjunction: " dan ",
};

/** Malay. */
const ms: Phrases = {
  language: "ms",
  moves: "bergerak %",
  directions: list(`ke kanan, ke kiri, ke atas, ke bawah, ke atas sebelah kanan,
    ke bawah sebelah kanan, ke bawah sebelah kiri, ke atas sebelah kiri`),
  turns: ["berputar ikut arah jam", "berputar lawan arah jam"],
  grows: "membesar",
  still: "tidak bergerak",
  camera: list(`kamera beralih ke kanan, kamera beralih ke kiri,
    kamera mendongak ke atas, kamera menunduk ke bawah, kamera mengezum masuk,
    kamera mengezum keluar`),
  angle: ["dengan kamera condong", "dilihat dari atas"],
  weather: ["dalam hujan", "dalam salji", "dalam kabus"],
  light: list(`pada waktu malam, semasa matahari terbit, diterangi kilat,
    di bawah lampu sorot`),
  conjunction: " dan ",
};

/** Vietnamese, Thai, Indonesian, Malay. */
export const SOUTH_EAST_ASIAN: readonly Phrases[] = [vi, th, id, ms];
