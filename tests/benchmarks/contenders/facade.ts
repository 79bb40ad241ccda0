import { Conversations, type Conversation, type JsonObject, type Message } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import type { MaybePromise } from '../rounds.ts';

export interface Said {
  readonly conversationId: string;
  readonly content: string;
  readonly requestId: string;
  readonly metadata: JsonObject;
}

/** A part of the domain's facade, for those who compare with it. */
export interface Facade {
  getConversation(userId: string, id: string): MaybePromise<Conversation>;
  /** The first page of a conversation. */
  getMessages(userId: string, conversationId: string): MaybePromise<readonly Message[]>;
  saveUserMessage(userId: string, message: Said): MaybePromise<Message>;
  close(): MaybePromise<void>;
}

/** The whole way: input checked by zod, the domain's rules, guard, decoding, and the domain's own objects. */
export async function conversationsFacade(url: string): Promise<Facade> {
  const database = openDatabase({ url, env: {} });
  await database.initialize();
  const facades = new Map<string, Conversations>();
  const of = (userId: string): Conversations => {
    const known = facades.get(userId);
    if (known !== undefined) return known;
    const facade = new Conversations(database, userId);
    facades.set(userId, facade);
    return facade;
  };

  return {
    getConversation: (userId, id) => of(userId).getConversation(id),
    getMessages: async (userId, conversationId) => (await of(userId).getMessages({ conversationId })).items,
    saveUserMessage: (userId, message) => of(userId).saveUserMessage(message),
    close: () => database.close(),
  };
}
