import { messageOf } from './chatgpt-message.ts';
import { metadataWithDetails, restOf } from './details.ts';
import { type Fields, isFields, metadataOf, momentOf, stringOf, titleOf } from './fields.ts';
import { type Cleaner, type ImportedConversation, type ImportFormat, ImportFault } from './imported.ts';
import { type Links, treeOf, walk } from './tree.ts';

/** ChatGPT's `conversations.json`: each conversation a tree in `mapping`, the branch in use ending at `current_node`. */
export const chatgpt: ImportFormat = {
  name: 'chatgpt',
  recognises: (element) => isFields(element) && isFields(element.mapping),
  convert,
};

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  if (!isFields(element) || !isFields(element.mapping)) throw new ImportFault('NOT_A_CONVERSATION', 'has no mapping');
  const nodes = new Map(
    Object.entries(element.mapping).filter((entry): entry is [string, Fields] => isFields(entry[1])),
  );
  const tree = treeOf(linksOf(nodes));
  const { messages, keptBy } = walk(tree, (key) => messageOf(nodes.get(key)?.message, cleaner));
  const createdAt = momentOf(element.create_time);
  return {
    externalId: cleaner.text(externalIdOf(element, nodes)),
    source: 'chatgpt',
    title: titleOf(stringOf(element.title) ?? '', cleaner),
    createdAt: createdAt ?? messages.find((message) => message.createdAt !== null)?.createdAt ?? null,
    archivedAt: element.is_archived === true ? (momentOf(element.update_time) ?? createdAt) : null,
    metadata: metadataWithDetails(
      metadataOf({ defaultModel: stringOf(element.default_model_slug), gizmoId: stringOf(element.gizmo_id) }, cleaner),
      restOf(element, PLACED),
      { format: 'chatgpt', cleaner },
    ),
    messages,
    activeLeafExternalId: keptBy.get(stringOf(element.current_node) ?? '') ?? null,
    cutLinks: tree.cutLinks,
  };
}

/** `linear_conversation` says again what the tree says. */
const PLACED = [
  'id',
  'conversation_id',
  'title',
  'create_time',
  'is_archived',
  'mapping',
  'current_node',
  'linear_conversation',
  'default_model_slug',
  'gizmo_id',
];

/** Older exports have no id; the keys of the tree are unique enough to stand for one. */
function externalIdOf(element: Fields, nodes: ReadonlyMap<string, Fields>): string {
  const id = stringOf(element.conversation_id) ?? stringOf(element.id);
  if (id !== undefined && id !== '') return id;
  const first = nodes.keys().next().value;
  if (first === undefined) throw new ImportFault('NOT_A_CONVERSATION', 'has neither an id nor messages');
  return `tree of ${first}`;
}

/** The keys of the tree, and what each node says of its neighbours. */
function linksOf(nodes: ReadonlyMap<string, Fields>): Map<string, Links> {
  return new Map([...nodes].map(([key, node]) => [key, { parent: stringOf(node.parent), children: childrenOf(node) }]));
}

function childrenOf(node: Fields): string[] {
  return Array.isArray(node.children) ? node.children.filter((child) => typeof child === 'string') : [];
}
