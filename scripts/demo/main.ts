import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureSystemPackages } from '../system/packages.ts';
import { createNarrator } from './narrator.ts';
import { openStage } from './stage.ts';
import { tellStory } from './story.ts';

const HELP = `npm run demo -- [options]

Starts a control plane and six agents in a fresh folder, rolls a signed release out in three waves, then a faulty one that
halts by itself. Leaves the dashboard open until Ctrl-C.

  --once        end when the story is told; exit 0 if everything went as it should
  --json        the last line is one JSON object with what happened
  --port N      port of the dashboard (default: a free one)
  --keep        keep the folder with all data and logs
`;

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    port: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

ensureSystemPackages('demo');
const dir = mkdtempSync(join(tmpdir(), 'wherry-demo-'));
const narrator = createNarrator(values.json ? process.stderr : process.stdout);
const stage = await openStage({ dir, narrator, ...(values.port ? { httpPort: Number(values.port) } : {}) });
let isClosing = false;
const close = async () => {
  if (isClosing) return;
  isClosing = true;
  await stage.close();
  if (values.keep) narrator.say(`Everything is kept in ${dir}`);
  else rmSync(dir, { recursive: true, force: true });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => close().then(() => process.exit(signal === 'SIGINT' ? 0 : 143)));

let isOk = false;
try {
  const outcome = await tellStory(stage, narrator);
  isOk = outcome.ok;
  if (!values.once) {
    narrator.say(`The dashboard is at ${stage.controlPlane.http}`);
    narrator.say(`  operator token: ${stage.controlPlane.token}`);
    narrator.say('Ctrl-C ends everything.');
    await new Promise(() => setInterval(() => undefined, 60_000));
  }
  await close();
  if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
} catch (error) {
  narrator.say(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  narrator.say(`Logs are in ${dir}`);
  await stage.close();
  if (values.json) process.stdout.write(`${JSON.stringify({ ok: false, error: String(error) })}\n`);
}
process.exit(isOk ? 0 : 1);
