export * from './as-keelson-error.ts';
export * from './change-errors.ts';
export * from './connection-errors.ts';
export * from './data-errors.ts';
export * from './keelson-error.ts';
export * from './migration-errors.ts';
export * from './statement-errors.ts';
export * from './transaction-errors.ts';
