import { list, type Phrases, withArticle } from "../_grammar.ts";

/** Emoji of uncountable nouns, which take no article. */
const UNCOUNTED = "🍿🔥🪵🧳🥦";

const FRENCH_FEMININE =
  "🐄🐐🦒🐢🐋🐙🦐🐛🐜🐝🐞🕷🦉🦇🦁🐸🦦🚗🚑🚓🏎🏍🛴🚂🚀🛸⚓🛹🍎🍏🍐🍊🍌🍉🍓🍑🥥🍅🍆🥕🥔🧀🍕🍫🍭🍦☕🍺🌹🌷🌸🍁🌟💧🎱🧩🎸🎺🥁🔔⌚🔑🔧🪜💡🕯🪑🚪🪟🛁✉👑👟👠🥾👗☂💎💍🏠⛺🎃🪐🧭🥄🏺🪴🪶🪙🧱🛟💣🎡🐚🫖🪈🛎🗑🔋";
/** French. */
const fr: Phrases = {
  language: "fr",
  moves: "se déplace %",
  directions: list(`vers la droite, vers la gauche, vers le haut, vers le bas,
    vers le haut à droite, vers le bas à droite, vers le bas à gauche,
    vers le haut à gauche`),
  turns: list(`tourne dans le sens des aiguilles d’une montre,
    tourne dans le sens inverse des aiguilles d’une montre`),
  grows: "grandit",
  still: "reste immobile",
  camera: list(`la caméra pivote vers la droite,
    la caméra pivote vers la gauche, la caméra s’incline vers le haut,
    la caméra s’incline vers le bas, la caméra zoome en avant,
    la caméra zoome en arrière`),
  angle: ["en cadrage penché", "en plongée"],
  weather: ["sous la pluie", "sous la neige", "dans le brouillard"],
  light: list(`la nuit, au lever du soleil, à la lueur des éclairs,
    sous un projecteur`),
  conjunction: " et ",
  clause: withArticle(
    (_name, emoji) => FRENCH_FEMININE.includes(emoji) ? "une " : "un ",
    UNCOUNTED,
  ),
  names: {
    "🎲": "dé",
    "🏀": "ballon de basket",
    "🏐": "ballon de volley-ball",
  },
};

const SPANISH_FEMININE =
  "🐄🐑🐐🦒🦓🐢🐍🐋🦐🦋🐜🐝🐞🕷🦅🐿🐸🦦🚑🏍🚲🚂🚤🛶🍎🍏🍐🍊🍉🍓🍍🍆🌽🥕🥔🧅🧀🍔🍕🍪🎂🧁🍫🍭☕🍺🍷🌴🌹🌸🍁🌟☁💧🧩🎱🎸🎺🔔📺🔑🔧🪜💡🕯🪑🛏🚪🪟🛁🧹🧺👑👟🥾👕🎒💎🏠⛺🗿🎃💀🧭🥄🏺🪴🪶🪙💣🎡🐚🫖🪈🏮🗑🔋🪨";
/** Spanish. */
const es: Phrases = {
  language: "es",
  moves: "se mueve %",
  directions: list(`hacia la derecha, hacia la izquierda, hacia arriba,
    hacia abajo, hacia arriba a la derecha, hacia abajo a la derecha,
    hacia abajo a la izquierda, hacia arriba a la izquierda`),
  turns: list(`gira en el sentido de las agujas del reloj,
    gira en sentido contrario a las agujas del reloj`),
  grows: "crece",
  still: "no se mueve",
  camera: list(`la cámara gira a la derecha, la cámara gira a la izquierda,
    la cámara se inclina hacia arriba, la cámara se inclina hacia abajo,
    la cámara se acerca con el zoom, la cámara se aleja con el zoom`),
  angle: ["con la cámara inclinada", "a vista de pájaro"],
  weather: ["bajo la lluvia", "bajo la nieve", "en la niebla"],
  light: ["de noche", "al amanecer", "entre relámpagos", "bajo un foco"],
  conjunction: " y ",
  clause: withArticle(
    // Masculine before a stressed a: "un águila".
    (name, emoji) =>
      SPANISH_FEMININE.includes(emoji) && !/^á/i.test(name) ? "una " : "un ",
    UNCOUNTED,
  ),
  names: { "🍿": "maíz inflado" },
};

const ITALIAN_FEMININE =
  "🐄🐑🐐🦒🦓🐢🦎🐋🦞🐌🦋🐜🐝🐞🦅🦆🦊🐸🦦🐒🚗🚑🚓🏎🏍🚲🚂⛵🚢🛶⚓🍎🍏🍐🍌🍉🍓🍑🍆🌽🥕🥔🧅🧀🍕🍩🎂🍰🍬☕🌴🌹🍁🌟☁💧🏀🏐🎱🎸🎺🔔⏰🔑🔧🧲🪜💡🕯🪑🚪🪟🛁🧹✉✏👑👟👠👕👜💎🏠⛺🎃🤖🪨🪵🪐🧭🏺🪴🪶🪙💣🎡🐚🫖🏮🔋🧳";
/** Italian. */
const it: Phrases = {
  language: "it",
  moves: "si muove %",
  directions: list(`verso destra, verso sinistra, verso l’alto, verso il basso,
    in alto a destra, in basso a destra, in basso a sinistra,
    in alto a sinistra`),
  turns: ["gira in senso orario", "gira in senso antiorario"],
  grows: "diventa più grande",
  still: "resta sul posto",
  camera: list(`la telecamera ruota verso destra,
    la telecamera ruota verso sinistra, la telecamera si inclina verso l’alto,
    la telecamera si inclina verso il basso,
    la telecamera ingrandisce con lo zoom,
    la telecamera si allontana con lo zoom`),
  angle: ["con inquadratura obliqua", "in una vista dall’alto"],
  weather: ["sotto la pioggia", "sotto la neve", "nella nebbia"],
  light: ["di notte", "all’alba", "tra i lampi", "sotto un riflettore"],
  conjunction: " e ",
  clause: withArticle(
    (name, emoji) =>
      ITALIAN_FEMININE.includes(emoji)
        ? /^[aeiou]/i.test(name) ? "un’" : "una "
        // Before s and a consonant, z, gn, ps, x and y: "uno squalo".
        : /^(s[^aeiou\W]|z|gn|ps|x|y)/i.test(name)
        ? "uno "
        : "un ",
    "🍿🪵🧱",
  ),
  names: { "🧱": "mattone", "🪵": "legno", "🥦": "broccolo" },
};

const PORTUGUESE_FEMININE =
  "🐄🐑🐐🦒🦓🐢🦎🐍🐋🦞🦑🦋🐜🐝🐞🕷🦅🦉🦥🦦🚑🚓🏍🚲🚂🚤🛶⚓🍎🍏🍐🍊🍌🍉🍆🥕🥔🧅🍕🍬🍺🌴🌲🌳🌹🌷🌸🍁🌟☁💧⚽🏀🏐🎸📺🔑🔧🪛🪜💡🕯🪑🛏🚪🪟🛁🧹🧺🎩👑🥾👕🎒👜💎🏠⛺🎃💀🍼🪨🪵🧭🔪🥄🏺🪶💣🎡🥊🪈🛎🧳🏮🗑🔋🛟";
/** Portuguese (Brazil). */
const pt: Phrases = {
  language: "pt",
  moves: "move-se %",
  directions: list(`para a direita, para a esquerda, para cima, para baixo,
    para cima e para a direita, para baixo e para a direita,
    para baixo e para a esquerda, para cima e para a esquerda`),
  turns: ["gira no sentido horário", "gira no sentido anti-horário"],
  grows: "cresce",
  still: "fica sem se mover",
  camera: list(`a câmera gira para a direita, a câmera gira para a esquerda,
    a câmera se inclina para cima, a câmera se inclina para baixo,
    a câmera aproxima com o zoom, a câmera se afasta com o zoom`),
  angle: ["com a câmera inclinada", "em vista de cima"],
  weather: ["na chuva", "na neve", "na névoa"],
  light: ["à noite", "ao nascer do sol", "entre relâmpagos", "sob um holofote"],
  conjunction: " e ",
  clause: withArticle(
    (_name, emoji) => PORTUGUESE_FEMININE.includes(emoji) ? "uma " : "um ",
    UNCOUNTED,
  ),
};

/** Romanian, in headline style: no articles. */
const ro: Phrases = {
  language: "ro",
  moves: "se mișcă %",
  directions: list(`spre dreapta, spre stânga, în sus, în jos,
    în sus spre dreapta, în jos spre dreapta, în jos spre stânga,
    în sus spre stânga`),
  turns: list(`se rotește în sensul acelor de ceasornic,
    se rotește în sens invers acelor de ceasornic`),
  grows: "crește",
  still: "stă pe loc",
  camera: list(`camera se rotește spre dreapta, camera se rotește spre stânga,
    camera se înclină în sus, camera se înclină în jos,
    camera se apropie prin zoom, camera se îndepărtează prin zoom`),
  angle: ["cu camera înclinată", "în vedere de sus"],
  weather: ["în ploaie", "în ninsoare", "în ceață"],
  light: list(`noaptea, la răsărit, la lumina fulgerelor,
    în lumina unui reflector`),
  conjunction: " și ",
};

/** French, Spanish, Italian, Portuguese, Romanian. */
export const ROMANCE: readonly Phrases[] = [fr, es, it, pt, ro];
