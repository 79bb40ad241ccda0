import PDFDocument from 'pdfkit';
import { type Block, type ShownMessage, shownMessage, timeText } from '../blocks.ts';
import type { ShownConversation } from '../branches.ts';
import type { PdfDocument } from './fonts.ts';
import { GREY, Pages } from './page.ts';

export interface PdfOptions {
  /** Files of further fonts. */
  readonly fonts: readonly string[];
  /** Takes the characters that no font has. */
  readonly missing: Set<string>;
}

const COLOURS: Readonly<Record<ShownMessage['role'], string>> = {
  user: '#1d4ed8',
  assistant: '#047857',
  system: '#92400e',
  tool: '#6d28d9',
};
const UNTITLED = 'Untitled conversation';
/** Room for a heading and two lines. */
const HEADING_ROOM = 56;
const MAX_MISSING_SHOWN = 60;

/**
 * Conversations as one PDF, page by page as it is read: what was written is handed out before the next message is read.
 * pdfkit buffers for a stream what nobody reads; here the reader sets the pace.
 */
export async function* pdfOf(
  conversations: AsyncIterable<ShownConversation>,
  options: PdfOptions,
): AsyncGenerator<Uint8Array> {
  const document = new PDFDocument({ size: 'A4', margin: 0, autoFirstPage: false, compress: true });
  const pages = new Pages(document, options);
  let count = 0;
  for await (const each of conversations) {
    count += 1;
    if (count === 1) document.info.Title = each.conversation.title ?? UNTITLED;
    writeHead(pages, each);
    for await (const row of each.rows) {
      writeMessage(pages, shownMessage(row, each));
      yield* written(document);
    }
  }
  if (count === 0) pages.begin('No conversations');
  writeMissing(pages, options.missing);
  document.end();
  for await (const chunk of document) yield chunk as Uint8Array;
}

function* written(document: PdfDocument): Generator<Uint8Array> {
  const chunk = document.read() as Uint8Array | null;
  if (chunk !== null) yield chunk;
}

function writeHead(pages: Pages, { conversation, branches }: ShownConversation): void {
  const { title, id, source, createdAt, lastMessageAt, messageCount } = conversation;
  pages.begin(title ?? UNTITLED);
  pages.write(title ?? UNTITLED, { style: 'bold', size: 18 });
  pages.space(4);
  const count = `${messageCount.toLocaleString('en')} ${messageCount === 1 ? 'message' : 'messages'}`;
  const span = lastMessageAt === null ? timeText(createdAt) : `${timeText(createdAt)} – ${timeText(lastMessageAt)}`;
  const facts = [span, count, branches === 'all' ? 'all branches' : 'active branch', source].filter(
    (fact) => fact !== null,
  );
  pages.write(facts.join('  ·  '), { size: 8.5, colour: GREY });
  pages.write(id, { size: 8.5, colour: GREY });
  pages.space(8);
  pages.rule();
}

function writeMessage(pages: Pages, { role, heading: { who, when, notes }, blocks }: ShownMessage): void {
  pages.keep(HEADING_ROOM);
  pages.space(6);
  const whole = [...notes, when].join('  ·  ');
  // A model may have a long name: then only the time stands beside the heading, and the rest below it.
  const isRoom = pages.fitsAside(whole);
  pages.write(who, { style: 'bold', size: 10.5, colour: COLOURS[role], aside: isRoom ? whole : when });
  if (!isRoom) pages.write(notes.join('  ·  '), { size: 8, colour: GREY });
  pages.space(2);
  for (const block of blocks) writeBlock(pages, block);
  pages.space(8);
}

function writeBlock(pages: Pages, { label, text, form }: Block): void {
  if (label !== null) {
    pages.keep(30);
    pages.write(label, { size: 8.5, colour: GREY, style: 'bold' });
  }
  if (form === 'none') return;
  if (form === 'text') writeText(pages, text);
  else if (form === 'aside') pages.write(text, { size: 9, colour: GREY });
  else writeCode(pages, text);
  pages.space(4);
}

/** Text as it is, but code between fences is set as code, and headings in bold. */
function writeText(pages: Pages, text: string): void {
  let fence: string | undefined;
  let waiting: string[] = [];
  const flush = (): void => {
    if (waiting.length > 0) {
      if (fence === undefined) pages.write(waiting.join('\n'));
      else writeCode(pages, waiting.join('\n'));
    }
    waiting = [];
  };
  for (const line of text.split(/\r\n|\r|\n/u)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/u.exec(line)?.[1];
    if (fence === undefined && mark !== undefined) {
      flush();
      fence = mark;
    } else if (fence !== undefined && mark?.startsWith(fence) === true && line.trim() === mark) {
      flush();
      fence = undefined;
    } else if (fence === undefined && /^#{1,6} /u.test(line)) {
      flush();
      pages.write(line.replace(/^#+ /u, ''), { style: 'bold', size: 10.5 });
    } else waiting.push(line);
  }
  flush();
}

function writeCode(pages: Pages, code: string): void {
  pages.space(2);
  pages.write(code, { style: 'mono', size: 8.5, shaded: true });
  pages.space(4);
}

function writeMissing(pages: Pages, missing: ReadonlySet<string>): void {
  if (missing.size === 0) return;
  const all = [...missing].map(
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  const shown = all.slice(0, MAX_MISSING_SHOWN).join(', ');
  const more = all.length > MAX_MISSING_SHOWN ? ` and ${all.length - MAX_MISSING_SHOWN} more` : '';
  pages.space(12);
  pages.write(`Shown as \uFFFD, because no font here has them: ${shown}${more}.`, { size: 8.5, colour: GREY });
}
