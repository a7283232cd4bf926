import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Operator, seatOperator } from './operator.ts';

/** The app `cam`, which is published and never run, and the machines of the people who publish it. */
const EMPTY_MODULE = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const TERMS = 'variants:\n  - wasm: { module: cam.wasm, abi: assemblyscript }\ntriggers:\n  - start\n';

export function writeCam({ shell: { folder } }: Operator, version: string, more = ''): void {
  mkdirSync(join(folder, 'cam'), { recursive: true });
  writeFileSync(join(folder, 'cam/cam.wasm'), EMPTY_MODULE);
  writeFileSync(join(folder, 'cam/wherry.yaml'), `app: cam\nversion: ${version}\n${TERMS}${more}`);
}

export async function publishCam(operator: Operator, version: string, ...more: string[]): Promise<void> {
  writeCam(operator, version);
  await operator.ok('publish', 'cam', ...more);
}

/** Another machine of the same people: their keys and, only if told, what is known of the repository. */
export function anotherMachine({ file }: Operator, ...options: 'knows'[]): Operator {
  const own = seatOperator();
  cpSync(file('.config'), own.file('.config'), { recursive: true });
  if (!options.includes('knows'))
    rmSync(own.file('.config/wherry/keys/repositories'), { recursive: true, force: true });
  return own;
}
