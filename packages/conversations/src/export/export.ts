import type { UserHandle } from '@keelson/db-core';
import type { MessageRow } from '../mapping.ts';
import * as transfer from '../repositories/conversation-transfer.repository.ts';
import type { ConversationId } from '../types.ts';
import { documentText, type OpenedConversation, openConversation } from './export-conversation.ts';
import { type Branches, type ShownConversation, shownRows } from './branches.ts';
import { markdownOf } from './markdown.ts';

/** What conversations can be handed out as. */
export const EXPORT_FORMATS = ['json', 'ndjson', 'markdown', 'pdf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Of Markdown and PDF: the branch in use (default), or every message. JSON always has them all. */
  readonly branches?: Branches;
  /** Of PDF: files of further fonts (TrueType, OpenType, WOFF), asked for characters that the usual font hasn't. */
  readonly fonts?: readonly string[];
  /** Ends the export with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ExportSelection extends ExportOptions {
  /** Which ones, in this order; default: all but deleted ones, archived and hidden ones included. */
  readonly ids?: readonly string[];
}

export interface ExportProgress {
  /** Conversations that were begun, and their messages that were written. */
  readonly conversations: number;
  readonly messages: number;
  /** Of PDF: characters that no font has; they show as U+FFFD. The first thousand. */
  readonly missingCharacters: readonly string[];
}

/** An export that is made while it is read. */
export interface ConversationExport {
  readonly mediaType: string;
  /** A name for the file, with its ending. */
  readonly fileName: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How far it is by now. */
  progress(): ExportProgress;
}

export type ValidOptions = Required<Omit<ExportOptions, 'signal'>> & { readonly signal?: AbortSignal | undefined };

const KINDS: Readonly<Record<ExportFormat, { readonly mediaType: string; readonly ending: string }>> = {
  json: { mediaType: 'application/json; charset=utf-8', ending: 'json' },
  ndjson: { mediaType: 'application/x-ndjson; charset=utf-8', ending: 'ndjson' },
  markdown: { mediaType: 'text/markdown; charset=utf-8', ending: 'md' },
  pdf: { mediaType: 'application/pdf', ending: 'pdf' },
};

/** Counts while an export runs. */
class Count {
  conversations = 0;
  messages = 0;
  readonly missing = new Set<string>();

  get progress(): ExportProgress {
    return { conversations: this.conversations, messages: this.messages, missingCharacters: [...this.missing] };
  }
}

/** @throws ConversationNotFoundError before anything is written */
export async function exportOne(
  user: UserHandle,
  id: ConversationId,
  options: ValidOptions,
): Promise<ConversationExport> {
  const opened = await openConversation(user, id);
  return exporting([opened], { options, name: `conversation-${id}`, isList: false });
}

/** Of a selection, one after the other; a list as JSON, one a line as NDJSON, and one document as Markdown or PDF. */
export function exportMany(
  user: UserHandle,
  ids: readonly ConversationId[] | undefined,
  options: ValidOptions,
): ConversationExport {
  return exporting(openAll(user, ids), { options, name: 'conversations', isList: true });
}

async function* openAll(
  user: UserHandle,
  ids: readonly ConversationId[] | undefined,
): AsyncGenerator<OpenedConversation> {
  for await (const id of ids ?? everyId(user)) yield openConversation(user, id);
}

const IDS_AT_ONCE = 500;

/** By id, so that what becomes active meanwhile isn't passed over, as it would be by latest activity. */
async function* everyId(user: UserHandle): AsyncGenerator<ConversationId> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await user.all(transfer.listIdsAfter, { id: after, limit: IDS_AT_ONCE });
    for (const { id } of rows) yield id as ConversationId;
    if (rows.length < IDS_AT_ONCE) return;
    after = rows.at(-1)?.id ?? after;
  }
}

type Opened = readonly OpenedConversation[] | AsyncIterable<OpenedConversation>;

interface Work {
  readonly options: ValidOptions;
  readonly name: string;
  readonly isList: boolean;
}

function exporting(opened: Opened, { options, name, isList }: Work): ConversationExport {
  const { mediaType, ending } = KINDS[options.format];
  const count = new Count();
  return {
    mediaType,
    fileName: `${name}.${ending}`,
    chunks: chunksOf(opened, { options, isList, count }),
    progress: () => count.progress,
  };
}

interface Form {
  readonly options: ValidOptions;
  readonly isList: boolean;
  readonly count: Count;
}

async function* chunksOf(opened: Opened, form: Form): AsyncGenerator<Uint8Array> {
  const { format, fonts } = form.options;
  if (format === 'pdf') {
    // Only who asks for PDF pays for loading what makes it.
    const { pdfOf } = await import('./pdf/pdf.ts');
    yield* pdfOf(shown(opened, form), { fonts, missing: form.count.missing });
  } else if (format === 'markdown') yield* gathered(markdownText(shown(opened, form)));
  else yield* gathered(jsonText(opened, form));
}

/** What people read: each conversation with the branches that were asked for. */
async function* shown(opened: Opened, { options, count }: Form): AsyncGenerator<ShownConversation> {
  for await (const each of opened) {
    count.conversations += 1;
    const { rows, ...rest } = await shownRows(each, options.branches);
    yield { conversation: each.conversation, ...rest, rows: counted(rows, { options, count }) };
  }
}

async function* markdownText(conversations: AsyncIterable<ShownConversation>): AsyncGenerator<string> {
  let between = '';
  for await (const conversation of conversations) {
    yield between;
    yield* markdownOf(conversation);
    between = '\n';
  }
}

async function* jsonText(opened: Opened, { options, isList, count }: Form): AsyncGenerator<string> {
  const asList = options.format === 'json' && isList;
  let between = '\n';
  if (asList) yield '{"items":[';
  for await (const { conversation, rows } of opened) {
    count.conversations += 1;
    if (asList) yield between;
    yield* documentText({ conversation, rows: () => counted(rows(), { options, count }) });
    if (!asList) yield '\n';
    between = ',\n';
  }
  if (asList) yield '\n]}\n';
}

async function* counted(
  rows: AsyncIterable<MessageRow>,
  { options: { signal }, count }: Pick<Form, 'options' | 'count'>,
): AsyncGenerator<MessageRow> {
  for await (const row of rows) {
    signal?.throwIfAborted();
    yield row;
    count.messages += 1;
  }
}

const CHUNK_LENGTH = 65_536;

/** Small pieces together, so that each write is worth its while. */
async function* gathered(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let waiting = '';
  for await (const text of texts) {
    waiting += text;
    if (waiting.length < CHUNK_LENGTH) continue;
    yield Buffer.from(waiting);
    waiting = '';
  }
  if (waiting !== '') yield Buffer.from(waiting);
}
