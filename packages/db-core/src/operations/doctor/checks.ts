import { archiving } from './archiving.ts';
import { clocks } from './clocks.ts';
import { connections } from './connections.ts';
import type { Check } from './contract.ts';
import { disk } from './disk.ts';
import { fileLock } from './file-lock.ts';
import { files } from './files.ts';
import { integrity } from './integrity.ts';
import { migrations } from './migrations.ts';
import { pages } from './pages.ts';
import { replicas } from './replicas.ts';
import { rowSecurity } from './row-security.ts';
import { schema } from './schema.ts';
import { secrets } from './secrets.ts';
import { serverSettings } from './server-settings.ts';
import { sessions } from './sessions.ts';
import { slots } from './slots.ts';
import { staleLocks } from './stale-locks.ts';
import { vacuum } from './vacuum.ts';
import { validity } from './validity.ts';
import { writeAheadLog } from './write-ahead-log.ts';

/** In the order in which they are looked at: what may go wrong by itself first, what reads much last. */
export const checks: readonly Check[] = [
  files,
  disk,
  staleLocks,
  fileLock,
  writeAheadLog,
  migrations,
  schema,
  rowSecurity,
  secrets,
  clocks,
  replicas,
  serverSettings,
  connections,
  archiving,
  sessions,
  slots,
  vacuum,
  validity,
  pages,
  integrity,
];
