import { expect, it } from 'vitest';
import { LIMITS } from '../limits.ts';
import { parseManifest } from './parse.ts';
import { release } from './release.ts';

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

it.each<[string, readonly string[], unknown, readonly string[]]>([
  ['a component needs them in its environment', ['component'], ['API_KEY', 'PIN'], ['API_KEY', 'PIN']],
  [
    'also beside a module that could ask',
    ['wasi-p1', 'component'],
    { API_KEY: { env: false }, PIN: { env: true } },
    ['API_KEY'],
  ],
  ['a component that has them there', ['component'], { API_KEY: { env: true } }, []],
  ['a component without any', ['component'], {}, []],
  ['modules that can ask', ['wasi-p1', 'assemblyscript'], ['API_KEY'], []],
])('%s', (_, abis, secrets, refused) => {
  const variants = abis.map((abi) => ({ wasm: { module: 'a.wasm', abi } }));
  const parsed = parseManifest({ value: { app: 'hall', version: '1.0.0', variants, capabilities: { secrets } } });
  const problems = parsed.ok ? [] : parsed.problems.map(({ code, path }) => [code, path]);
  expect(problems).toEqual(refused.map((name) => ['invalid_manifest', `/capabilities/secrets/${name}`]));
});

it('a release that was published with a secret out of reach is still one', () => {
  const stored = {
    app: 'hall',
    version: '1.0.0',
    releaseCounter: 1,
    variants: [{ kind: 'wasm', abi: 'component', module: { digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 1 } }],
    triggers: [{ on: 'start' }],
    capabilities: { secrets: { API_KEY: {} } },
    limits: { memoryBytes: LIMITS.memoryBytesDefault, cpuShare: 0.5, wallMs: LIMITS.wallMsDefault },
    health: { afterMs: 0, everyMs: 100, failures: 1, soakMs: 0 },
    config: {},
    publishedAtMs: 0,
  };
  expect(release.safeParse(stored).success).toBe(true);
});
