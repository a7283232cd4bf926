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
        https: { host: '0.0.0.0', port: 8443 },
        mqtt: { host: '127.0.0.1', port: 1883 },
        mqtts: { host: '0.0.0.0', port: 8883 },
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

  it('listens where it is told, and of that kind nowhere else', () => {
    expect(makeConfig({ data: 'x', http: '127.0.0.1:1', mqtts: '0.0.0.0:2' })).toMatchObject({
      config: {
        http: { host: '127.0.0.1', port: 1 },
        https: null,
        mqtt: null,
        mqtts: { host: '0.0.0.0', port: 2 },
      },
    });
  });

  it.each([{ http: '0.0.0.0:80' }, { mqtt: '[::]:1883' }, { http: '10.0.0.2:80' }])(
    'listens plainly beyond this machine only when told to: %j',
    (flags) => {
      const made = makeConfig({ data: 'x', ...flags });
      expect(!made.ok && made.problems.map((problem) => problem.split(':')[0])).toEqual(['insecure_listener']);
      expect(makeConfig({ data: 'x', ...flags, insecurePlain: 'true' }).ok).toBe(true);
    },
  );

  it('takes names of hosts and addresses for its certificate', () => {
    expect(makeConfig({ data: 'x', names: ['wherry.example', '10.0.0.2', '::1'] }).ok).toBe(true);
    for (const name of ['a b', '', '-x', 'fe80::1%eth0', '*.example'])
      expect(makeConfig({ data: 'x', names: [name] }).ok).toBe(false);
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

  it('has no listener for MQTT where another broker has them', () => {
    const made = makeConfig({ data: 'x', broker: 'broker.json' });
    expect(made).toMatchObject({ ok: true, config: { mqtt: null, mqtts: null } });
    expect(made.ok && made.config.brokerFile).toMatch(/\/broker\.json$/);
    expect(makeConfig({ data: 'x', broker: 'broker.json', mqtts: '0.0.0.0:1' }).ok).toBe(false);
  });

  it('refuses what it does not know', () => {
    expect(readFlags(['--dta', 'x'], {}).kind).toBe('wrong');
    expect(readFlags(['stray'], {}).kind).toBe('wrong');
    expect(readFlags(['-h'], {}).kind).toBe('help');
  });
});
