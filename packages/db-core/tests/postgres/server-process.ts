import { startPostgresServer } from '../../src/testing/postgres-server.ts';

// A process with a test server, for tests that end it in different ways.
const { url, folder } = await startPostgresServer();
process.stdout.write(`${JSON.stringify({ url, folder })}\n`);
setInterval(() => undefined, 1000);
