/**
 * The closed list of codes that people and programs see. A code never changes its meaning; a sentence may.
 * Groups: input (what was sent is wrong), access, state (right, but not now), trust, admission, device, internal.
 */
export const ERROR_CODES = [
  // input
  'invalid_body',
  'invalid_query',
  'invalid_manifest',
  'invalid_selector',
  'invalid_topic',
  'invalid_message',
  'invalid_quantity',
  'payload_too_large',
  'digest_mismatch',
  'length_mismatch',
  // access
  'unauthenticated',
  'forbidden',
  'not_found',
  'claim_token_invalid',
  'claim_token_used',
  'claim_token_expired',
  'certificate_needed',
  'certificate_revoked',
  'approval_needed',
  'device_quarantined',
  'wrong_authority',
  'insecure_listener',
  'rate_limited',
  // state
  'conflict',
  'already_exists',
  'not_allowed_in_state',
  'own_approval',
  'audit_broken',
  'no_devices_match',
  'release_unknown',
  'blob_missing',
  'version_not_higher',
  // trust
  'signature_missing',
  'signature_invalid',
  'key_unknown',
  'envelope_malformed',
  'wrong_device',
  'generation_lower',
  'expired',
  'quarantined',
  // trust: the update framework; most are named after the attack
  'metadata_malformed',
  'arbitrary_software',
  'rollback_attack',
  'freeze_attack',
  'mix_and_match',
  'equivocation',
  'root_gap',
  'too_many_roots',
  'endless_data',
  'slow_retrieval',
  'foreign_redirect',
  'encoding_refused',
  'delegation_cycle',
  'delegation_diamond',
  'too_many_delegations',
  'path_escape',
  'target_unknown',
  'outside_delegation',
  'release_disagrees',
  'below_floor',
  'wrong_target',
  'trust_lost',
  // admission and fitting a device
  'module_malformed',
  'module_too_large',
  'feature_refused',
  'import_refused',
  'capability_denied',
  'memory_above_limit',
  'no_runtime',
  'wrong_platform',
  'limit_above_device',
  'isolation_below',
  'no_variant_fits',
  'hardware_missing',
  'hardware_busy',
  'secret_missing',
  'secret_unreadable',
  'secret_rolled_back',
  'evidence_missing',
  'evidence_invalid',
  'evidence_untrusted',
  // device life
  'download_failed',
  'disk_full',
  'start_failed',
  'self_test_failed',
  'agent_not_confirmed',
  'crash_loop',
  'health_failed',
  'wall_limit',
  'cpu_limit',
  'fuel_limit',
  'memory_limit',
  'guest_error',
  'too_many_transitions',
  'outside_window',
  'metered_forbidden',
  'download_budget_spent',
  'storage_damaged',
  'storage_read_only',
  // device life, as the control plane sees it during the soak
  'went_offline',
  'memory_regression',
  'cpu_regression',
  // ours
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One thing that is wrong and what to do about it. `path` is a JSON pointer, `line` and `column` count from 1. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
}

/** An expected outcome: a value, or the problems that prevented it. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function succeed<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refuse(
  code: ErrorCode,
  message: string,
  where: Omit<Problem, 'code' | 'message'> = {},
): Outcome<never> {
  return { ok: false, problems: [{ code, message, ...where }] };
}

/** An exception with a code: for what a caller cannot go on from. */
export class WherryError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WherryError';
    this.code = code;
  }
}
