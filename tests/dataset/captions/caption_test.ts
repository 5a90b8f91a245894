import assert from "node:assert/strict";
import { caption, LANGUAGES, namePhrase } from "lib/dataset/captions/mod.ts";
import {
  ANGLES,
  CAMERA_MOVES,
  type Labels,
  LIGHTS,
  MOTION_IDS,
  OBJECT_KINDS,
  WEATHERS,
} from "lib/dataset/vocabulary/mod.ts";

const PLAIN = {
  phase: 1,
  camera: "still",
  angle: "level",
  weather: "clear",
  light: "day",
} as const;

function labelsOf(object: string, motion: Labels["subjects"][0]["motion"]) {
  return { ...PLAIN, subjects: [{ object, motion }] };
}

/** Every combination of camera, angle, weather and light. */
function* surroundings(): Generator<Labels> {
  const subjects = [{ object: "cat", motion: "right" }] as const;
  for (const camera of keysOf(CAMERA_MOVES)) {
    for (const angle of keysOf(ANGLES)) {
      for (const weather of keysOf(WEATHERS)) {
        for (const light of keysOf(LIGHTS)) {
          yield { phase: 4, subjects, camera, angle, weather, light };
        }
      }
    }
  }
}

function keysOf<T extends object>(table: T): (keyof T)[] {
  return Object.keys(table) as (keyof T)[];
}

Deno.test("captions are NFC, complete and distinct for all labels in every language", async () => {
  const all: Labels[] = [
    ...OBJECT_KINDS.flatMap(({ id }) =>
      MOTION_IDS.map((motion) => labelsOf(id, motion))
    ),
    ...surroundings(),
    {
      ...PLAIN,
      subjects: [
        { object: "cat", motion: "right" },
        { object: "dog", motion: "left" },
      ],
    },
  ];
  for (const language of LANGUAGES) {
    for (const describe of [caption, namePhrase]) {
      const seen = new Map<string, Labels>();
      for (const labels of all) {
        const text = await describe(labels, language);
        // Both lists contain the plain cat that moves right.
        const twin = seen.get(text);
        assert.ok(
          twin === undefined ||
            JSON.stringify({ ...twin, phase: 0 }) ===
              JSON.stringify({ ...labels, phase: 0 }) ||
            isPlainCat(twin) && isPlainCat(labels),
          `${language}: "${text}" says ${JSON.stringify(labels)} and ${
            JSON.stringify(twin)
          }`,
        );
        seen.set(text, labels);
        assert.equal(text, text.normalize("NFC").trim());
        assert.doesNotMatch(text, /undefined|[%*]| {2}|^$/, language);
      }
    }
  }
});

function isPlainCat(
  { subjects, camera, angle, weather, light }: Labels,
): boolean {
  return subjects.length === 1 && subjects[0]!.object === "cat" &&
    subjects[0]!.motion === "right" && camera === "still" &&
    angle === "level" && weather === "clear" && light === "day";
}

Deno.test("caption() builds sentences in 40 languages", async () => {
  const labels = labelsOf("red circle", "up-left");
  const differs = await Promise.all(
    LANGUAGES.map(async (language) =>
      await caption(labels, language) !== await namePhrase(labels, language)
    ),
  );
  assert.equal(differs.filter(Boolean).length, 40);
});

Deno.test("caption() inflects gender, article, particle and word order", async () => {
  const cases: [string, string, Labels["subjects"][0]["motion"], string][] = [
    ["en", "orange heart", "growing", "an orange heart grows"],
    ["en", "umbrella", "still", "an umbrella stays still"],
    ["en", "popcorn", "down", "popcorn moves down"],
    ["de", "red circle", "right", "ein roter Punkt bewegt sich nach rechts"],
    ["de", "cat", "up", "eine Katze bewegt sich nach oben"],
    ["fr", "cat", "left", "un chat se déplace vers la gauche"],
    ["fr", "automobile", "growing", "une voiture grandit"],
    ["es", "eagle", "up", "un águila se mueve hacia arriba"],
    ["it", "shark", "right", "uno squalo si muove verso destra"],
    ["it", "duck", "right", "un’anatra si muove verso destra"],
    ["pt", "red apple", "down", "uma maçã vermelha move-se para baixo"],
    ["nl", "dog", "clockwise", "een hond draait met de klok mee"],
    ["hu", "dog", "right", "egy kutya jobbra mozog"],
    ["ru", "rocket", "up-right", "ракета движется вправо вверх"],
    ["ru", "brick", "still", "кирпич остаётся на месте"],
    ["tr", "red circle", "left", "kırmızı daire sola hareket ediyor"],
    ["ar", "cat", "right", "حركة قطة إلى اليمين"],
    ["he", "red circle", "right", "עיגול אדום בתנועה ימינה"],
    ["ja", "red circle", "right", "赤い丸が右へ動く"],
    ["zh", "cat", "clockwise", "猫顺时针旋转"],
    ["ko", "cat", "right", "고양이가 오른쪽으로 움직인다"],
    ["ko", "red circle", "right", "빨간 원이 오른쪽으로 움직인다"],
    ["th", "cat", "right", "แมวเคลื่อนที่ไปทางขวา"],
    ["zu", "cat", "right", await namePhrase(labelsOf("cat", "right"), "zu")],
  ];
  for (const [language, object, motion, text] of cases) {
    assert.equal(await caption(labelsOf(object, motion), language), text);
  }
});

Deno.test("caption() and namePhrase() mention every label", async () => {
  const labels: Labels = {
    phase: 5,
    subjects: [
      { object: "cat", motion: "up" },
      { object: "dog", motion: "still" },
      { object: "red circle", motion: "growing" },
    ],
    camera: "pan left",
    angle: "from above",
    weather: "snow",
    light: "night",
  };
  assert.equal(
    await caption(labels, "en"),
    "a cat moves up, a dog stays still and a red circle grows, in the snow, " +
      "at night, seen from above, the camera pans left",
  );
  assert.equal(
    await namePhrase(labels, "en"),
    "cat, up arrow; dog, pause button; red circle, plus; " +
      "movie camera, left arrow; world map; cloud with snow; crescent moon",
  );
  assert.equal(
    await namePhrase(labels, "zh"),
    "猫，向上箭头；狗，暂停按钮；红色圆，加；电影摄影机，向左箭头；世界地图；下雪；弯月",
  );
});
