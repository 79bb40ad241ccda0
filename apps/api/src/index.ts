export type { Authenticate, Principal } from './access.ts';
export * from './errors.ts';
export { createLogger, type KeptLines, keptLines, logDatabaseEvents, type LoggerOptions } from './logging.ts';
export { renderOpenApi } from './openapi.ts';
export { registerApi } from './register.ts';
export { createServer, type ServerOptions } from './server.ts';
export { type CloseOptions, type RunningServer, type StartOptions, startServer } from './start.ts';
export { stopSignal } from './stop-signal.ts';
