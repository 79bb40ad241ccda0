import type { MessageRole } from '../types.ts';
import { metadataWithDetails, restOf, withDetails } from './details.ts';
import {
  contentOf,
  cut,
  type Fields,
  isFields,
  metadataOf,
  momentOf,
  roleIn,
  shown,
  stringOf,
  titleOf,
} from './fields.ts';
import {
  Cleaner,
  type ConvertedMessage,
  type ImportedConversation,
  type ImportedMessage,
  type ImportFormat,
  ImportFault,
} from './imported.ts';

const ROLES: Readonly<Record<string, MessageRole>> = { prompter: 'user', assistant: 'assistant', system: 'system' };
/** The format has no titles: the first line of the prompt, cut to this length, stands for one. */
const TITLE_LENGTH = 80;

/** OpenAssistant's trees: a `prompt` whose `replies` nest, from the best ranked down. */
export const openassistant: ImportFormat = {
  name: 'openassistant',
  recognises: (element) => isFields(element) && isFields(element.prompt),
  convert,
};

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  if (!isFields(element) || !isFields(element.prompt)) throw new ImportFault('NOT_A_CONVERSATION', 'has no prompt');
  const messages: ImportedMessage[] = [];
  const open: { node: Fields; parent: string | null }[] = [{ node: element.prompt, parent: null }];
  const seen = new Set<string>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const message = convertMessage(next.node, next.parent, cleaner);
    if (seen.has(message.externalId))
      throw new ImportFault('NOT_A_CONVERSATION', `has two messages ${message.externalId}`);
    seen.add(message.externalId);
    messages.push(message);
    for (const reply of replies(next.node).reverse()) open.push({ node: reply, parent: message.externalId });
  }
  const first = messages[0];
  return {
    externalId: cleaner.text(stringOf(element.message_tree_id) ?? first?.externalId ?? ''),
    source: 'openassistant',
    title: titleOf(cut((first?.content ?? '').trim().split(/[\r\n]/u, 1)[0] ?? '', TITLE_LENGTH), cleaner),
    createdAt: first?.createdAt ?? null,
    archivedAt: null,
    metadata: metadataWithDetails(
      metadataOf({ treeState: stringOf(element.tree_state) }, cleaner),
      restOf(element, ['message_tree_id', 'tree_state', 'prompt']),
      { format: 'openassistant', cleaner },
    ),
    messages,
    activeLeafExternalId: bestLeaf(element.prompt),
    cutLinks: 0,
  };
}

function convertMessage(node: Fields, parent: string | null, cleaner: Cleaner): ImportedMessage {
  const id = stringOf(node.message_id);
  const text = stringOf(node.text);
  if (id === undefined || id === '') throw new ImportFault('NOT_A_CONVERSATION', 'has a message without message_id');
  if (text === undefined) throw new ImportFault('NOT_A_CONVERSATION', `message ${cut(id, 80)} has no text`);
  const role = roleIn(ROLES, node.role);
  if (role === undefined)
    throw new ImportFault('UNKNOWN_ROLE', `message ${cut(id, 80)} has the role ${shown(node.role)}`);
  const converted: ConvertedMessage = {
    role,
    content: contentOf(text, cleaner),
    parts: null,
    status: 'complete',
    createdAt: momentOf(node.created_date),
    metadata: metadataOf(
      {
        source: 'openassistant',
        modelName: stringOf(node.model_name),
        lang: stringOf(node.lang),
        rank: typeof node.rank === 'number' ? node.rank : undefined,
        synthetic: node.synthetic === true ? true : undefined,
        deleted: node.deleted === true ? true : undefined,
      },
      cleaner,
    ),
  };
  const detailed = withDetails(converted, restOf(node, PLACED), { format: 'openassistant', cleaner });
  return { ...detailed, externalId: cleaner.text(id), parentExternalId: parent };
}

/** The rest are what its readers said of a message: labels, ratings, emojis. */
const PLACED = [
  'message_id',
  'parent_id',
  'message_tree_id',
  'tree_state',
  'text',
  'role',
  'created_date',
  'replies',
  'model_name',
  'lang',
  'rank',
  'synthetic',
  'deleted',
];

function replies(node: Fields): Fields[] {
  if (node.replies === undefined || node.replies === null) return [];
  if (Array.isArray(node.replies) && node.replies.every(isFields)) return [...node.replies];
  throw new ImportFault('NOT_A_CONVERSATION', `replies of message ${shown(node.message_id)} are no list of messages`);
}

/** From the prompt down, always to the reply ranked best; the first where there are no ranks. */
function bestLeaf(prompt: Fields): string | null {
  let node = prompt;
  for (let children = replies(node); children.length > 0; children = replies(node)) {
    node = children.reduce((best, child) => (rankOf(child) < rankOf(best) ? child : best));
  }
  const id = stringOf(node.message_id);
  return id === undefined ? null : new Cleaner().text(id);
}

function rankOf(node: Fields): number {
  return typeof node.rank === 'number' ? node.rank : Number.POSITIVE_INFINITY;
}
