export { describeEngine, describeEngines, type EngineContext } from './engines.ts';
export { startPostgresServer, type TestServer, type TestServerOptions } from './postgres-server.ts';
export { type ReplicatedServer, startReplicatedServer, type TestReplica } from './postgres-replicated.ts';
export type { RawConnection } from './raw.ts';
export type { FreshOptions, TestOpenOptions } from './workbench.ts';
export { tenantTables } from './tenant-tables.ts';
export type { TableDescription } from '../schema/description.ts';
export { planOf } from './plans.ts';
export type { StatementPlan as QueryPlan } from '../operations/inspect/plan.ts';
