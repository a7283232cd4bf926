import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_APP } from '@wherry/protocol';
import { writeArchive } from '../../src/archive.ts';

/** Releases of the agent that are the installed one under another number, but for what they do when they are to run. */
const INSTALLED = '/opt/wherry/current/bin/wherry-agent';
export const SOUND = `exec ${INSTALLED} "$@"`;
/** It stands still, and does not make the test wait for the ten minutes of the unit: see sd_notify(3). */
export const HANGS = 'systemd-notify WATCHDOG_USEC=1000000; exec sleep 600';

const TARGET = 'generic-x64';
const HEALTH = { after: '0s', every: '200ms', failures: 2, soak: '500ms' };

/** Writes what `wherry publish` takes into a folder. */
export async function writeVersion(folder: string, version: string, runs: string): Promise<void> {
  const name = `${AGENT_APP}-${version}-${TARGET}`;
  const write = (file: string, text: string, mode = 0o644) => writeFileSync(join(folder, name, file), text, { mode });
  mkdirSync(join(folder, name, 'bin'), { recursive: true });
  write('about', `WHERRY_VERSION=${version}\nWHERRY_TARGET=${TARGET}\n`);
  write('package.json', JSON.stringify({ name: AGENT_APP, version }));
  write('bin/wherry-agent', `#!/bin/sh\ncase $1 in run) ${runs} ;; *) ${SOUND} ;; esac\n`, 0o755);
  await writeArchive(join(folder, name), join(folder, `${name}.tar.gz`));
  const variants = [{ agent: { archive: `${name}.tar.gz`, target: TARGET } }];
  writeFileSync(join(folder, 'wherry.yaml'), JSON.stringify({ app: AGENT_APP, version, variants, health: HEALTH }));
}
