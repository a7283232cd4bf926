import { generateKeyPairSync } from 'node:crypto';
import { createOutboxCycle } from '@wherry/agent/testing/outbox-cycle';

/**
 * A process of its own: puts a report into the agent's real outbox, signs it as the link does, and takes it out as an acknowledgement
 * does, so many times; prints now and then what memory it has after its garbage was collected. Arguments: folder, cycles.
 */
const [folder = '', cycles = '0'] = process.argv.slice(2);
const READINGS = 200;
const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('start node with --expose-gc');

const { privateKey } = generateKeyPairSync('ed25519');
const cycle = createOutboxCycle(folder, privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'));
const total = Number(cycles);
const every = Math.max(1, Math.floor(total / READINGS));
const readings: { cycle: number; rssBytes: number }[] = [];
for (let at = 1; at <= total; at++) {
  cycle.once(at);
  if (at % every !== 0) continue;
  collect();
  readings.push({ cycle: at, rssBytes: process.memoryUsage.rss() });
}
cycle.close();
process.stdout.write(`${JSON.stringify(readings)}\n`);
