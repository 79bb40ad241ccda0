import type { MessagePart, MessageRole, MessageStatus } from '../types.ts';
import { readChatgptContent } from './chatgpt-content.ts';
import { type Details, present, restOf, restsOf, withDetails } from './details.ts';
import { contentOf, cut, type Fields, isFields, metadataOf, momentOf, roleIn, shown, stringOf } from './fields.ts';
import { type Cleaner, type ConvertedMessage, ImportFault } from './imported.ts';
import { attachmentPart, partsOf } from './parts.ts';

const ROLES: Readonly<Record<string, MessageRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** The message of a node, or null when the node says nothing. */
export function messageOf(message: unknown, cleaner: Cleaner): ConvertedMessage | null {
  if (!isFields(message)) return null;
  const author = isFields(message.author) ? message.author : {};
  const role = roleIn(ROLES, author.role);
  if (role === undefined) throw new ImportFault('UNKNOWN_ROLE', `a message has the role ${shown(author.role)}`);
  const metadata = isFields(message.metadata) ? message.metadata : {};
  const content = isFields(message.content) ? message.content : {};
  const said = readChatgptContent(content, cleaner);
  const parts = [...toolParts(message, { role, author, content }, cleaner), ...said.parts, ...files(metadata, cleaner)];
  const status = statusOf(message, metadata);
  if (said.text === '' && parts.length === 0 && (role !== 'assistant' || status === 'complete')) return null;
  const converted: ConvertedMessage = {
    role,
    content: contentOf(said.text, cleaner),
    parts: partsOf(parts, cleaner),
    status,
    createdAt: momentOf(message.create_time),
    metadata: metadataOf(
      {
        source: 'chatgpt',
        modelName: stringOf(metadata.model_slug),
        hidden: metadata.is_visually_hidden_from_conversation === true ? true : undefined,
      },
      cleaner,
    ),
  };
  return withDetails(converted, detailsOf(message, { author, role, metadata, rest: said.rest }), {
    format: 'chatgpt',
    cleaner,
  });
}

/** What every ordinary message has says nothing of this one. */
const ORDINARY: Fields = { weight: 1, status: 'finished_successfully', recipient: 'all', end_turn: true };
const PLACED = ['id', 'author', 'create_time', 'content', 'metadata'];
const PLACED_METADATA = ['model_slug', 'is_visually_hidden_from_conversation', 'attachments'];

function detailsOf(
  message: Fields,
  { author, role, metadata, rest }: { author: Fields; role: MessageRole; metadata: Fields; rest: Details },
): Details {
  const ordinary = Object.keys(ORDINARY).filter((name) => message[name] === ORDINARY[name]);
  return present({
    // To whom an answer goes is the tool that it calls.
    ...restOf(message, [...PLACED, ...ordinary, ...(role === 'assistant' ? ['recipient'] : [])]),
    author: restOf(author, role === 'tool' ? ['role', 'name'] : ['role']),
    content: rest,
    metadata: present({
      ...restOf(metadata, PLACED_METADATA),
      attachments: restsOf(metadata.attachments, ['name', 'mime_type', 'mimeType', 'size']),
    }),
  });
}

function statusOf(message: Fields, metadata: Fields): MessageStatus {
  const finish = isFields(metadata.finish_details) ? metadata.finish_details.type : undefined;
  if (finish === 'interrupted') return 'aborted';
  const status = stringOf(message.status) ?? 'finished_successfully';
  if (status === 'finished_successfully') return 'complete';
  return 'aborted';
}

/** A message to a tool is a call, one from a tool its result; the content itself is the input or the output. */
function toolParts(
  message: Fields,
  { role, author, content }: { role: MessageRole; author: Fields; content: Fields },
  cleaner: Cleaner,
): MessagePart[] {
  const recipient = stringOf(message.recipient) ?? 'all';
  if (role === 'assistant' && recipient !== 'all' && recipient !== '') {
    return [{ type: 'tool-call', toolName: cut(cleaner.text(recipient), 200) }];
  }
  if (role !== 'tool') return [];
  const name = stringOf(author.name);
  return [
    {
      type: 'tool-result',
      ...(name ? { toolName: cut(cleaner.text(name), 200) } : {}),
      ...(content.content_type === 'system_error' ? { isError: true } : {}),
    },
  ];
}

function files(metadata: Fields, cleaner: Cleaner): MessagePart[] {
  const list = Array.isArray(metadata.attachments) ? metadata.attachments.filter(isFields) : [];
  return list.map(({ name, mime_type: type, mimeType, size }) =>
    attachmentPart({ name, mediaType: type ?? mimeType, size }, cleaner),
  );
}
