import { isIP } from 'node:net';

/**
 * How the connection to PostgreSQL is secured. `disable`: not at all. `require`: encrypted, the server's identity
 * unchecked. `verify-ca`: its certificate must come from a trusted authority. `verify-full`: and name the host.
 */
export const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

export interface SslConfig {
  readonly mode: SslMode;
  /** Absolute paths of PEM files, seen to be readable when the configuration was loaded. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** Does traffic to this host stay on the machine? */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name.startsWith('/')) return true;
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}
