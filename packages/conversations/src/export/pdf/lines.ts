import { type Directions, directionsOf } from './direction.ts';
import type { Fonts, Run, Style } from './fonts.ts';

/** A line that fits, in the stretches that it is drawn in. */
export interface Line {
  /** From the left as they are seen. */
  readonly runs: readonly (Run & { readonly width: number })[];
  /** Does it begin at the right? */
  readonly isRightToLeft: boolean;
}

export interface Setting {
  readonly style: Style;
  readonly size: number;
  /** In points. */
  readonly width: number;
  /** Code begins at the left, whatever it says. */
  readonly isCode?: boolean;
}

/** How wide a text of one font is, in points. */
export type Measure = (run: Run, size: number) => number;

/** Where a line may end: after white space, and after each character of scripts that are written without it. */
const PIECES =
  /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF00-\uFFEF][、。，．！？：；」』）】》〉…ー]*|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303F\uFF00-\uFFEF]+/gu;
/** A piece that is longer is broken anywhere without asking how wide it is as a whole. */
const LONG_PIECE = 300;
const MAX_KNOWN = 20_000;

/** Breaks text into lines. Words that are wider than a line are broken between characters. */
export class LineBreaker {
  readonly #fonts: Fonts;
  readonly #measure: Measure;
  readonly #characters = new Intl.Segmenter('und', { granularity: 'grapheme' });
  readonly #widths = new Map<string, number>();

  constructor(fonts: Fonts, measure: Measure) {
    this.#fonts = fonts;
    this.#measure = measure;
  }

  *lines(text: string, setting: Setting): Generator<Line> {
    for (const paragraph of text.split(/\r\n|[\n\r\u2028\u2029]/u)) yield* this.#paragraph(clean(paragraph), setting);
  }

  *#paragraph(text: string, setting: Setting): Generator<Line> {
    const directions = directionsOf(text, setting.isCode === true ? 'ltr' : undefined);
    let line = '';
    let width = 0;
    let from = 0;
    for (const piece of this.#pieces(text, setting)) {
      const wide = this.#widthOf(piece, setting);
      const isSpace = piece.trim() === '';
      if (width + wide > setting.width && line !== '' && !isSpace) {
        yield directions === undefined
          ? this.#line(line, width, setting)
          : this.#turned(line, { directions, from, setting });
        from += line.length;
        line = '';
        width = 0;
      }
      // White space at which a line was broken isn't carried over, but code keeps how it is indented.
      line += piece;
      width += wide;
    }
    yield directions === undefined
      ? this.#line(line, width, setting)
      : this.#turned(line, { directions, from, setting });
  }

  *#pieces(text: string, setting: Setting): Generator<string> {
    for (const [piece] of text.matchAll(PIECES)) {
      if (piece.length <= LONG_PIECE && this.#widthOf(piece, setting) <= setting.width) yield piece;
      else for (const { segment } of this.#characters.segment(piece)) yield segment;
    }
  }

  #widthOf(text: string, { style, size }: Setting): number {
    const key = `${style}/${size}/${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const width = this.#fonts.runs(text, style).reduce((sum, run) => sum + this.#measure(run, size), 0);
    if (this.#widths.size >= MAX_KNOWN) this.#widths.clear();
    this.#widths.set(key, width);
    return width;
  }

  /** Each measuring sets the text anew, which is what takes time: the width of most lines is known from their words. */
  #line(text: string, width: number, setting: Setting): Line {
    const trimmed = text.trimEnd();
    const runs = this.#fonts.runs(trimmed, setting.style);
    const [first, ...others] = runs;
    const isRightToLeft = false;
    if (first === undefined) return { runs: [], isRightToLeft };
    if (others.length === 0)
      return { runs: [{ ...first, width: width - this.#widthOf(text.slice(trimmed.length), setting) }], isRightToLeft };
    return { runs: this.#measured(runs, setting), isRightToLeft };
  }

  /** A line in which something is read from right to left. */
  #turned(
    text: string,
    { directions, from, setting }: { directions: Directions; from: number; setting: Setting },
  ): Line {
    const runs = directions.stretches(from, from + text.trimEnd().length).flatMap((stretch) => {
      const fonts = this.#fonts.runs(stretch.text, setting.style);
      return stretch.isRightToLeft ? fonts.map(turnedRound).toReversed() : fonts;
    });
    return { runs: this.#measured(runs, setting), isRightToLeft: directions.isRightToLeft };
  }

  #measured(runs: readonly Run[], { size }: Setting): Line['runs'] {
    return runs.map((run) => ({ ...run, width: this.#measure(run, size) }));
  }
}

/** The font engine turns letters round by their script, and leaves what has none, such as a bracket by itself. */
function turnedRound(run: Run): Run {
  const hasScript = /[^\p{Script=Common}\p{Script=Inherited}\p{Script=Unknown}]/u.test(run.text);
  return hasScript ? run : { ...run, text: Array.from(run.text).toReversed().join('') };
}

/**
 * Tabs as spaces; characters that steer a terminal or a printer as one that shows that something was there.
 * Marks that have letters stand in another order than they are read do nothing here.
 */
function clean(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replaceAll(/\p{Cc}/gu, '\uFFFD')
    .replaceAll(/[\u202D\u202E]/gu, '\u200B');
}
