// The music of a song, invented from its uri: the same notes for the same song and step, everywhere and always.

const SCALES = { major: [0, 2, 4, 5, 7, 9, 11], minor: [0, 2, 3, 5, 7, 8, 10] };
const PROGRESSIONS = [[0, 4, 5, 3], [0, 5, 3, 4], [5, 3, 0, 4], [0, 3, 5, 4], [0, 2, 3, 4], [3, 0, 4, 5]];
const WAVES = ["sine", "triangle", "square", "sawtooth"];
const LOUDNESS = { sine: 1, triangle: 0.9, square: 0.3, sawtooth: 0.26 };

export const STEPS_PER_BEAT = 2;
export const STEPS_PER_CHORD = 8;

// FNV-1a, 32 bits, and a last stir, without which uris that differ at their end only would sound related.
export function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return stir(value);
}

function stir(value) {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

// A song: how long its steps (eighths) are, in seconds, and what its notes are made of.
export function songOf(uri) {
  const seed = hash(uri);
  const pick = (salt, from) => from[stir(seed + salt) % from.length];
  const tempo = 84 + (stir(seed + 1) % 49);
  return {
    uri,
    seed,
    tempo,
    stepS: 60 / tempo / STEPS_PER_BEAT,
    key: 45 + (stir(seed + 2) % 12),
    scale: pick(3, ["major", "minor"]),
    chords: pick(4, PROGRESSIONS),
    wave: pick(5, WAVES),
    liveliness: 0.45 + (stir(seed + 6) % 40) / 100,
  };
}

// What begins at a step: {kind, wave, hertz, steps, gain}, `steps` being the length and `gain` between 0 and 1.
export function notesAt(song, step) {
  const chord = song.chords[Math.floor(step / STEPS_PER_CHORD) % song.chords.length];
  const tone = (degree, octave, steps, gain, wave = song.wave) =>
    ({ kind: "tone", wave, hertz: hertz(song, degree, octave), steps, gain: gain * LOUDNESS[wave] });
  const notes = [];
  if (step % STEPS_PER_CHORD === 0) {
    for (const degree of [0, 2, 4]) notes.push(tone(chord + degree, 1, STEPS_PER_CHORD, 0.09, "sine"));
  }
  if (step % 4 === 0) notes.push(tone(chord, 0, 3, 0.2, "triangle"));
  const chance = stir(song.seed + Math.imul(step + 1, 0x9e3779b1));
  if ((chance % 1000) / 1000 < song.liveliness || step % STEPS_PER_CHORD === 0) {
    const degree = chord + [0, 2, 4, 4, 6, 7][(chance >>> 10) % 6];
    notes.push(tone(degree, 2, 1 + ((chance >>> 20) % 2), 0.14));
  }
  // The tick is what the ear takes two devices apart by, so every beat has one.
  if (step % STEPS_PER_BEAT === 0) {
    const isFirst = step % STEPS_PER_CHORD === 0;
    notes.push({ kind: "tick", wave: "triangle", hertz: isFirst ? 2400 : 1800, steps: 0.12, gain: isFirst ? 0.16 : 0.1 });
  }
  return notes;
}

function hertz(song, degree, octave) {
  const scale = SCALES[song.scale];
  const midi = song.key + scale[degree % 7] + 12 * (octave + Math.floor(degree / 7));
  return 440 * 2 ** ((midi - 69) / 12);
}
