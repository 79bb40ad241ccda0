export { KeelsonSaver, type KeelsonSaverOptions } from './saver.ts';
