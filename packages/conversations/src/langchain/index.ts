export { KeelsonChatMessageHistory } from './history.ts';
