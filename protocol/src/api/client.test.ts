import { describe, expect, it } from 'vitest';
import { listOperatorTokens } from './access.ts';
import { ApiError, createClient, nullIfMissing } from './client.ts';
import { listDevices, removeDevice, setDeviceLabels } from './devices.ts';

/** A client whose server answers with `answer`, and what it was asked. */
function clientOf(answer: () => Response) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    asked.push({ url: String(url), init });
    return answer();
  };
  return {
    asked,
    client: createClient({ origin: 'http://x', token: 'wop1.t', fetch: fetch as typeof globalThis.fetch }),
  };
}

describe('the client', () => {
  it('sends what an operation describes, and checks what comes back', async () => {
    const { asked, client } = clientOf(() => Response.json({ items: [], nextCursor: null, total: 0 }));
    const query = { selector: 'a in (b,c)', cursor: undefined, limit: 5 } as object;
    expect(await client.call(listDevices, { query })).toEqual({ items: [], nextCursor: null, total: 0 });
    expect(asked[0]?.url).toBe('http://x/api/v1/devices?selector=a+in+%28b%2Cc%29&limit=5');
    expect(new Headers(asked[0]?.init.headers).get('authorization')).toBe('Bearer wop1.t');
    expect(asked[0]?.init.body).toBeUndefined();
  });

  it('sends a body as JSON, and expects none back from 204', async () => {
    const { asked, client } = clientOf(() => new Response(null, { status: 204 }));
    expect(await client.call(removeDevice, { params: { device: 'pi-1' as never } })).toBeUndefined();
    const other = clientOf(() => Response.json({}, { status: 500 }));
    const body = { set: { site: 'berlin' }, remove: [] };
    await other.client.call(setDeviceLabels, { params: { device: 'pi-1' as never }, body }).catch(() => {});
    expect(other.asked[0]?.init).toMatchObject({ method: 'PATCH', body: JSON.stringify(body) });
    expect(asked[0]?.init.method).toBe('DELETE');
  });

  it('throws the problem document of a refusal', async () => {
    const problem = { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'ask an admin', code: 'forbidden' };
    const { client } = clientOf(() => Response.json(problem, { status: 403 }));
    const error = await client.call(listOperatorTokens, {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).problem).toEqual(problem);
  });

  it.each([
    ['a page of a proxy', () => new Response('<html>Bad gateway</html>', { status: 502 })],
    [
      'a code that nobody knows',
      () => Response.json({ title: 'x', status: 400, detail: 'x', code: 'oops' }, { status: 400 }),
    ],
    ['nothing', () => new Response(null, { status: 404 })],
  ])('makes a problem of %s', async (_, answer) => {
    const error = await clientOf(answer)
      .client.call(listOperatorTokens, {})
      .catch((thrown: unknown) => thrown);
    expect((error as ApiError).problem).toMatchObject({ code: 'unavailable' });
  });

  it('answers null for what does not exist, and nothing else', async () => {
    const refusal = (status: number, code: string) => () =>
      Response.json({ title: 'x', status, detail: 'x', code }, { status });
    const ask = (answer: () => Response) => nullIfMissing(clientOf(answer).client.call(listOperatorTokens, {}));
    expect(await ask(() => Response.json({ items: [] }))).toEqual({ items: [] });
    expect(await ask(refusal(404, 'not_found'))).toBeNull();
    // Who answers 404 without saying what is missing may be a proxy.
    await expect(ask(() => new Response(null, { status: 404 }))).rejects.toMatchObject({ problem: { status: 404 } });
    await expect(ask(refusal(404, 'release_unknown'))).rejects.toMatchObject({ problem: { code: 'release_unknown' } });
  });

  it('does not pass on an answer of another form', async () => {
    const { client } = clientOf(() => Response.json({ items: 'all of them' }));
    await expect(client.call(listOperatorTokens, {})).rejects.toThrow();
  });
});
