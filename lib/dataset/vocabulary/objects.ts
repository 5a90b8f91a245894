/** CSS colours of the shapes, easy to distinguish. */
export const PAINTS = {
  red: "#dc1e28",
  orange: "#ff8a14",
  yellow: "#ffdc28",
  green: "#28a83c",
  blue: "#2356e0",
  purple: "#8c30c4",
  brown: "#8a5230",
  black: "#181818",
  white: "#fafafa",
  pink: "#ff8cc0",
  "light blue": "#7cd2f8",
  grey: "#8c8c90",
} as const;

/** The name of a colour. */
export type Paint = keyof typeof PAINTS;

/** Shapes that come in colours. */
export const OUTLINES = ["circle", "square", "heart"] as const;

/** The name of a shape that comes in colours. */
export type Outline = typeof OUTLINES[number];

/** A kind of object that CLDR names in every covered language. */
export interface ObjectKind {
  /** English name, used in labels and files. */
  readonly id: string;
  /** The emoji whose CLDR name denotes it, colour included. */
  readonly emoji: string;
  /** Of coloured shapes; all other kinds are Twemoji. */
  readonly outline?: Outline;
  /** Of coloured shapes. */
  readonly paint?: Paint;
}

/**
 * The emoji of each shape in each colour. Unicode has some colours only as
 * hearts.
 */
const COLOURED: Readonly<
  Record<Outline, Readonly<Partial<Record<Paint, string>>>>
> = {
  circle: {
    red: "🔴",
    orange: "🟠",
    yellow: "🟡",
    green: "🟢",
    blue: "🔵",
    purple: "🟣",
    brown: "🟤",
    black: "⚫",
    white: "⚪",
  },
  square: {
    red: "🟥",
    orange: "🟧",
    yellow: "🟨",
    green: "🟩",
    blue: "🟦",
    purple: "🟪",
    brown: "🟫",
    black: "⬛",
    white: "⬜",
  },
  heart: {
    red: "❤",
    orange: "🧡",
    yellow: "💛",
    green: "💚",
    blue: "💙",
    purple: "💜",
    brown: "🤎",
    black: "🖤",
    white: "🤍",
    pink: "🩷",
    "light blue": "🩵",
    grey: "🩶",
  },
};

/**
 * Emoji that are recognisable at a third of 64 pixels: whole animals rather than
 * faces, single objects rather than pairs, none with text.
 */
const EMOJI = `
🐈 cat, 🐕 dog, 🐎 horse, 🐄 cow, 🐖 pig, 🐑 ewe, 🐐 goat, 🐓 rooster,
🐇 rabbit, 🐘 elephant, 🦏 rhinoceros, 🦛 hippopotamus, 🐪 camel, 🦒 giraffe,
🦓 zebra, 🦘 kangaroo, 🐅 tiger, 🐆 leopard, 🐊 crocodile, 🐢 turtle,
🦎 lizard, 🐍 snake, 🐉 dragon, 🦕 sauropod, 🦖 T-Rex, 🐋 whale, 🐬 dolphin,
🦈 shark, 🐟 fish, 🐡 blowfish, 🐙 octopus, 🦀 crab, 🦞 lobster, 🦐 shrimp,
🦑 squid, 🐌 snail, 🦋 butterfly, 🐛 bug, 🐜 ant, 🐝 honeybee, 🐞 lady beetle,
🕷 spider, 🦂 scorpion, 🐦 bird, 🐧 penguin, 🦅 eagle, 🦆 duck, 🦢 swan,
🦉 owl, 🦩 flamingo, 🦚 peacock, 🦜 parrot, 🦃 turkey, 🐿 chipmunk,
🦔 hedgehog, 🦇 bat, 🐻 bear, 🐨 koala, 🐼 panda, 🦊 fox, 🦁 lion, 🐸 frog,
🐺 wolf, 🦝 raccoon, 🦥 sloth, 🦦 otter, 🦫 beaver, 🐒 monkey, 🦌 deer,

🚗 automobile, 🚕 taxi, 🚌 bus, 🚒 fire engine, 🚑 ambulance, 🚓 police car,
🚚 delivery truck, 🚜 tractor, 🏎 racing car, 🏍 motorcycle, 🚲 bicycle,
🛴 kick scooter, 🚂 locomotive, 🚁 helicopter, ✈ airplane, 🚀 rocket,
🛸 flying saucer, 🛰 satellite, ⛵ sailboat, 🚤 speedboat, 🚢 ship, 🛶 canoe,
⚓ anchor, 🛹 skateboard, 🎈 balloon, 🪂 parachute,

🍎 red apple, 🍏 green apple, 🍐 pear, 🍊 tangerine, 🍋 lemon, 🍌 banana,
🍉 watermelon, 🍓 strawberry, 🍑 peach, 🍍 pineapple, 🥥 coconut,
🥝 kiwi fruit, 🍅 tomato, 🍆 eggplant, 🥑 avocado, 🥦 broccoli, 🥒 cucumber,
🌽 ear of corn, 🥕 carrot, 🥔 potato, 🧅 onion, 🍄 mushroom, 🍞 bread,
🥐 croissant, 🥨 pretzel, 🧀 cheese wedge, 🍔 hamburger, 🍕 pizza, 🌭 hot dog,
🌮 taco, 🍿 popcorn, 🍩 doughnut, 🍪 cookie, 🎂 birthday cake, 🍰 shortcake,
🧁 cupcake, 🍫 chocolate bar, 🍬 candy, 🍭 lollipop, 🍦 soft ice cream, 🥚 egg,
☕ hot beverage, 🍺 beer mug, 🍷 wine glass,

🌵 cactus, 🌴 palm tree, 🌲 evergreen tree, 🌳 deciduous tree, 🌻 sunflower,
🌹 rose, 🌷 tulip, 🌸 cherry blossom, 🍀 four leaf clover, 🍁 maple leaf,
🌈 rainbow, 🌟 glowing star, ☁ cloud, 🔥 fire, 💧 droplet, 🌋 volcano,

⚽ soccer ball, 🏀 basketball, 
🏐 volleyball, 🎱 pool 8 ball, 🎲 game die, 🧩 puzzle piece,
🧸 teddy bear, 🎁 wrapped gift, 🏆 trophy, 🎸 guitar, 🎻 violin,
🎺 trumpet, 🎷 saxophone, 🥁 drum, 🔔 bell, 📺 television, 💻 laptop,
📱 mobile phone, ⌚ watch, ⏰ alarm clock, 🔑 key, 🔨 hammer, 🔧 wrench,
🪛 screwdriver, 🧲 magnet, 🪜 ladder, 💡 light bulb, 🕯 candle, 🪑 chair,
🛏 bed, 🚪 door, 🪟 window, 🛁 bathtub, 🧹 broom, 🧺 basket, 🪣 bucket,
📕 closed book, 📗 green book, 📘 blue book, 📙 orange book, ✉ envelope,
✏ pencil, 🎩 top hat, 👑 crown, 👟 running shoe, 👠 high-heeled shoe,
🥾 hiking boot, 👕 t-shirt, 👗 dress, 🎒 backpack, 👜 handbag, ☂ umbrella,
💎 gem stone, 💍 ring, 🏠 house, 🏰 castle, ⛺ tent, 🗿 moai,
🎃 jack-o-lantern, 👻 ghost, 👽 alien, 🤖 robot, 💀 skull, 🍼 baby bottle,
🎄 Christmas tree, 🧊 ice, 🪨 rock, 🪵 wood, 🧯 fire extinguisher,
🛒 shopping cart, 🔭 telescope, 🔬 microscope, 🪐 ringed planet, ☎ telephone,
🎤 microphone, 🧭 compass, 🪃 boomerang, 🛡 shield, 🔪 kitchen knife, 🥄 spoon,
🏺 amphora, 🪴 potted plant, 🪶 feather, 🪙 coin, 🧱 brick,
🚦 vertical traffic light, 🛟 ring buoy, 💣 bomb, 🔺 red triangle,
🔶 orange diamond, 🔷 blue diamond, 🪀 yo-yo, 🎀 ribbon, 🎡 ferris wheel,
🐚 spiral shell, 🫖 teapot, 🥊 boxing glove, 🪈 flute, 🛎 bellhop bell,
🧳 luggage, 🏮 red paper lantern, 🎮 video game, 🗑 wastebasket, 🔋 battery
`;

/** Everyday objects that are easy to distinguish, for evaluation. */
export const COMMON_OBJECTS: readonly string[] = `
cat, dog, horse, pig, elephant, giraffe, zebra, rabbit, turtle, snake, whale,
fish, octopus, crab, snail, butterfly, honeybee, spider, bird, penguin, owl,
panda, lion, frog, monkey, automobile, bus, bicycle, locomotive, helicopter,
airplane, rocket, sailboat, balloon, red apple, banana, strawberry, pineapple,
mushroom, hamburger, pizza, cactus, palm tree, sunflower, rose, house,
umbrella, key, guitar, crown
`.trim().split(/,\s*/);

/** All kinds of objects: coloured shapes, then emoji. */
export const OBJECT_KINDS: readonly ObjectKind[] = [
  ...OUTLINES.flatMap((outline) =>
    Object.entries(COLOURED[outline]).map(([paint, emoji]): ObjectKind => ({
      id: `${paint} ${outline}`,
      emoji,
      outline,
      paint: paint as Paint,
    }))
  ),
  ...EMOJI.trim().split(/,\s*/).map((entry): ObjectKind => {
    const space = entry.indexOf(" ");
    return { id: entry.slice(space + 1), emoji: entry.slice(0, space) };
  }),
];

const BY_ID = new Map(OBJECT_KINDS.map((kind) => [kind.id, kind]));

/**
 * The object kind of an id.
 *
 * @throws {RangeError} if there is none
 */
export function objectKind(id: string): ObjectKind {
  const kind = BY_ID.get(id);
  if (kind === undefined) {
    throw new RangeError(
      `Cannot find an object: it must be one of OBJECT_KINDS: current value is "${id}"`,
    );
  }
  return kind;
}
