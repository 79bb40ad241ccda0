import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create } from 'fontkit';
import type PDFDocument from 'pdfkit';
import { ExportFontError } from '../../errors.ts';
import { unpacked } from './woff.ts';

/** What pdfkit makes. */
export type PdfDocument = InstanceType<typeof PDFDocument>;

export type Style = 'regular' | 'bold' | 'mono';

/** A stretch of text that one font can show. */
export interface Run {
  readonly face: string;
  readonly text: string;
}

interface Face {
  readonly name: string;
  has(codePoint: number): boolean;
}

const require = createRequire(import.meta.url);

/** DejaVu has Latin, Greek, Cyrillic, Hebrew, Arabic and many signs; UnifontEX nearly all else, Chinese, Japanese and Korean too. */
const FILES: Readonly<Record<Style | 'rest', string>> = {
  regular: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
  mono: 'dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf',
  rest: '@fontsource/unifontex/files/unifontex-latin-400-normal.woff',
};
const REPLACEMENT = '\uFFFD';
const MAX_MISSING = 1_000;

/** The fonts of a document. Each is read when a character first asks for it. */
export class Fonts {
  readonly #document: PdfDocument;
  readonly #missing: Set<string>;
  readonly #faces = new Map<string, Face>();
  readonly #order: Readonly<Record<Style, readonly (() => Face)[]>>;

  /** @throws ExportFontError when one of the files isn't a font that can be read */
  constructor(document: PdfDocument, files: readonly string[], missing: Set<string>) {
    this.#document = document;
    this.#missing = missing;
    const given = files.map((file, index) => this.#open(`given-${index}`, file));
    const rest = [...given.map((face) => () => face), () => this.#own('rest')];
    this.#order = {
      regular: [() => this.#own('regular'), ...rest],
      bold: [() => this.#own('bold'), ...rest],
      mono: [() => this.#own('mono'), () => this.#own('regular'), ...rest],
    };
  }

  /** The text in stretches of one font each. What no font has becomes U+FFFD, and is noted. */
  runs(text: string, style: Style): Run[] {
    const runs: { face: string; text: string }[] = [];
    let current: Face | undefined;
    for (const character of text) {
      const codePoint = character.codePointAt(0) ?? 0;
      const isKnown = current?.has(codePoint) === true;
      // Marks that only say how to join or to show their neighbours are of no use without them.
      if (!isKnown && /^\p{Default_Ignorable_Code_Point}$/u.test(character)) continue;
      // Accents stay with what they belong to.
      const face = isKnown && /^[\p{M}\p{Cf}]$/u.test(character) ? current : this.#faceOf(codePoint, style);
      const shown = face === undefined ? this.#lacking(character) : character;
      current = face ?? this.#own(style);
      const last = runs.at(-1);
      if (last?.face === current.name) last.text += shown;
      else runs.push({ face: current.name, text: shown });
    }
    return runs;
  }

  #faceOf(codePoint: number, style: Style): Face | undefined {
    for (const open of this.#order[style]) {
      const face = open();
      if (face.has(codePoint)) return face;
    }
    return undefined;
  }

  #lacking(character: string): string {
    if (character !== REPLACEMENT && this.#missing.size < MAX_MISSING) this.#missing.add(character);
    return REPLACEMENT;
  }

  #own(name: Style | 'rest'): Face {
    return this.#faces.get(name) ?? this.#open(name, require.resolve(FILES[name]));
  }

  #open(name: string, file: string): Face {
    try {
      const bytes = unpacked(readFileSync(file));
      const font = create(bytes);
      if (!('hasGlyphForCodePoint' in font)) throw new TypeError('it holds several fonts; give a file with one');
      this.#document.registerFont(name, bytes);
      const known = new Map<number, boolean>();
      const face: Face = {
        name,
        has: (codePoint) => {
          const found = known.get(codePoint) ?? font.hasGlyphForCodePoint(codePoint);
          known.set(codePoint, found);
          return found;
        },
      };
      this.#faces.set(name, face);
      return face;
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/\.$/u, '') : 'unknown reason';
      throw new ExportFontError(`The font ${file} cannot be used: ${reason}.`, { cause: error });
    }
  }
}
