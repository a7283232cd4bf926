import type { Generated } from 'kysely';
import type { IdentityTables } from './identity-tables.ts';

/** The tables, as kysely sees them. Times are ms since epoch, flags 0 or 1, `…_json` holds JSON text. */
export interface Tables extends IdentityTables {
  device: {
    tenant: string;
    device: string;
    target: string;
    arch: string;
    labels_json: string;
    secret_hash: string;
    report_key: string;
    claimed_at_ms: number;
    seen_at_ms: number | null;
    is_online: number;
    desired_generation: number;
    reported_generation: number | null;
    inventory_json: string | null;
    host_json: string | null;
    removed_at_ms: number | null;
    /** The process that holds its session. */
    held_by: string | null;
    offline_since_ms: number | null;
  };
  server_process: { id: string; heard_at_ms: number };
  claim_token: {
    tenant: string;
    id: string;
    secret_hash: string;
    device: string | null;
    labels_json: string;
    created_at_ms: number;
    expires_at_ms: number;
    used_at_ms: number | null;
    used_by: string | null;
    used_report_key: string | null;
    is_reclaim: number;
    alarmed_at_ms: number | null;
  };
  release: {
    tenant: string;
    digest: string;
    app: string;
    version: string;
    release_counter: number;
    published_at_ms: number;
    signed_by_json: string;
    payload_json: string;
    content: string;
  };
  blob: { tenant: string; digest: string; size_bytes: number; created_at_ms: number };
  assignment: {
    tenant: string;
    device: string;
    app: string;
    release: string | null;
    version: string | null;
    release_counter: number;
    config_json: string;
    attempt: number;
    rollout: string | null;
    is_rollback: number;
    terms_json: string | null;
  };
  desired: { tenant: string; device: string; generation: number; envelope_json: string; expires_at_ms: number };
  desired_outbox: { tenant: string; device: string; generation: number; due_at_ms: number; tries: number };
  received_boot: {
    tenant: string;
    device: string;
    boot: string;
    up_to: number;
    heard_at_ms: number;
    /** Orders the starts of a device by when they were first heard. */
    ordinal: number;
  };
  received_run: { tenant: string; device: string; boot: string; seq: number; first_seq: number };
  workload: {
    tenant: string;
    device: string;
    app: string;
    state: string;
    variant: string | null;
    running_release: string | null;
    /** `null`: the app is gone, and what is older does not bring it back. */
    status_json: string;
    updated_at_ms: number;
    /** Where it was said: the start of the device, and the number in it. */
    boot_ordinal: number;
    seq: number;
  };
  /** Where a device last said the whole of what it runs: what is older is not shown any more. */
  workload_floor: { tenant: string; device: string; boot_ordinal: number; seq: number };
  /** From one process that serves this store to the others. */
  process_message: { id: Generated<number>; sender: string; at_ms: number; message_json: string };
  device_event: {
    id: Generated<number>;
    tenant: string;
    device: string;
    at_ms: number;
    severity: string;
    name: string;
    app: string | null;
    message: string;
  };
  usage_sample: UsageFigures & { from_ms: number; to_ms: number; release: string | null };
  usage_point: Omit<UsageFigures, 'cpu_share' | 'memory_bytes' | 'temperature_celsius'> & {
    resolution_ms: number;
    from_ms: number;
    /** Sums over time: divided by `weight_ms` they are means. */
    weight_ms: number;
    cpu_weighted: number;
    memory_weighted: number;
    temperature_weighted: number;
    temperature_weight_ms: number;
  };
  usage_latest: UsageFigures & { to_ms: number; release: string | null; figures_json: string | null };
  usage_total: { tenant: string; samples: number };
  rollout: {
    tenant: string;
    id: string;
    app: string;
    version: string;
    release: string;
    release_counter: number;
    selector: string;
    config_json: string;
    is_rollback: number;
    created_by: string;
    created_at_ms: number;
    reverts: string | null;
    reverted_by: string | null;
    state: string;
    header_json: string;
    revision: number;
    wake_at_ms: number | null;
    is_dynamic: number;
    terms_json: string | null;
    /** Until then one process writes its members. */
    leased_until_ms: number | null;
    /** 1 once an operator other than who made it has approved it. */
    is_seconded: number;
  };
  /** Members of a rollout that is being prepared, a batch a row, until they are rows of their own. */
  rollout_staged: { tenant: string; rollout: string; batch: number; members_json: string };
  rollout_member: {
    tenant: string;
    rollout: string;
    device: string;
    position: number;
    wave: number;
    state: string;
    release: string | null;
    attempt: number;
    generation: number;
    deployment: string | null;
    code: string | null;
    message: string | null;
    variant: string | null;
    updated_at_ms: number;
    deadline_at_ms: number | null;
    previous_release: string | null;
    previous_version: string | null;
    previous_config_json: string;
    target_json: string | null;
    /** Usage of the app on the device before it was assigned. */
    baseline_json: string | null;
  };
  operator: {
    tenant: string;
    id: string;
    name: string;
    role: string;
    /** Null: everything that the role allows. */
    scopes_json: string | null;
    created_by: string | null;
    secret_hash: string;
    created_at_ms: number;
    expires_at_ms: number | null;
    last_used_at_ms: number | null;
  };
  user_account: {
    tenant: string;
    name: string;
    role: string;
    source: string;
    subject: string | null;
    password_hash: string | null;
    created_at_ms: number;
    signed_in_at_ms: number | null;
  };
  operator_session: {
    secret_hash: string;
    tenant: string;
    kind: string;
    user_name: string | null;
    operator_id: string | null;
    created_at_ms: number;
    seen_at_ms: number;
    expires_at_ms: number;
  };
  sign_in_code: {
    code_hash: string;
    challenge: string;
    tenant: string;
    user_name: string;
    expires_at_ms: number;
  };
  audit: {
    id: Generated<number>;
    tenant: string;
    at_ms: number;
    operator: string;
    action: string;
    subject: string;
    detail_json: string;
    /** Place in the tenant's chain, from 1. */
    seq: number;
    previous: string;
    hash: string;
  };
  /** Where each tenant's chain ends, and where it begins if old entries were given up; both signed. */
  audit_head: {
    tenant: string;
    seq: number;
    hash: string;
    head_json: string | null;
    checkpoint_json: string | null;
  };
  tenant: { tenant: string; created_at_ms: number; created_by: string; settings_json: string };
  setting: { name: string; value: string };
  secret: {
    tenant: string;
    app: string;
    name: string;
    version: number;
    selector: string;
    set_by: string;
    set_at_ms: number;
    is_removed: number;
  };
  sealed_secret: {
    tenant: string;
    device: string;
    app: string;
    name: string;
    version: number;
    key_id: string;
    digest: string;
    sealed_json: string;
    at_ms: number;
  };
  publish_policy: { tenant: string; policy_json: string };
  secret_custody: {
    tenant: string;
    app: string;
    name: string;
    key_id: string;
    version: number;
    sealed_json: string;
  };
  trust_metadata: {
    tenant: string;
    role: string;
    version: number;
    content: string;
    expires_at_ms: number;
    created_at_ms: number;
    /** 1 for the highest version of its role. */
    is_newest: number;
  };
}

interface UsageFigures {
  tenant: string;
  device: string;
  /** Empty: the host. */
  app: string;
  cpu_share: number;
  memory_bytes: number;
  memory_peak_bytes: number;
  calls: number;
  errors: number;
  limits_hit: number;
  temperature_celsius: number | null;
  disk_used_bytes: number | null;
}
