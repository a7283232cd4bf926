import { type Labels, LIMITS, type Outcome, RESERVED_SELECTOR_KEYS, refuse, succeed } from '@wherry/protocol';

/** Labels after a change: what is removed goes first, so that a name in both is set. Code: invalid_body. */
export function changeLabels(before: Labels, set: Labels, remove: readonly string[]): Outcome<Labels> {
  const reserved = Object.keys(set).find((name) => (RESERVED_SELECTOR_KEYS as readonly string[]).includes(name));
  if (reserved !== undefined)
    return refuse('invalid_body', `"${reserved}" is reserved for selectors; choose another label name`, {
      path: `/set/${reserved}`,
    });
  const kept = Object.entries(before).filter(([name]) => !remove.includes(name));
  const labels = Object.fromEntries([...kept, ...Object.entries(set)]);
  const count = Object.keys(labels).length;
  if (count > LIMITS.labelsPerDevice)
    return refuse('invalid_body', `a device has at most ${LIMITS.labelsPerDevice} labels; this would make ${count}`);
  return succeed(labels);
}
