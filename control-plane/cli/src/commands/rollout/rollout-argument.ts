import { rolloutId } from '@wherry/protocol';
import { misused } from '../../failure.ts';

export function parseRolloutId(text: string) {
  const id = rolloutId.safeParse(text.toLowerCase());
  if (!id.success) throw misused(`${JSON.stringify(text)} is not the id of a rollout: "wherry rollout ls" shows them`);
  return id.data;
}
