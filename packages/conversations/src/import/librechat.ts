import { metadataWithDetails, restOf } from './details.ts';
import { type Fields, isFields, momentOf, stringOf, titleOf } from './fields.ts';
import { type Cleaner, type ImportedConversation, type ImportFormat, ImportFault } from './imported.ts';
import { messageOf } from './librechat-message.ts';
import { boundedMetadata } from './parts.ts';
import { type Links, treeOf, walk } from './tree.ts';

/** The parent of messages that have none. */
const NO_PARENT = '00000000-0000-0000-0000-000000000000';

/**
 * LibreChat's JSON export, one conversation a file: `messages` as a list whose members name their parents, or, exported
 * `recursive`, as trees whose members nest in `children`; in between versions called the trees `messagesTree`.
 */
export const librechat: ImportFormat = {
  name: 'librechat',
  recognises: (element) =>
    isFields(element) && typeof element.conversationId === 'string' && listOf(element) !== undefined,
  convert,
};

function listOf({ messagesTree, messages }: Fields): readonly unknown[] | undefined {
  const list = messagesTree ?? messages;
  return Array.isArray(list) ? list : undefined;
}

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  const list = isFields(element) ? listOf(element) : undefined;
  if (!isFields(element) || list === undefined) throw new ImportFault('NOT_A_CONVERSATION', 'has no messages');
  const id = stringOf(element.conversationId);
  if (id === undefined || id === '') throw new ImportFault('NOT_A_CONVERSATION', 'has no conversationId');
  const nodes = nodesOf(list);
  const tree = treeOf(new Map([...nodes].map(([key, { links }]) => [key, links])));
  const { messages } = walk(tree, (key) => messageOf(nodes.get(key)?.message, cleaner));
  return {
    externalId: cleaner.text(id),
    source: 'librechat',
    title: titleOf(stringOf(element.title) ?? '', cleaner),
    createdAt: momentOf(element.createdAt) ?? messages.find(({ createdAt }) => createdAt !== null)?.createdAt ?? null,
    archivedAt: element.isArchived === true ? momentOf(element.updatedAt) : null,
    metadata: metadataWithDetails(
      boundedMetadata({ endpoint: element.endpoint, options: element.options, tags: element.tags }, cleaner),
      restOf(element, PLACED),
      { format: 'librechat', cleaner },
    ),
    messages,
    // LibreChat shows the newest sibling everywhere, which is the last one: that way ends at the last message.
    activeLeafExternalId: null,
    cutLinks: tree.cutLinks,
  };
}

const PLACED = [
  '_id',
  '__v',
  'conversationId',
  'title',
  'createdAt',
  'isArchived',
  'endpoint',
  'options',
  'tags',
  'messages',
  'messagesTree',
  // Which way it was exported.
  'branches',
  'recursive',
];

interface Node {
  readonly message: Fields;
  readonly links: Links;
}

/** Every message by its id. A message inside another one's `children` follows that one, whatever it names. */
function nodesOf(list: readonly unknown[]): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const open = [...list].reverse().map((message) => ({ message, parent: undefined as string | undefined }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { message } = next;
    if (message === null) continue;
    if (!isFields(message)) throw new ImportFault('NOT_A_CONVERSATION', 'has something else among its messages');
    const id = stringOf(message.messageId);
    if (id === undefined || id === '') throw new ImportFault('NOT_A_CONVERSATION', 'has a message without messageId');
    if (nodes.has(id)) throw new ImportFault('NOT_A_CONVERSATION', `has two messages ${id.slice(0, 80)}`);
    const named = stringOf(message.parentMessageId);
    const parent = next.parent ?? (named === NO_PARENT || named === '' ? undefined : named);
    nodes.set(id, { message, links: { parent, children: [] } });
    const children: readonly unknown[] = Array.isArray(message.children) ? message.children : [];
    for (const child of children.toReversed()) open.push({ message: child, parent: id });
  }
  return nodes;
}
