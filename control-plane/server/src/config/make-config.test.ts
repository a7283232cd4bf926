import { describe, expect, it } from 'vitest';
import { makeConfig } from './make-config.ts';
import { readFlags } from './read-flags.ts';

describe('configuration', () => {
  it('has defaults for everything but the data', () => {
    const made = makeConfig({ data: '/var/lib/wherry' });
    expect(made).toMatchObject({
      ok: true,
      config: {
        http: { host: '127.0.0.1', port: 8080 },
        mqtt: { host: '127.0.0.1', port: 1883 },
        mqttUrl: null,
        isProxyTrusted: false,
      },
    });
  });

  it('says everything that is wrong at once', () => {
    const made = makeConfig({
      http: '8080',
      mqtt: '127.0.0.1:70000',
      mqttUrl: 'http://x',
      logLevel: 'loud',
      trustProxy: 'perhaps',
    });
    expect(made.ok).toBe(false);
    expect(!made.ok && made.problems).toHaveLength(6);
  });

  it('reads an IPv6 address in brackets and port 0', () => {
    expect(makeConfig({ data: 'x', http: '[::1]:0' })).toMatchObject({
      ok: true,
      config: { http: { host: '::1', port: 0 } },
    });
  });

  it('takes a flag over the environment', () => {
    const read = readFlags(['--data', 'flag'], { WHERRY_DATA: 'env', WHERRY_HTTP: '127.0.0.1:1' });
    expect(read).toMatchObject({ kind: 'flags', flags: { data: 'flag', http: '127.0.0.1:1' } });
  });

  it('refuses what it does not know', () => {
    expect(readFlags(['--dta', 'x'], {}).kind).toBe('wrong');
    expect(readFlags(['stray'], {}).kind).toBe('wrong');
    expect(readFlags(['-h'], {}).kind).toBe('help');
  });
});
