#!/usr/bin/env node
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Before anything native is loaded, which may end an older Node without a word.
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `The Keelson API needs Node 22.18 or newer; this is Node ${process.versions.node}. Install a newer Node and run it again.\n`,
  );
  process.exitCode = 2;
} else {
  // What was compiled once is kept (in the folder for temporary files): starting takes half the time from then on.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { serve } = await import('./serve.ts');
  process.exitCode = await serve();
}
