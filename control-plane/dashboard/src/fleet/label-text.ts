import { type Labels, LIMITS, labels, type Outcome, refuse, succeed } from '@wherry/protocol';

/** Reads `site=berlin, ring=canary`. Code: invalid_body, with a sentence for the first thing that is wrong. */
export function readLabels(text: string): Outcome<Labels> {
  const pairs = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => part.split('=').map((side) => side.trim()));
  const broken = pairs.find((pair) => pair.length !== 2);
  if (broken)
    return refuse('invalid_body', `write each label as name=value; found ${JSON.stringify(broken.join('='))}`);
  if (pairs.length > LIMITS.labelsPerDevice)
    return refuse('invalid_body', `a device has at most ${LIMITS.labelsPerDevice} labels`);
  const parsed = labels.safeParse(Object.fromEntries(pairs));
  return parsed.success ? succeed(parsed.data) : refuse('invalid_body', firstMessage(parsed.error.issues));
}

/** A bad key hides the helpful sentence one level down. */
function firstMessage(issues: readonly object[]): string {
  const [issue] = issues as readonly {
    readonly message: string;
    readonly issues?: readonly { readonly message: string }[];
  }[];
  return issue?.issues?.[0]?.message ?? issue?.message ?? 'labels cannot be read';
}
