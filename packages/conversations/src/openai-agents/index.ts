export { KeelsonSession } from './session.ts';
