import { machineFacts } from './machine.ts';
import { SUITES } from './suites.ts';

const WRONG_USE = 2;

async function main([name, ...rest]: readonly string[]): Promise<void> {
  if (!name || name === '--help' || name === '-h') {
    process.stdout.write(await help());
    return;
  }
  const load = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
  if (!load) {
    process.stderr.write(`bench: there is no suite ${name}. Choose one of: ${Object.keys(SUITES).join(', ')}\n`);
    process.exitCode = WRONG_USE;
    return;
  }
  const suite = await load();
  if (rest.includes('--help')) {
    process.stdout.write(`npm run -s bench -- ${name} [options]\n\n${suite.describe}\n\n${suite.help}`);
    return;
  }
  const isJson = rest.includes('--json');
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const report = await suite.run(
    rest.filter((arg) => arg !== '--json'),
    say,
  );
  const whole = { suite: name, machine: machineFacts(), ...report };
  if (isJson) process.stdout.write(`${JSON.stringify(whole)}\n`);
  else process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
}

async function help(): Promise<string> {
  const lines = ['npm run -s bench -- SUITE [options]', '', 'Measures, and prints what was measured as JSON.', ''];
  for (const [name, load] of Object.entries(SUITES)) lines.push(`  ${name.padEnd(10)} ${(await load()).describe}`);
  lines.push('', '  --json     on one line; progress is on stderr', '  --help     after a suite: its own options', '');
  return lines.join('\n');
}

await main(process.argv.slice(2));
