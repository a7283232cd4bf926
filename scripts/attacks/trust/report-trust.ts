import { biteTrust } from './bite-trust.ts';
import type { TrustDefence } from './trust-defence.ts';

/** The bite of the defences of trust, as a table. Answers the exit code. */
export async function reportTrust(
  defences: readonly TrustDefence[],
  say: (line: string) => void,
  isJson: boolean,
): Promise<number> {
  say(`${'defence'.padEnd(30)} gets through without it`);
  const bitten = await biteTrust(defences);
  for (const { defence, survived } of bitten) {
    const how = survived === null ? `yes: ${defence.tampers.join('; ')}` : `NO: ${survived}`;
    say(`${defence.name.padEnd(30)} ${how.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
  }
  const survived = bitten.filter((one) => one.survived !== null).length;
  if (isJson) process.stdout.write(`${JSON.stringify({ defences: defences.length, survived })}\n`);
  else say(`${defences.length} defences, ${survived} of which nothing shows`);
  return survived === 0 ? 0 : 1;
}
