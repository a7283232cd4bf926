import type { Attack } from '../attack.ts';
import { c } from '../guests.ts';

export const attack: Attack = {
  tries: 'reads, overwrites and deletes the key of another app, by its name and by names that might lead there',
  escape: 'the value comes out, or the canary no longer finds it',
  expect: /^200 found=0$/,
  release: () => ({ capabilities: { kv: true } }),
  guest: c(`
static void attack(void) {
  const char *keys[] = { "treasure", "canary/treasure", "../canary/treasure", "canary:treasure", "%", "treasure' OR '1'='1" };
  char out[256]; int found = 0;
  for (int i = 0; i < 6; i++) {
    int n = wherry_kv_get(keys[i], strlen(keys[i]), out, sizeof out);
    if (n >= 0) { found++; printf("[%.*s]", n, out); }
    wherry_kv_set(keys[i], strlen(keys[i]), "mine", 4);
    wherry_kv_delete(keys[i], strlen(keys[i]));
  }
  printf("found=%d", found);
}`),
};
