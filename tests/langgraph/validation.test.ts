import { KeelsonSaver } from '@keelson/conversations/langgraph';
import type { Database } from '@keelson/db-core';
import { describeEngines } from '@keelson/db-core/testing';
import {
  type CheckpointSaverTestInitializer,
  deltaChannelHistoryTests,
  specTest,
} from '@langchain/langgraph-checkpoint-validation';

/** LangGraph's own tests of checkpointers, all of them and as they are. Every case has a user of its own. */
describeEngines('a checkpointer', (context) => {
  let database: Database;
  let users = 0;

  const initializer: CheckpointSaverTestInitializer<KeelsonSaver> = {
    checkpointerName: 'KeelsonSaver',
    beforeAll: async () => {
      database ??= await context.open();
    },
    beforeAllTimeout: 120_000,
    createCheckpointer: () => new KeelsonSaver(database, `user ${(users += 1)}`),
  };
  specTest(initializer);
  // Not part of the above, because savers inherit what it tests.
  deltaChannelHistoryTests(initializer);
});
