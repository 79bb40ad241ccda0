import type { Checkpoint, CheckpointMetadata, SerializerProtocol } from '@langchain/langgraph-checkpoint';
import { dataIn } from './data.ts';
import type { WriteRow } from '../repositories/checkpoint-write.repository.ts';
import { indexOfWrite, type Place } from './keys.ts';
import type { Packed, PackedEntry } from './packed.ts';
import { load } from './serialized.ts';

/** What the state of a row says. */
export interface State {
  readonly checkpoint: Omit<Checkpoint, 'channel_values'>;
  readonly metadata: CheckpointMetadata;
  /** The values in this row, in their order. */
  readonly stored: readonly PackedEntry[];
  /** Of other channels the id of the checkpoint whose row has the value. */
  readonly carried: Readonly<Record<string, string>>;
}

export interface CheckpointRow {
  readonly id: string;
  readonly thread_id: string;
  readonly checkpoint_ns: string;
  readonly checkpoint_id: string;
  readonly parent_checkpoint_id: string | null;
  readonly type: string;
  readonly state: string | null;
  readonly state_bytes: Uint8Array | null;
  readonly channel_values: string | null;
  readonly channel_values_bytes: Uint8Array | null;
}

/** Of a task, without what only the database needs. */
export type Write = Omit<WriteRow, 'created_at'>;

/** Among checkpoints: the columns of one that a write has are said where it is read. */
export function writeIn(row: CheckpointRow): Write {
  return {
    id: row.id,
    task_id: row.thread_id,
    task_path: row.checkpoint_ns,
    idx: indexOfWrite(row.id),
    channel: row.checkpoint_id,
    type: row.type,
    data: row.state,
    data_bytes: row.state_bytes,
  };
}

/** A row with what its state says. */
export interface Stored {
  readonly key: string;
  readonly place: Place;
  readonly id: string;
  readonly parentId: string | null;
  readonly state: State;
  readonly values: Packed;
}

export async function readRow(serde: SerializerProtocol, row: CheckpointRow): Promise<Stored> {
  const id = row.checkpoint_id;
  const state = (await load(serde, { type: row.type, data: dataIn(row.state, row.state_bytes) })) as State;
  return {
    key: row.id,
    place: { threadId: row.thread_id, namespace: row.checkpoint_ns, checkpointId: id },
    id,
    parentId: row.parent_checkpoint_id,
    state,
    values: { entries: state.stored, data: dataIn(row.channel_values, row.channel_values_bytes) },
  };
}
