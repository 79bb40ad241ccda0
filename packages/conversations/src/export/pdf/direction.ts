import { createRequire } from 'node:module';
import type { Bidi } from 'bidi-js';

/** A stretch of a line that is read in one direction, with its brackets turned as they are seen. */
export interface Stretch {
  readonly text: string;
  readonly isRightToLeft: boolean;
}

/** A paragraph in which something is read from right to left. */
export interface Directions {
  /** Does the paragraph as a whole begin at the right? */
  readonly isRightToLeft: boolean;
  /** What of it stands in a line, from the left as it is seen. `from` and `to` count UTF-16 units. */
  stretches(from: number, to: number): readonly Stretch[];
}

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and others of their kind, and the marks that turn text round. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\u200F\u202B\u202E\u2067\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
/** The font engine joins letters by the rules of one script at a time. */
const SCRIPTS = /(?<=\p{Script=Hebrew}\P{L}*)(?=\p{Script=Arabic})|(?<=\p{Script=Arabic}\P{L}*)(?=\p{Script=Hebrew})/u;

/** The package is CommonJS whose types speak of a module. */
const makeBidi = createRequire(import.meta.url)('bidi-js') as () => Bidi;
const bidi = makeBidi();

/** By the Unicode Bidirectional Algorithm (UAX #9); undefined where all goes from left to right. */
export function directionsOf(paragraph: string, base?: 'ltr'): Directions | undefined {
  if (!RIGHT_TO_LEFT.test(paragraph)) return undefined;
  const { levels, paragraphs } = bidi.getEmbeddingLevels(paragraph, base);
  return {
    isRightToLeft: (paragraphs[0]?.level ?? 0) % 2 === 1,
    stretches: (from, to) => inOrder(levelRuns(paragraph.slice(from, to), levels.subarray(from, to))).flatMap(seen),
  };
}

interface LevelRun {
  readonly text: string;
  readonly level: number;
}

function levelRuns(text: string, levels: Uint8Array): LevelRun[] {
  const runs: { text: string; level: number }[] = [];
  let at = 0;
  for (const character of text) {
    const level = levels[at] ?? 0;
    const last = runs.at(-1);
    if (last?.level === level) last.text += character;
    else runs.push({ text: character, level });
    at += character.length;
  }
  return runs;
}

/** From the highest level down, whatever is at least at the level is turned round (rule L2). */
function inOrder(runs: readonly LevelRun[]): readonly LevelRun[] {
  let ordered = [...runs];
  const highest = ordered.reduce((most, { level }) => Math.max(most, level), 0);
  for (let level = highest; level > 0; level -= 1) {
    const next: LevelRun[] = [];
    let turned: LevelRun[] = [];
    for (const run of ordered) {
      if (run.level >= level) turned.unshift(run);
      else {
        next.push(...turned, run);
        turned = [];
      }
    }
    ordered = [...next, ...turned];
  }
  return ordered;
}

function seen({ text, level }: LevelRun): readonly Stretch[] {
  if (level % 2 === 0) return [{ text, isRightToLeft: false }];
  const mirrored = Array.from(text, (character) => bidi.getMirroredCharacter(character) ?? character).join('');
  return mirrored
    .split(SCRIPTS)
    .toReversed()
    .map((part) => ({ text: part, isRightToLeft: true }));
}
