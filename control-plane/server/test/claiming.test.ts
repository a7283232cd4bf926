import { createClaimToken, listClaimTokens, PATHS, problemDocument } from '@wherry/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './support/start-test-server.ts';
import { createSigner } from './support/test-device.ts';

describe('claiming', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.remove());

  function request(token: string, overrides: Readonly<Record<string, unknown>> = {}): object {
    return {
      token,
      target: 'raspberry-pi',
      arch: 'arm64',
      reportKey: createSigner().publicKey,
      boot: 'a'.repeat(32),
      ...overrides,
    };
  }
  function claim(body: unknown, address = '198.51.100.1'): Promise<Response> {
    return server.fetch(PATHS.claim, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify(body),
    });
  }
  async function codeOf(answer: Response): Promise<string> {
    return problemDocument.parse(await answer.json()).code;
  }

  it('gives exactly one of many at once an identity', async () => {
    const { token } = await server.admin.call(createClaimToken, { body: {} });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        claim(request(token, { device: `racer-${index}` }), `203.0.113.${index}`),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const codes = await Promise.all(answers.filter(({ status }) => status !== 201).map(codeOf));
    expect(new Set(codes)).toEqual(new Set(['claim_token_used']));
  });

  it('tells the device where MQTT is, and its secret works there', async () => {
    const { token } = await server.admin.call(createClaimToken, { body: { device: 'kiosk-1' } });
    const answer = await claim(request(token));
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ tenant: 'default', device: 'kiosk-1', mqttUrl: server.mqttUrl });
    const tokens = await server.admin.call(listClaimTokens, {});
    expect(JSON.stringify(tokens)).not.toContain(token.slice(5));
    expect(tokens.items.find(({ device }) => device === 'kiosk-1')?.usedBy).toBe('kiosk-1');
  });

  it('refuses what is not a claim, with its paths', async () => {
    for (const body of [
      undefined,
      [],
      {},
      request('wct1.x', { device: '../x' }),
      request('wct1.x', { extra: 1 }),
      request('wop1.x'),
      request('wct1.x', { boot: 'A' }),
    ])
      expect(await codeOf(await claim(body, '198.51.100.2'))).toBe('invalid_body');
    const answer = await claim(request('wct1.x', { arch: 'x'.repeat(20_000) }), '198.51.100.2');
    expect([answer.status, await codeOf(answer)]).toEqual([413, 'payload_too_large']);
  });

  it('refuses a token that is not one, and slows an address down that keeps guessing', async () => {
    const codes: string[] = [];
    for (let tries = 0; tries < 25; tries += 1)
      codes.push(
        await codeOf(
          await claim(request(`wct1.${Buffer.from(`id-${tries}|guess|`).toString('base64url')}`), '198.51.100.3'),
        ),
      );
    expect(codes.slice(0, 20)).toEqual(Array(20).fill('claim_token_invalid'));
    expect(codes.slice(21)).toEqual(Array(4).fill('rate_limited'));
    const { token } = await server.admin.call(createClaimToken, { body: {} });
    const fromElsewhere = await claim(request(token), '198.51.100.4');
    expect(fromElsewhere.status).toBe(201);
  });
});
