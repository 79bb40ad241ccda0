/** A metric: what it is called, and what it says. */
export interface MetricDefinition {
  /** As Prometheus writes it, with the unit: `db_client_operation_duration_seconds`. */
  readonly name: string;
  /** `counter`: only grows. `gauge`: is as it is now. `histogram`: times, in classes. */
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What it says, in one sentence. */
  readonly help: string;
  /** Names of its labels. Each has few values: a user or an id is none. */
  readonly labels: readonly string[];
  /** Where the name comes from, when it is OpenTelemetry's: `db.client.operation.duration`. */
  readonly semantic?: string;
}

/** One figure of a metric. */
export interface Sample {
  readonly metric: MetricDefinition;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Something that has figures when it is asked: a pool, a queue, a cache, a replica. */
export interface MetricSource {
  readonly metrics: readonly MetricDefinition[];
  /** Counters give their sum since the beginning, gauges what is now. A label that is not given is left out. */
  collect(): readonly Sample[] | Promise<readonly Sample[]>;
}
