#!/usr/bin/env node
// Plain JavaScript, so that an old Node reads it and says one clear line instead of failing somewhere inside.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `keelson needs Node 22.18 or newer; this is Node ${process.versions.node}. Install a newer Node and run it again.`,
  );
  process.exitCode = 2;
} else {
  await import('../dist/main.js');
}
