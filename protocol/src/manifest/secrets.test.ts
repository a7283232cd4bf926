import { expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { parseManifest } from './parse.ts';

const parse = (secrets: unknown, config: object = {}) =>
  parseManifest({
    value: {
      app: 'hall',
      version: '1.0.0',
      variants: [{ wasm: { module: 'a.wasm', abi: 'wasi-p1' } }],
      capabilities: { secrets },
      config,
    },
  });
const granted = (secrets: unknown) => {
  const parsed = parse(secrets);
  return parsed.ok ? parsed.value.capabilities.secrets : parsed.problems.map(({ path }) => path);
};
const places = (secrets: unknown, config?: object) => {
  const parsed = parse(secrets, config);
  return parsed.ok ? [] : parsed.problems.map(({ path }) => path);
};

it('secrets are named in a list, or each with how it is handed over', () => {
  expect(granted(['API_KEY', 'PASSWORD'])).toEqual({ API_KEY: {}, PASSWORD: {} });
  const named = { API_KEY: { env: true, onChange: 'wait' } };
  expect(granted(named)).toEqual(named);
});

it.each([
  ['a name that is none', ['api-key']],
  ['a key that is unknown', { API_KEY: { environment: true } }],
  ['a way that is unknown', { API_KEY: { onChange: 'later' } }],
  ['too many', Array.from({ length: LIMITS.secretsPerRelease + 1 }, (_, at) => `KEY_${at}`)],
  ['something else', 'API_KEY'],
])('%s is refused at its place', (_, secrets) => {
  expect(places(secrets)).toEqual([expect.stringMatching(/^\/capabilities\/secrets/)]);
});

it('a setting and a secret do not share a name', () => {
  expect(places(['ZONE'], { ZONE: { type: 'string' } })).toEqual(['/capabilities/secrets/ZONE']);
});
