import { chainOf } from './chain.ts';
import { type Details, metadataWithDetails, present, restOf } from './details.ts';
import { type Fields, isFields, momentOf, stringOf, titleOf } from './fields.ts';
import {
  type Cleaner,
  type ConvertedMessage,
  type ImportedConversation,
  type ImportFormat,
  ImportFault,
} from './imported.ts';
import { messageOf } from './openwebui-message.ts';
import { boundedMetadata } from './parts.ts';
import { treeOf, walk } from './tree.ts';

/**
 * Open WebUI's `chat-export-….json`: rows whose `chat` has a tree in `history.messages`, the branch in use ending at
 * `history.currentId`. Chats of the first versions stand without a row around them, or have only the list `messages`.
 */
export const openwebui: ImportFormat = {
  name: 'openwebui',
  recognises: (element) => {
    const chat = chatOf(element);
    return chat !== undefined && (treeMessages(chat) !== undefined || isOldList(element, chat));
  },
  convert,
};

function chatOf(element: unknown): Fields | undefined {
  if (!isFields(element)) return undefined;
  return isFields(element.chat) ? element.chat : element;
}

function treeMessages({ history }: Fields): Fields | undefined {
  return isFields(history) && isFields(history.messages) ? history.messages : undefined;
}

/** A bare list of messages could be anybody's; `models`, or the row around it, makes it Open WebUI's. */
function isOldList(element: unknown, chat: Fields): boolean {
  return Array.isArray(chat.messages) && (chat !== element || Array.isArray(chat.models));
}

function convert(element: unknown, cleaner: Cleaner): ImportedConversation {
  const chat = chatOf(element);
  if (chat === undefined || !isFields(element)) throw new ImportFault('NOT_A_CONVERSATION', 'is no chat');
  const createdAt = momentOf(element.created_at) ?? momentOf(chat.timestamp);
  const meta = isFields(element.meta) ? element.meta : {};
  const params = isFields(chat.params) ? chat.params : {};
  const said = saidIn({ element, chat }, stringOf(element.id) ?? stringOf(chat.id), cleaner);
  return {
    ...said,
    externalId: cleaner.text(said.externalId),
    source: 'openwebui',
    title: titleOf(stringOf(element.title) ?? stringOf(chat.title) ?? '', cleaner),
    createdAt: createdAt ?? said.messages.find((message) => message.createdAt !== null)?.createdAt ?? null,
    archivedAt: element.archived === true ? (momentOf(element.updated_at) ?? createdAt) : null,
    metadata: metadataWithDetails(
      boundedMetadata(
        {
          models: chat.models,
          system: chat.system ?? params.system,
          tags: meta.tags ?? chat.tags,
          pinned: element.pinned === true ? true : undefined,
          folderId: element.folder_id,
        },
        cleaner,
      ),
      detailsOf(element, chat),
      { format: 'openwebui', cleaner },
    ),
  };
}

const PLACED = ['id', 'chat', 'title', 'created_at', 'archived', 'pinned', 'folder_id'];
const PLACED_CHAT = ['id', 'models', 'system', 'tags', 'timestamp', 'history', 'messages', 'currentId'];

function detailsOf(element: Fields, chat: Fields): Details {
  const own = chat === element ? undefined : restOf(element, [...PLACED, 'meta', 'current_message_id']);
  const meta = restOf(element.meta, ['tags']);
  const inner = chat === element ? undefined : [...PLACED_CHAT, ...(chat.title === element.title ? ['title'] : [])];
  return present({ ...own, meta, chat: restOf(chat, inner ?? [...PLACED_CHAT, ...PLACED]) });
}

type Told = Pick<
  ImportedConversation,
  'externalId' | 'earlierExternalIds' | 'messages' | 'activeLeafExternalId' | 'cutLinks'
>;

function saidIn({ element, chat }: { element: Fields; chat: Fields }, id: string | undefined, cleaner: Cleaner): Told {
  const tree = treeMessages(chat);
  if (tree !== undefined && (Object.keys(tree).length > 0 || !Array.isArray(chat.messages)))
    return fromTree(tree, { current: currentOf(element, chat), id, cleaner });
  const list: readonly unknown[] = Array.isArray(chat.messages) ? chat.messages : [];
  const converted = list.map((message) => messageOf(message, cleaner));
  const chain = chainOf(
    converted.filter((message): message is ConvertedMessage => message !== null),
    id,
  );
  if (chain.externalId === '') throw new ImportFault('NOT_A_CONVERSATION', 'has neither an id nor messages');
  // Ids of Open WebUI are unique, so they need no digest beside them.
  const externalId = id ?? chain.externalId;
  return { ...chain, externalId, activeLeafExternalId: null, cutLinks: 0 };
}

/** The message that the branch in use ends with; which member says so has changed over time. */
function currentOf(element: Fields, chat: Fields): string | undefined {
  const ofHistory = isFields(chat.history) ? chat.history.currentId : undefined;
  return [ofHistory, chat.currentId, element.current_message_id, chat.branchPointMessageId]
    .filter((id) => typeof id === 'string')
    .find((id) => id !== '');
}

function fromTree(
  tree: Fields,
  { current, id, cleaner }: { current: string | undefined; id: string | undefined; cleaner: Cleaner },
): Told {
  const nodes = new Map(Object.entries(tree).filter((entry): entry is [string, Fields] => isFields(entry[1])));
  const links = treeOf(
    new Map(
      [...nodes].map(([key, node]) => [key, { parent: stringOf(node.parentId), children: strings(node.childrenIds) }]),
    ),
  );
  const { messages, keptBy } = walk(links, (key) => messageOf(nodes.get(key), cleaner));
  const first = nodes.keys().next().value;
  const externalId = id ?? (first === undefined ? undefined : `tree of ${first}`);
  if (externalId === undefined) throw new ImportFault('NOT_A_CONVERSATION', 'has neither an id nor messages');
  return {
    externalId,
    messages,
    activeLeafExternalId: keptBy.get(current ?? '') ?? null,
    cutLinks: links.cutLinks,
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
