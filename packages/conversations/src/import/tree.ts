import { Cleaner, type ConvertedMessage, type ImportedMessage } from './imported.ts';

/** What a node says of its neighbours. Parents rule; `children` tells the order, and the parent where a node names none. */
export interface Links {
  readonly parent: string | undefined;
  readonly children: readonly string[];
}

export interface Tree {
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** Where walks begin: nodes without a parent, then one node of each circle. */
  readonly roots: readonly string[];
  /** Links that led nowhere, or in a circle. */
  readonly cutLinks: number;
}

export function treeOf(nodes: ReadonlyMap<string, Links>): Tree {
  const listedBy = new Map<string, string>();
  for (const [key, { children }] of nodes) {
    for (const child of children) if (!listedBy.has(child)) listedBy.set(child, key);
  }
  const parents = new Map<string, string>();
  const roots: string[] = [];
  let cutLinks = 0;
  for (const [key, node] of nodes) {
    const parent = node.parent ?? listedBy.get(key);
    if (parent !== undefined && nodes.has(parent)) parents.set(key, parent);
    else roots.push(key);
    if (parent !== undefined && !nodes.has(parent)) cutLinks += 1;
  }
  const circles = cutCircles(nodes, parents);
  return { children: siblings(nodes, parents), roots: [...roots, ...circles], cutLinks: cutLinks + circles.length };
}

/** Cuts one link of each circle and tells whose. A node whose way up never ends is in a circle, or below one. */
function cutCircles(nodes: ReadonlyMap<string, Links>, parents: Map<string, string>): string[] {
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

function siblings(nodes: ReadonlyMap<string, Links>, parents: ReadonlyMap<string, string>): Map<string, string[]> {
  const children = new Map<string, Set<string>>();
  for (const key of nodes.keys()) children.set(key, new Set());
  for (const [key, node] of nodes) {
    for (const child of node.children) if (parents.get(child) === key) children.get(key)?.add(child);
  }
  for (const [key, parent] of parents) children.get(parent)?.add(key);
  return new Map([...children].map(([key, set]) => [key, [...set]]));
}

interface Walked {
  readonly messages: readonly ImportedMessage[];
  /** For each node, the message it became, or the nearest one above it. */
  readonly keptBy: ReadonlyMap<string, string>;
}

/** Depth first. Nodes that say nothing hold the tree together and become no messages. */
export function walk(tree: Tree, convert: (key: string) => ConvertedMessage | null): Walked {
  const messages: ImportedMessage[] = [];
  const keptBy = new Map<string, string>();
  const open = tree.roots.map((key) => ({ key, parent: null as string | null })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { key, parent } = next;
    const converted = convert(key);
    const kept = converted === null ? parent : new Cleaner().text(key);
    if (converted !== null && kept !== null)
      messages.push({ ...converted, externalId: kept, parentExternalId: parent });
    if (kept !== null) keptBy.set(key, kept);
    for (const child of (tree.children.get(key) ?? []).toReversed()) open.push({ key: child, parent: kept });
  }
  return { messages, keptBy };
}
