export { KeelsonChat, type SaveChat, type SaveChatMessage } from './chat.ts';
