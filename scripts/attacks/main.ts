import { parseArgs } from 'node:util';
import { ensureSystemPackages } from '../system/packages.ts';
import type { Result } from './attack.ts';
import { bite, runWithout } from './bite.ts';
import { attackNames } from './catalogue.ts';
import { DEFENCES } from './defences.ts';
import { runSuite } from './suite.ts';
import { reportTrust } from './trust/report-trust.ts';
import { TRUST_DEFENCES } from './trust/trust-defences.ts';

const HELP = `npm run attacks -- [options] [name…]

Delivers hostile guests, as signed releases, to real agent processes, and looks whether one gets out or takes the agent down.
Exit 0 when all were held.

  --json               the last line is {"attacks":N,"escaped":N,"agent_down":N}
  --list               names and what each tries
  --without DEFENCE    take one defence out of a copy of the agent; exit 0 when its attack then succeeds
  --bite               the same for every defence, as a table; exit 1 when one attack fails without its defence
  --trust              the same for signatures, versions, delegations, desired states and their kin: each defence is taken out of a
                       copy, and the tampers that it keeps out must get through there (with names: for these defences)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    without: { type: 'string' },
    bite: { type: 'boolean', default: false },
    trust: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`);

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.trust) return trust(positionals);
  if (values.list) return list();
  ensureSystemPackages('test');
  if (values.bite) return bite(DEFENCES, say, values.json);
  if (values.without !== undefined) return without(values.without);
  const names = positionals.length > 0 ? positionals : attackNames();
  const results = await runSuite({ names, onResult: (result) => say(lineOf(result)) });
  const escaped = results.filter(({ verdict }) => verdict !== 'held').length;
  const down = results.filter((result) => result.down !== null).length;
  if (values.json) process.stdout.write(`${JSON.stringify({ attacks: results.length, escaped, agent_down: down })}\n`);
  else say(`${results.length} attacks, ${escaped} escaped, ${down} took the agent down`);
  return escaped + down === 0 ? 0 : 1;
}

async function list(): Promise<number> {
  const { loadAttack } = await import('./catalogue.ts');
  const rows = await Promise.all(attackNames().map(async (name) => ({ name, ...(await loadAttack(name)) })));
  if (values.json) process.stdout.write(`${JSON.stringify(rows.map(({ name, tries }) => ({ name, tries })))}\n`);
  else for (const { name, tries } of rows) say(`${name.padEnd(30)} ${tries}`);
  return 0;
}

async function without(name: string): Promise<number> {
  const defence = DEFENCES.find((each) => each.name === name);
  if (defence === undefined) {
    process.stderr.write(`there is no defence ${name}; there are: ${DEFENCES.map((each) => each.name).join(', ')}\n`);
    return 2;
  }
  const bitten = await runWithout(defence);
  say(`without ${name}: ${lineOf(bitten.result)}`);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ defence: name, attack: defence.attack, bites: bitten.bites })}\n`);
  return bitten.bites ? 0 : 1;
}

function trust(names: readonly string[]): Promise<number> | number {
  const unknown = names.find((name) => !TRUST_DEFENCES.some((each) => each.name === name));
  if (unknown !== undefined) {
    process.stderr.write(
      `there is no defence ${unknown}; there are: ${TRUST_DEFENCES.map((each) => each.name).join(', ')}\n`,
    );
    return 2;
  }
  const chosen = TRUST_DEFENCES.filter(({ name }) => names.length === 0 || names.includes(name));
  return reportTrust(chosen, say, values.json);
}

function lineOf({ name, verdict, outcome, why, down, durationMs }: Result): string {
  const notes = [why, down === null ? null : `DOWN: ${down}`].filter((note) => note !== null).join('; ');
  return `${verdict.padEnd(8)} ${name.padEnd(30)} ${String(durationMs).padStart(6)} ms  ${oneLine(outcome)}${notes ? `  ← ${oneLine(notes)}` : ''}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 240);
}

process.exitCode = await main();
