/** `append-process.ts URL USER CONVERSATION WRITERS TURNS NAME`: several writers append to one conversation at once. */
import process from 'node:process';
import { Conversations } from '@keelson/conversations';
import { openDatabase } from '@keelson/db-core';
import { say } from '../support/script.ts';
import { appendTogether } from './append-together.ts';

const [url = '', userId = '', conversationId = '', writers = '', turns = '', name = ''] = process.argv.slice(2);
const database = openDatabase({ url, env: {} });
const chats = new Conversations(database, userId);
const saved = await appendTogether(chats, { conversationId, writers: Number(writers), turns: Number(turns), name });
await database.close();
say(saved);
