import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { type Overrides, workload } from '../src/runtimes/testing/workload.ts';
import { assemblyScript, c } from './wasm/compile.ts';
import { httpGet } from './wasm/http-get.ts';
import { runtime } from './wasm/start.ts';

/** Secrets as real guests meet them. The host has two; what a release does not name is not for it. */
const modules = {} as Record<'asker' | 'program' | 'ungranted', string>;
const LONG = 'x'.repeat(3_000);

beforeAll(() => {
  modules.asker = assemblyScript(
    'secret-asker',
    `import { respond, secret } from "@sdk";
     function show(name: string): string { const value = secret.get(name); return value === null ? "none" : value; }
     export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
       return respond(200, show(String.UTF8.decode(body)));
     }`,
  );
  modules.program = c(
    'secret-program',
    `#include <stdio.h>
     #include <stdlib.h>
     #include <wherry.h>
     int main(void) {
       char value[16] = "";
       int length = wherry_secret_get("API_KEY", 7, value, sizeof value - 1);
       const char *first = getenv("API_KEY"), *second = getenv("OTHER");
       printf("Status: 200\\n\\n%d %s %s %s", length, value, first ? first : "-", second ? second : "-");
       return 0;
     }`,
  );
  modules.ungranted = c(
    'secret-ungranted',
    '#include <wherry.h>\nint main(void) { char b; return wherry_secret_get("A", 1, &b, 1); }',
  );
}, 120_000);

async function begin(module: string, overrides: Overrides) {
  const values = new Map([
    ['API_KEY', 'hunter2'],
    ['OTHER', 'of another app'],
  ]);
  const handed: Uint8Array[] = [];
  const host = {
    ...recordingHost(),
    secret(name: string) {
      const text = values.get(name);
      if (text === undefined) return null;
      const value = Buffer.from(text);
      handed.push(value);
      return value;
    },
  };
  const started = await runtime.start(
    workload(module, { triggers: [HTTP], limits: { wallMs: 60_000 }, ...overrides }),
    host,
  );
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  const instance = started.value;
  onTestFinished(() => instance.stop(0));
  const ask = async (body = '') => {
    const called = await instance.call({ ...httpGet('/x'), body: Buffer.from(body) });
    if (!called.ok) throw new Error(JSON.stringify(called.problems));
    return Buffer.from(called.value.answer?.body ?? []).toString();
  };
  return { ask, host, handed, values };
}

const HTTP = { on: 'http' as const, path: '/x', methods: ['GET' as const] };

it('a guest gets what its release names, as it is now, and nothing else', async () => {
  const { ask, handed, values, host } = await begin(modules.asker, {
    capabilities: { secrets: { API_KEY: {}, ABSENT: {} } },
  });
  expect(await ask('API_KEY')).toBe('hunter2');
  expect([await ask('OTHER'), await ask('ABSENT'), await ask('__proto__')]).toEqual(['none', 'none', 'none']);
  values.set('API_KEY', LONG);
  expect(await ask('API_KEY')).toBe(LONG);
  values.set('API_KEY', '');
  expect(await ask('API_KEY')).toBe('');
  // One answer, one for the length and the whole of the long one, and the empty one; each wiped.
  expect(handed.length).toBe(4);
  expect(handed.every((value) => value.every((byte) => byte === 0))).toBe(true);
  expect(host.logs).toEqual([]);
});

it('a program of WASI has it in its environment only where the release says so', async () => {
  const quiet = await begin(modules.program, { abi: 'wasi-p1', capabilities: { secrets: { API_KEY: {} } } });
  expect(await quiet.ask()).toBe('7 hunter2 - -');
  const named = await begin(modules.program, {
    abi: 'wasi-p1',
    capabilities: { secrets: { API_KEY: { env: true } } },
  });
  expect(await named.ask()).toBe('7 hunter2 hunter2 -');
  expect(named.handed.every((value) => value.every((byte) => byte === 0))).toBe(true);
});

it('a module that asks without a grant is not run', async () => {
  const refused = await runtime.prepare(workload(modules.ungranted, { abi: 'wasi-p1' }));
  expect(refused).toMatchObject({ ok: false, problems: [{ code: 'capability_denied' }] });
});
