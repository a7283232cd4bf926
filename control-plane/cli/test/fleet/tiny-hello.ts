import { mkdirSync, writeFileSync } from 'node:fs';
import { tinyModule } from '@wherry/agent/testing/identity';
import type { Operator } from './operator.ts';

/** The folder `hello` of the least program that a device can run, and is quick to find healthy. */
const MANIFEST = `app: hello
version: 0.1.0
variants: [{ wasm: { module: hello.wasm, abi: assemblyscript } }]
triggers: [start]
health: { after: 100ms, every: 200ms, failures: 2, soak: 500ms }
`;

export function writeTinyHello({ file }: Operator): void {
  mkdirSync(file('hello'));
  writeFileSync(file('hello/hello.wasm'), tinyModule({ label: 'hello' }));
  writeFileSync(file('hello/wherry.yaml'), MANIFEST);
}
