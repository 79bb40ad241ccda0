/** Nothing but this file is loaded before the check: what is newer than the running Node would fail with words of its own. */
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** What to say to a Node that is too old; undefined for one that will do. */
export const nodeComplaint: string | undefined =
  major > 22 || (major === 22 && minor >= 18)
    ? undefined
    : `keelson needs Node 22.18 or newer; this is Node ${process.versions.node}. Install a newer Node and run it again.`;
