import { Fonts, type PdfDocument, type Style } from './fonts.ts';
import { type Line, LineBreaker } from './lines.ts';

const MARGIN = 56;
const LEADING = 1.4;
const PADDING = 6;
/** What a heading and the space beside it take, in points. */
const ROOM_OF_HEADING = 90;
const SHADE = '#f3f4f6';
const INK = '#111827';
export const GREY = '#6b7280';
/** What a font engine does to letters that joins, places or replaces them. */
const FEATURES = ['kern', 'liga', 'clig', 'calt', 'rlig', 'rclt', 'ccmp', 'locl', 'mark', 'mkmk'];
const NONE = Object.fromEntries(FEATURES.map((feature) => [feature, false])) as unknown as OpenTypeFeatures;

type OpenTypeFeatures = NonNullable<NonNullable<Parameters<PdfDocument['widthOfString']>[1]>['features']>;

/**
 * Plain English is set letter by letter, in less than half the time. With features, even none, pdfkit doesn't keep every text
 * that it ever measured.
 */
function featuresOf(text: string): OpenTypeFeatures {
  return /^[ -~]*$/u.test(text) ? NONE : [];
}

/** How a text is set. */
export interface Setting {
  readonly style?: Style;
  /** In points. */
  readonly size?: number;
  readonly colour?: string;
  /** On a grey ground, as code is. */
  readonly shaded?: boolean;
  /** What stands at the right end of the first line. */
  readonly aside?: string;
}

/** Writes text down the pages of a document, and begins a new page when one is full. */
export class Pages {
  readonly #document: PdfDocument;
  readonly #breaker: LineBreaker;
  readonly #fonts: Fonts;
  #title = '';
  #number = 0;
  #y = MARGIN;

  constructor(document: PdfDocument, options: { readonly fonts: readonly string[]; readonly missing: Set<string> }) {
    this.#document = document;
    this.#fonts = new Fonts(document, options.fonts, options.missing);
    this.#breaker = new LineBreaker(this.#fonts, ({ face, text }, size) =>
      document
        .font(face)
        .fontSize(size)
        .widthOfString(text, { features: featuresOf(text) }),
    );
  }

  /** A new page for something with this title, which stands at the foot of it and of those that follow. */
  begin(title: string): void {
    this.#title = title.replaceAll(/\s+/gu, ' ');
    this.#newPage();
  }

  space(points: number): void {
    this.#y += points;
  }

  /** Begins a new page unless this much room is left: a heading shall not stand alone at the foot. */
  keep(points: number): void {
    if (this.#y + points > this.#bottom) this.#newPage();
  }

  rule(): void {
    const right = this.#document.page.width - MARGIN;
    this.#document.moveTo(MARGIN, this.#y).lineTo(right, this.#y).lineWidth(0.5).stroke('#d1d5db');
    this.#y += 10;
  }

  /** Is there room for this beside a heading? */
  fitsAside(text: string): boolean {
    const [, second] = this.#breaker.lines(text, { style: 'regular', size: 8, width: this.#width - ROOM_OF_HEADING });
    return second === undefined;
  }

  write(text: string, { style = 'regular', size = 10, colour = INK, shaded = false, aside = '' }: Setting = {}): void {
    const inset = shaded ? PADDING : 0;
    const width = this.#width - 2 * inset;
    const height = size * LEADING;
    let isFirst = true;
    for (const line of this.#breaker.lines(text, { style, size, width, isCode: shaded })) {
      if (this.#y + height > this.#bottom) this.#newPage();
      if (shaded) this.#document.rect(MARGIN, this.#y - 1, this.#width, height + 1).fill(SHADE);
      const indent = line.isRightToLeft ? Math.max(0, width - widthOf(line)) : 0;
      this.#draw(line, { x: MARGIN + inset + indent, y: this.#y, size, colour });
      if (isFirst && aside !== '') this.#drawRight(aside, this.#y);
      isFirst = false;
      this.#y += height;
    }
  }

  get #width(): number {
    return this.#document.page.width - 2 * MARGIN;
  }

  get #bottom(): number {
    return this.#document.page.height - MARGIN;
  }

  #newPage(): void {
    this.#document.addPage();
    this.#number += 1;
    this.#y = MARGIN;
    const y = this.#document.page.height - MARGIN / 2 - 6;
    const [line] = this.#breaker.lines(this.#title, { style: 'regular', size: 8, width: this.#width - 80 });
    if (line !== undefined) this.#draw(line, { x: MARGIN, y, size: 8, colour: GREY });
    this.#drawRight(`Page ${this.#number}`, y);
  }

  #drawRight(text: string, y: number): void {
    const [line] = this.#breaker.lines(text, { style: 'regular', size: 8, width: this.#width });
    if (line === undefined) return;
    this.#draw(line, { x: this.#document.page.width - MARGIN - widthOf(line), y, size: 8, colour: GREY });
  }

  #draw({ runs }: Line, { x, y, size, colour }: { x: number; y: number; size: number; colour: string }): void {
    let at = x;
    for (const { face, text, width } of runs) {
      this.#document.font(face).fontSize(size).fillColor(colour);
      // pdfkit's types don't know of `textWidth`: without it what was measured is measured again.
      const setting = {
        lineBreak: false,
        baseline: 'alphabetic',
        features: featuresOf(text),
        textWidth: width,
      } as const;
      this.#document.text(text, at, y + size, setting);
      at += width;
    }
  }
}

function widthOf({ runs }: Line): number {
  return runs.reduce((sum, run) => sum + run.width, 0);
}
