/** Why the guard closed a connection. A closed list: metrics count by it, tests assert it. */
export const VIOLATIONS = [
  'too_many_connections',
  'tls_failed',
  'connect_late',
  'first_not_connect',
  'second_connect',
  'connect_too_large',
  'packet_too_large',
  'malformed_length',
  'malformed_packet',
  'version_unsupported',
  'qos_refused',
  'forbidden_text',
  'forbidden_topic',
  'not_authenticated',
] as const;
export type Violation = (typeof VIOLATIONS)[number];
