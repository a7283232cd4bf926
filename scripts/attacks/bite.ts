import { makeAlteredCopy, type Replacement } from './altered-copy.ts';
import type { Result } from './attack.ts';
import { runSuite } from './suite.ts';

/** A defence, where it is, and the attack that it alone keeps out: without it the attack must succeed, or the attack proves nothing. */
export interface Defence {
  readonly name: string;
  readonly attack: string;
  readonly replacements: readonly Replacement[];
}

export interface Bitten {
  readonly bites: boolean;
  readonly result: Result;
}

/** Succeeded means seen to succeed: an unclear outcome is no bite. */
export async function runWithout(defence: Defence): Promise<Bitten> {
  const copy = makeAlteredCopy(defence.replacements);
  try {
    const [result] = await runSuite({ names: [defence.attack], onResult: () => {}, main: copy.main });
    if (result === undefined) throw new Error(`${defence.attack} did not run`);
    return { bites: result.verdict === 'escaped' || result.down !== null, result };
  } finally {
    copy.remove();
  }
}

/** All pairs, as a table. Answers the exit code. */
export async function bite(
  defences: readonly Defence[],
  say: (line: string) => void,
  isJson: boolean,
): Promise<number> {
  say(`${'defence'.padEnd(26)} ${'attack'.padEnd(30)} succeeded without it`);
  const blunt: string[] = [];
  for (const defence of defences) {
    const { bites, how } = await runWithout(defence).then(
      ({ bites, result }) => ({ bites, how: result.why ?? result.down ?? result.outcome }),
      (error: Error) => ({ bites: false, how: error.message }),
    );
    if (!bites) blunt.push(defence.name);
    const line = how.replaceAll(/\s+/g, ' ').slice(0, 110);
    say(`${defence.name.padEnd(26)} ${defence.attack.padEnd(30)} ${bites ? 'yes' : 'NO'}: ${line}`);
  }
  if (isJson) process.stdout.write(`${JSON.stringify({ defences: defences.length, blunt })}\n`);
  return blunt.length === 0 ? 0 : 1;
}
