import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

const CALLS = [
  'wherry_log(1, (char *)0xfffffff0u, 64)',
  'wherry_publish("a", 1, (char *)0xffff0000u, 0xffffffff)',
  'wherry_kv_set("k", 1, (char *)8, 0xfffffff8)',
  'wherry_kv_get((char *)0x7fffffff, 16, (char *)0, 16)',
  'wherry_config_get("OPEN_URL", 8, (char *)0xffffffffu, 0xffffffff)',
  'wherry_http_fetch((char *)0xfffffff0u, 0x7fffffff, "", 0)',
  '__wasi_random_get((uint8_t *)0xffff0000u, 0xffffffff)',
  '__wasi_args_get((uint8_t **)0xfffffff0u, (uint8_t *)0xfffffffcu)',
  '__wasi_fd_write(1, (__wasi_ciovec_t *)0xfffffff8u, 0x1fffffff, (__wasi_size_t *)0)',
  '__wasi_fd_write(1, &(__wasi_ciovec_t){ (const uint8_t *)0xfffff000u, 0xffffffff }, 1, &n)',
  '__wasi_poll_oneoff((__wasi_subscription_t *)0xfffffff0u, (__wasi_event_t *)0xfffffff0u, 0xffffffff, &n)',
  '__wasi_fd_readdir(3, (uint8_t *)0xffff0000u, 0xffffffff, 0, &n)',
];

export const attack: Attack = {
  tries: 'gives host calls pointers outside its memory, sums that wrap around, and lengths of 4 GiB',
  escape: 'a call takes them and answers as if all were well',
  expect: /^refused=12 taken=0$/,
  release: () => ({
    capabilities: { kv: true, dataBytes: 65_536, mqtt: { publish: ['a'] }, http: { allow: ['http://127.0.0.1'] } },
  }),
  guest: c(`
static void attack(void) {
  __wasi_size_t n; int r = 0;
  const char *q = getenv("QUERY_STRING");
  switch (atoi(q)) {
${CALLS.map((call, at) => `  case ${at}: ${call.startsWith('wherry_log') ? `${call}` : `r = ${call}`}; break;`).join('\n')}
  }
  printf("taken=%d", r);
}`),
  async act(scene) {
    const state = await scene.deploy();
    if (state !== 'healthy') return state;
    const outcomes: string[] = [];
    for (const at of CALLS.keys()) outcomes.push(await scene.call(`/?${at}`));
    // A trap, an error number, or a status below zero.
    const refused = outcomes.filter((outcome) => /^502 guest_error$|^200 taken=(-\d|[1-9])/.test(outcome));
    const taken = outcomes.filter((outcome) => outcome === '200 taken=0');
    return `refused=${refused.length} taken=${taken.length}`;
  },
  escaped: (_scene, outcome) => (/taken=[1-9]/.test(outcome) ? 'a host call took a wild pointer' : null),
};
