import { readFileSync } from 'node:fs';
import { createEffects } from '../src/shell/effects.ts';
import { faultsOf } from '../src/shell/faults.ts';
import { never, openTufDevice } from './tuf-device.ts';

/** One refresh in a process of its own, which a test may end at any effect. */
const [folder = '', factory = '', url = '', path = ''] = process.argv.slice(2);
const updater = openTufDevice(folder, readFileSync(factory), url, { effects: createEffects(faultsOf(process.env)) });
await updater.refresh([path], never);
