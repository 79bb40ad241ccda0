import { messageOf } from './chatgpt-message.ts';
import { type Fields, isFields, metadataOf, secondsToDate, stringOf, titleOf } from './fields.ts';
import {
  Cleaner,
  type ImportedConversation,
  type ImportedMessage,
  type ImportFormat,
  ImportFault,
} from './imported.ts';

/** ChatGPT's `conversations.json`: each conversation a tree in `mapping`, the branch in use ending at `current_node`. */
export const chatgpt: ImportFormat = {
  name: 'chatgpt',
  recognises: (element) => isFields(element) && isFields(element.mapping),
  convert,
};

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  if (!isFields(element) || !isFields(element.mapping)) throw new ImportFault('NOT_A_CONVERSATION', 'has no mapping');
  const tree = treeOf(element.mapping);
  const { messages, keptBy } = walk(tree, cleaner);
  const createdAt = secondsToDate(element.create_time);
  return {
    externalId: cleaner.text(externalIdOf(element, tree)),
    source: 'chatgpt',
    title: titleOf(stringOf(element.title) ?? '', cleaner),
    createdAt: createdAt ?? messages.find((message) => message.createdAt !== null)?.createdAt ?? null,
    archivedAt: element.is_archived === true ? (secondsToDate(element.update_time) ?? createdAt) : null,
    metadata: metadataOf(
      { defaultModel: stringOf(element.default_model_slug), gizmoId: stringOf(element.gizmo_id) },
      cleaner,
    ),
    messages,
    activeLeafExternalId: keptBy.get(stringOf(element.current_node) ?? '') ?? null,
    cutLinks: tree.cutLinks,
  };
}

/** Older exports have no id; the keys of the tree are unique enough to stand for one. */
function externalIdOf(element: Fields, tree: Tree): string {
  const id = stringOf(element.conversation_id) ?? stringOf(element.id);
  if (id !== undefined && id !== '') return id;
  const first = tree.nodes.keys().next().value;
  if (first === undefined) throw new ImportFault('NOT_A_CONVERSATION', 'has neither an id nor messages');
  return `tree of ${first}`;
}

interface Tree {
  readonly nodes: ReadonlyMap<string, Fields>;
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Where walks begin: nodes without a parent, then one node of each circle. */
  readonly roots: readonly string[];
  readonly cutLinks: number;
}

/** Parents rule; `children` tells the order of siblings, and the parent where a node doesn't name one. */
function treeOf(mapping: Fields): Tree {
  const nodes = new Map(Object.entries(mapping).filter((entry): entry is [string, Fields] => isFields(entry[1])));
  const listedBy = new Map<string, string>();
  for (const [key, node] of nodes) {
    for (const child of childrenOf(node)) if (!listedBy.has(child)) listedBy.set(child, key);
  }
  const parents = new Map<string, string>();
  const roots: string[] = [];
  let cutLinks = 0;
  for (const [key, node] of nodes) {
    const parent = stringOf(node.parent) ?? listedBy.get(key);
    if (parent !== undefined && nodes.has(parent)) parents.set(key, parent);
    else roots.push(key);
    if (parent !== undefined && !nodes.has(parent)) cutLinks += 1;
  }
  const circles = cutCircles(nodes, parents);
  return {
    nodes,
    children: siblings(nodes, parents),
    roots: [...roots, ...circles],
    cutLinks: cutLinks + circles.length,
  };
}

function childrenOf(node: Fields): string[] {
  return Array.isArray(node.children) ? node.children.filter((child) => typeof child === 'string') : [];
}

/** Cuts one link of each circle and tells whose. A node whose way up never ends is in a circle, or below one. */
function cutCircles(nodes: ReadonlyMap<string, Fields>, parents: Map<string, string>): string[] {
  const sound = new Set<string>();
  const cutAt: string[] = [];
  for (const key of nodes.keys()) {
    const way = new Set<string>();
    for (let at: string | undefined = key; at !== undefined && !sound.has(at); at = parents.get(at)) {
      if (way.has(at)) {
        parents.delete(at);
        cutAt.push(at);
        break;
      }
      way.add(at);
    }
    for (const node of way) sound.add(node);
  }
  return cutAt;
}

function siblings(nodes: ReadonlyMap<string, Fields>, parents: ReadonlyMap<string, string>): Map<string, string[]> {
  const children = new Map<string, Set<string>>();
  for (const key of nodes.keys()) children.set(key, new Set());
  for (const [key, node] of nodes) {
    for (const child of childrenOf(node)) if (parents.get(child) === key) children.get(key)?.add(child);
  }
  for (const [key, parent] of parents) children.get(parent)?.add(key);
  return new Map([...children].map(([key, set]) => [key, [...set]]));
}

interface Walked {
  readonly messages: readonly ImportedMessage[];
  /** For each node, the message it became, or the nearest one above it. */
  readonly keptBy: ReadonlyMap<string, string>;
}

/** Depth first. Nodes that say nothing (the root, empty system messages) hold the tree together and become no messages. */
function walk(tree: Tree, cleaner: Cleaner): Walked {
  const messages: ImportedMessage[] = [];
  const keptBy = new Map<string, string>();
  const open = tree.roots.map((key) => ({ key, parent: null as string | null })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { key, parent } = next;
    const converted = messageOf(tree.nodes.get(key)?.message, cleaner);
    const kept = converted === null ? parent : new Cleaner().text(key);
    if (converted !== null && kept !== null)
      messages.push({ ...converted, externalId: kept, parentExternalId: parent });
    if (kept !== null) keptBy.set(key, kept);
    for (const child of (tree.children.get(key) ?? []).toReversed()) open.push({ key: child, parent: kept });
  }
  return { messages, keptBy };
}
