import type { Conversation } from '../types.ts';
import { type Block, type ShownMessage, shownMessage, timeText } from './blocks.ts';
import type { ShownConversation } from './branches.ts';

/**
 * A conversation as Markdown. What was said stands in block quotes, every line of it as it is: whatever a message holds
 * (headings, a fence that is never closed, HTML) ends with its quote and can't change what follows.
 */
export async function* markdownOf({ conversation, branches, seqs, rows }: ShownConversation): AsyncGenerator<string> {
  yield head(conversation);
  for await (const row of rows) yield messageText(shownMessage(row, { branches, seqs }));
}

function head({ title, id, source, createdAt, lastMessageAt, messageCount }: Conversation): string {
  const facts = [
    `Conversation: \`${id}\``,
    ...(source === null ? [] : [`Source: ${inline(source)}`]),
    `Created: ${timeText(createdAt)}`,
    ...(lastMessageAt === null ? [] : [`Last message: ${timeText(lastMessageAt)}`]),
    `Messages: ${messageCount.toLocaleString('en')}`,
  ];
  return `# ${inline(title ?? 'Untitled conversation')}\n\n${facts.map((fact) => `- ${fact}\n`).join('')}`;
}

function messageText({ heading: { who, when, notes }, blocks }: ShownMessage): string {
  const about = notes.length === 0 ? '' : ` (${inline(notes.join(', '))})`;
  return `\n## ${who}${about}\n\n*${when}*\n${blocks.map((block) => `\n${blockText(block)}`).join('')}`;
}

function blockText({ label, text, form }: Block): string {
  const labelled = label === null ? '' : `**${inline(label)}**\n`;
  if (form === 'none') return labelled;
  const between = label === null ? '' : '\n';
  if (form === 'text' || form === 'aside') return `${labelled}${between}${quoted(text)}`;
  return `${labelled}${between}${fenced(text, form === 'json' ? 'json' : '')}`;
}

/** Every line behind the mark of a quote. */
function quoted(text: string): string {
  return linesOf(text)
    .map((line) => (line === '' ? '>\n' : `> ${line}\n`))
    .join('');
}

/** In a fence longer than any run of backticks inside. */
function fenced(text: string, language: string): string {
  const longest = (text.match(/`+/gu) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${linesOf(text).join('\n')}\n${fence}\n`;
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/u);
}

/** On one line, with the characters that mean something in Markdown made plain. */
function inline(text: string): string {
  return text
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replaceAll(/[\\`*_[\]<>#&|~$]/gu, String.raw`\$&`);
}
