import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely } from 'kysely';

/** What the dialects write differently; each adapter gives its own. */
export interface DialectTraits {
  /** Makes an integer column the primary key that the database numbers. */
  readonly numbered: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
}

type Type = 'text' | 'integer' | 'bigint' | 'real';
type Columns = Readonly<Record<string, Type | `${Type}?`>>;

export async function begin(db: Kysely<unknown>, traits: DialectTraits): Promise<void> {
  await makeFleet(db);
  await makeReleases(db);
  await makeReported(db, traits);
  await makeUsage(db);
  await makeRollouts(db);
  await makeAccess(db, traits);
}

async function makeFleet(db: Kysely<unknown>): Promise<void> {
  await table(db, 'device', ['tenant', 'device'], {
    tenant: 'text',
    device: 'text',
    target: 'text',
    arch: 'text',
    labels_json: 'text',
    secret_hash: 'text',
    report_key: 'text',
    claimed_at_ms: 'bigint',
    seen_at_ms: 'bigint?',
    is_online: 'integer',
    desired_generation: 'bigint',
    reported_generation: 'bigint?',
    inventory_json: 'text?',
    host_json: 'text?',
    removed_at_ms: 'bigint?',
  });
  await table(db, 'claim_token', ['id'], {
    tenant: 'text',
    id: 'text',
    secret_hash: 'text',
    device: 'text?',
    labels_json: 'text',
    created_at_ms: 'bigint',
    expires_at_ms: 'bigint',
    used_at_ms: 'bigint?',
    used_by: 'text?',
    used_report_key: 'text?',
  });
  await table(db, 'assignment', ['tenant', 'device', 'app'], {
    tenant: 'text',
    device: 'text',
    app: 'text',
    release: 'text?',
    version: 'text?',
    release_counter: 'bigint',
    config_json: 'text',
    attempt: 'integer',
    rollout: 'text?',
    is_rollback: 'integer',
  });
  await index(db, 'assignment', ['tenant', 'app']);
  await table(db, 'desired', ['tenant', 'device'], {
    tenant: 'text',
    device: 'text',
    generation: 'bigint',
    envelope_json: 'text',
    expires_at_ms: 'bigint',
  });
  await index(db, 'desired', ['expires_at_ms']);
  await table(db, 'desired_outbox', ['tenant', 'device'], {
    tenant: 'text',
    device: 'text',
    generation: 'bigint',
    due_at_ms: 'bigint',
    tries: 'integer',
  });
  await index(db, 'desired_outbox', ['due_at_ms']);
}

async function makeReleases(db: Kysely<unknown>): Promise<void> {
  await table(db, 'release', ['tenant', 'digest'], {
    tenant: 'text',
    digest: 'text',
    app: 'text',
    version: 'text',
    release_counter: 'bigint',
    published_at_ms: 'bigint',
    signed_by_json: 'text',
    payload_json: 'text',
    envelope_json: 'text',
  });
  await index(db, 'release', ['tenant', 'app', 'version'], true);
  await index(db, 'release', ['tenant', 'app', 'release_counter'], true);
  await index(db, 'release', ['tenant', 'published_at_ms']);
  await table(db, 'publisher_key', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    name: 'text',
    key: 'text',
    created_at_ms: 'bigint',
  });
  await table(db, 'blob', ['tenant', 'digest'], {
    tenant: 'text',
    digest: 'text',
    size_bytes: 'bigint',
    created_at_ms: 'bigint',
  });
}

async function makeReported(db: Kysely<unknown>, traits: DialectTraits): Promise<void> {
  await table(db, 'received_boot', ['tenant', 'device', 'boot'], {
    tenant: 'text',
    device: 'text',
    boot: 'text',
    up_to: 'bigint',
    heard_at_ms: 'bigint',
  });
  await index(db, 'received_boot', ['heard_at_ms']);
  await table(db, 'received_run', ['tenant', 'device', 'boot', 'seq'], {
    tenant: 'text',
    device: 'text',
    boot: 'text',
    seq: 'bigint',
    first_seq: 'bigint',
  });
  await table(db, 'workload', ['tenant', 'device', 'app'], {
    tenant: 'text',
    device: 'text',
    app: 'text',
    state: 'text',
    variant: 'text?',
    running_release: 'text?',
    status_json: 'text',
    updated_at_ms: 'bigint',
  });
  await index(db, 'workload', ['tenant', 'running_release']);
  await table(
    db,
    'device_event',
    [],
    {
      tenant: 'text',
      device: 'text',
      at_ms: 'bigint',
      severity: 'text',
      name: 'text',
      app: 'text?',
      message: 'text',
    },
    traits,
  );
  await index(db, 'device_event', ['tenant', 'device', 'id']);
  await index(db, 'device_event', ['at_ms']);
}

async function makeUsage(db: Kysely<unknown>): Promise<void> {
  const figures = {
    memory_peak_bytes: 'bigint',
    calls: 'bigint',
    errors: 'bigint',
    limits_hit: 'bigint',
    disk_used_bytes: 'real?',
  } as const;
  const measured = { ...figures, cpu_share: 'real', memory_bytes: 'real', temperature_celsius: 'real?' } as const;
  const key = { tenant: 'text', device: 'text', app: 'text' } as const;
  await table(db, 'usage_sample', ['tenant', 'device', 'app', 'to_ms'], {
    ...key,
    from_ms: 'bigint',
    to_ms: 'bigint',
    release: 'text?',
    ...measured,
  });
  await index(db, 'usage_sample', ['to_ms']);
  await table(db, 'usage_latest', ['tenant', 'device', 'app'], {
    ...key,
    to_ms: 'bigint',
    release: 'text?',
    ...measured,
  });
  await table(db, 'usage_point', ['tenant', 'device', 'app', 'resolution_ms', 'from_ms'], {
    ...key,
    resolution_ms: 'bigint',
    from_ms: 'bigint',
    weight_ms: 'bigint',
    cpu_weighted: 'real',
    memory_weighted: 'real',
    temperature_weighted: 'real',
    temperature_weight_ms: 'bigint',
    ...figures,
  });
  await index(db, 'usage_point', ['resolution_ms', 'from_ms']);
  await table(db, 'usage_total', ['tenant'], { tenant: 'text', samples: 'bigint' });
}

async function makeRollouts(db: Kysely<unknown>): Promise<void> {
  await table(db, 'rollout', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    app: 'text',
    version: 'text',
    release: 'text',
    release_counter: 'bigint',
    selector: 'text',
    config_json: 'text',
    is_rollback: 'integer',
    created_by: 'text',
    created_at_ms: 'bigint',
    reverts: 'text?',
    reverted_by: 'text?',
    state: 'text',
    header_json: 'text',
    revision: 'bigint',
  });
  await index(db, 'rollout', ['state']);
  await table(db, 'rollout_member', ['tenant', 'rollout', 'device'], {
    tenant: 'text',
    rollout: 'text',
    device: 'text',
    position: 'integer',
    wave: 'integer',
    state: 'text',
    release: 'text?',
    attempt: 'integer',
    generation: 'bigint',
    deployment: 'text?',
    code: 'text?',
    message: 'text?',
    variant: 'text?',
    updated_at_ms: 'bigint',
    deadline_at_ms: 'bigint?',
    previous_release: 'text?',
    previous_version: 'text?',
    previous_config_json: 'text',
    target_json: 'text?',
  });
  await index(db, 'rollout_member', ['tenant', 'rollout', 'position'], true);
  await index(db, 'rollout_member', ['tenant', 'rollout', 'state', 'wave', 'position']);
  await index(db, 'rollout_member', ['tenant', 'device', 'state']);
  await index(db, 'rollout_member', ['deadline_at_ms']);
}

async function makeAccess(db: Kysely<unknown>, traits: DialectTraits): Promise<void> {
  await table(db, 'operator', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    name: 'text',
    role: 'text',
    secret_hash: 'text',
    created_at_ms: 'bigint',
    expires_at_ms: 'bigint?',
    last_used_at_ms: 'bigint?',
  });
  await index(db, 'operator', ['secret_hash'], true);
  const audit = {
    tenant: 'text',
    at_ms: 'bigint',
    operator: 'text',
    action: 'text',
    subject: 'text',
    detail_json: 'text',
  } as const;
  await table(db, 'audit', [], audit, traits);
  await index(db, 'audit', ['tenant', 'id']);
  await table(db, 'setting', ['name'], { name: 'text', value: 'text' });
}

async function table(
  db: Kysely<unknown>,
  name: string,
  key: readonly string[],
  columns: Columns,
  numbered?: DialectTraits,
): Promise<void> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(name);
  if (numbered) builder = builder.addColumn('id', 'integer', numbered.numbered);
  for (const [column, type] of Object.entries(columns)) {
    const isNullable = type.endsWith('?');
    const plain = (isNullable ? type.slice(0, -1) : type) as Type;
    builder = builder.addColumn(column, plain, (definition) => (isNullable ? definition : definition.notNull()));
  }
  if (key.length > 0) builder = builder.addPrimaryKeyConstraint(`${name}_key`, [...key] as never);
  await builder.execute();
}

async function index(db: Kysely<unknown>, name: string, columns: readonly string[], isUnique = false): Promise<void> {
  const builder = db.schema
    .createIndex(`${name}_by_${columns.join('_')}`)
    .on(name)
    .columns([...columns]);
  await (isUnique ? builder.unique() : builder).execute();
}
