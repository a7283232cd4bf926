import { beforeAll, describe, expect, it } from 'vitest';
import type { TriggerEvent } from '../src/runtimes/port.ts';
import { type Behaviour, describeRuntime } from '../src/runtimes/testing/contract.ts';
import { recordingHost } from '../src/runtimes/testing/recording-host.ts';
import { workload } from '../src/runtimes/testing/workload.ts';
import { assemblyScript, c } from './wasm/compile.ts';
import { httpGet } from './wasm/http-get.ts';
import { runtime, start } from './wasm/start.ts';

/** The Wasm runtime with real guests in real runner processes. */
const GRANTED = { kv: true, mqtt: { publish: ['out/+'] } };
const CRON: TriggerEvent = { on: 'cron', schedule: '* * * * *', atMs: 0 };
const modules = {} as Record<'guest' | 'program' | 'refused' | 'puller' | 'sleeper', string>;

beforeAll(() => {
  modules.guest = assemblyScript(
    'guest',
    `import { config, kv, log, publish, respondJson } from "@sdk";
     let calls = 0;
     let started = false;
     export function onStart(): void { started = true; }
     export function onCron(schedule: string): void {
       calls++;
       if (config("MODE") == "fail") throw new Error("as it was told");
       if (config("MODE") == "fail once" && kv.get("failed") === null) { kv.set("failed", "yes"); unreachable(); }
     }
     export function onMqtt(topic: string, payload: ArrayBuffer): void {
       log.info(topic + " " + payload.byteLength.toString());
       log.warning(publish("out/granted", "yes").toString() + publish("other", "no").toString());
     }
     export function onHttp(method: string, path: string, query: string, body: ArrayBuffer): ArrayBuffer {
       return respondJson(201, '{"calls":' + calls.toString() + ',"started":' + started.toString() + ',"echo":"' + method + path + query + String.UTF8.decode(body) + '"}');
     }
     export function onHealth(): i32 { return config("MODE") == "ill" ? 7 : 0; }`,
  );
  modules.refused = c('refused', '#include <wherry.h>\nint main(void) { return wherry_kv_delete("k", 1); }');
  modules.program = c(
    'program',
    `#include <stdio.h>
     #include <stdlib.h>
     int main(void) {
       char body[64] = "";
       fgets(body, sizeof body, stdin);
       const char *trigger = getenv("WHERRY_TRIGGER");
       if (trigger[0] == 'h') printf("Status: 418\\nX-Kind: teapot\\n\\n%s %s?%s %s %s", getenv("REQUEST_METHOD"), getenv("PATH_INFO"), getenv("QUERY_STRING"), getenv("HTTP_ACCEPT"), body);
       else printf("%s %s %s%s\\n", trigger, getenv("ZONE"), body, getenv("TOKEN") ? getenv("TOKEN") : "");
       fprintf(stderr, "to stderr");
       return trigger[0] == 'm' ? 3 : 0;
     }`,
  );
  modules.puller = assemblyScript(
    'puller',
    `import { answerTrigger, log, nextTrigger } from "@sdk";
     export function onStart(): void {
       for (;;) {
         const trigger = nextTrigger(60000);
         if (trigger === null) return;
         const kind = trigger.field("WHERRY_TRIGGER");
         log.info(kind + " " + trigger.field("WHERRY_TOPIC") + " " + trigger.text());
         if (kind == "http") answerTrigger(202, "pulled " + trigger.field("PATH_INFO"));
         if (kind == "cron") for (;;) {}
       }
     }`,
  );
  modules.sleeper = c(
    'sleeper',
    '#include <unistd.h>\nint main(void) { for (int i = 0; i < 3; i++) usleep(200000); return 0; }',
  );
}, 120_000);

const CONTRACT: Record<Behaviour, () => ReturnType<typeof workload>> = {
  well: () => workload(modules.guest, { capabilities: GRANTED, triggers: [{ on: 'cron', schedule: '* * * * *' }] }),
  failing: () => workload(modules.guest, { capabilities: GRANTED, config: { MODE: 'fail' } }),
  unhealthy: () => workload(modules.guest, { capabilities: GRANTED, config: { MODE: 'ill' } }),
  refused: () => workload(modules.refused, { abi: 'wasi-p1' }),
  ending: () =>
    workload(modules.program, { abi: 'wasi-p1', capabilities: { env: ['ZONE'] }, config: { ZONE: 'hall' } }),
};

describeRuntime('wasm', { runtime: async () => runtime, spec: (behaviour) => CONTRACT[behaviour](), event: CRON });

describe('AssemblyScript guests', () => {
  it('get messages, log, and publish only what was granted', async () => {
    const { instance, host } = await start(modules.guest, { capabilities: GRANTED });
    const event = { on: 'mqtt', topic: 'sensors/a', payload: new Uint8Array(5) } as const;
    expect(await instance.call(event)).toMatchObject({ ok: true });
    expect(host.logs.map(({ level, text }) => [level, text])).toEqual([
      ['info', 'sensors/a 5'],
      ['warning', 'truefalse'],
    ]);
    expect(host.published).toEqual([{ topic: 'out/granted', payload: 'yes' }]);
    expect(await instance.usage()).toMatchObject({ sentBytes: 3, modulePeakBytes: expect.any(Number) });
  });

  it('answer http with status, headers and body', async () => {
    const { instance } = await start(modules.guest, { capabilities: GRANTED });
    const body = Buffer.from('späti');
    const outcome = await instance.call({ on: 'http', method: 'POST', path: '/a', query: 'q=1', headers: {}, body });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    expect(outcome.value.answer).toMatchObject({ status: 201, headers: { 'content-type': 'application/json' } });
    expect(Buffer.from(outcome.value.answer?.body ?? []).toString()).toContain('"echo":"POST/aq=1späti"');
  });

  it('find a new instance, started as before, after one that trapped', async () => {
    const { instance } = await start(modules.guest, { capabilities: GRANTED, config: { MODE: 'fail once' } });
    await instance.call({ on: 'start' });
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'guest_error' }] });
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    const outcome = await instance.call(httpGet('/'));
    const answer = outcome.ok ? Buffer.from(outcome.value.answer?.body ?? []).toString() : '';
    expect(answer).toContain('"calls":1,"started":true');
  });

  it('may pull their triggers, for longer than the wall limit, and are stopped in the middle of one that hangs', async () => {
    const { instance, host } = await start(modules.puller, { limits: { wallMs: 300 } });
    void instance.call({ on: 'start' });
    await expect.poll(async () => (await instance.usage()).calls).toBe(1);
    const outcome = await instance.call(httpGet('/x'));
    expect(outcome).toMatchObject({ ok: true, value: { answer: { status: 202 } } });
    for (const text of ['one', 'two'])
      expect(await instance.call({ on: 'mqtt', topic: 'a/b', payload: Buffer.from(text) })).toMatchObject({ ok: true });
    expect(await instance.probe()).toMatchObject({ ok: true });
    expect(host.logs.map(({ text }) => text.trim())).toEqual(['http', 'mqtt a/b one', 'mqtt a/b two']);
    expect(await instance.call(CRON)).toMatchObject({ ok: false, problems: [{ code: 'wall_limit' }] });
    expect(await instance.exited).toMatchObject({ kind: 'crashed', code: 'wall_limit' });
  });
});

describe('WASI programs', () => {
  const overrides = {
    abi: 'wasi-p1',
    capabilities: { env: ['ZONE'] as string[] },
    config: { ZONE: 'hall', TOKEN: 'not for the environment' },
    triggers: [{ on: 'cron', schedule: '* * * * *' }],
  } as const;

  it('are run once for each trigger, with the payload on their input and their lines in the log', async () => {
    const { instance, host } = await start(modules.program, overrides);
    expect(await instance.call(CRON)).toMatchObject({ ok: true });
    expect(host.logs.map(({ stream, text }) => [stream, text])).toEqual([
      ['stdout', 'cron hall '],
      ['stderr', 'to stderr'],
    ]);
  });

  it('answer http as CGI programs do', async () => {
    const { instance } = await start(modules.program, overrides);
    const body = Buffer.from('body');
    const outcome = await instance.call({
      on: 'http',
      method: 'PUT',
      path: '/p',
      query: 'a=b',
      headers: { accept: 'x/y' },
      body,
    });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    expect(outcome.value.answer).toMatchObject({ status: 418, headers: { 'x-kind': 'teapot' } });
    expect(Buffer.from(outcome.value.answer?.body ?? []).toString()).toBe('PUT /p?a=b x/y body');
  });

  it('fail with their exit code', async () => {
    const { instance } = await start(modules.program, overrides);
    const outcome = await instance.call({ on: 'mqtt', topic: 't', payload: new Uint8Array(0) });
    expect(outcome).toMatchObject({
      ok: false,
      problems: [{ code: 'guest_error', message: expect.stringContaining('code 3') }],
    });
  });

  it('may sleep in their start for longer than the wall limit', async () => {
    const { instance } = await start(modules.sleeper, { abi: 'wasi-p1', limits: { wallMs: 400 } });
    void instance.call({ on: 'start' });
    expect(await instance.exited).toEqual({ kind: 'ended', exitCode: 0 });
  });
});

describe('a module whose bytes changed on disk', () => {
  it('is refused by its digest', async () => {
    const spec = workload(modules.guest, { capabilities: GRANTED, digest: `sha256:${'0'.repeat(64)}` });
    expect(await runtime.prepare(spec)).toMatchObject({ ok: false, problems: [{ code: 'digest_mismatch' }] });
    expect(await runtime.start(spec, recordingHost())).toMatchObject({
      ok: false,
      problems: [{ code: 'digest_mismatch' }],
    });
  });
});
