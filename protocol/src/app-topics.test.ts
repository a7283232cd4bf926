import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AppTopic, buildAppTopic, parseAppTopic } from './app-topics.ts';
import { parseTopic } from './topics.ts';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const level = fc.stringMatching(/^[a-zA-Z0-9 .:_-]{1,12}$/);

it('are parsed to what they were built from, and are no topics of the device itself', () => {
  const path = fc.array(level, { minLength: 1, maxLength: 8 }).map((levels) => levels.join('/'));
  fc.assert(
    fc.property(
      fc.record({ tenant: name, device: name, app: name, way: fc.constantFrom('in', 'out'), path }),
      (parts) => {
        const value = parts as AppTopic;
        const text = buildAppTopic(value);
        expect(parseAppTopic(text)).toEqual({ ok: true, value });
        expect(parseTopic(text).ok).toBe(false);
      },
    ),
  );
});

it.each([
  'wherry/v1/t/d/app/a/in',
  'wherry/v1/t/d/app/a/in/',
  'wherry/v1/t/d/app/a/in/x//y',
  'wherry/v1/t/d/app/a/in/+',
  'wherry/v1/t/d/app/a/in/x#',
  'wherry/v1/t/d/app/a/up/x',
  'wherry/v1/t/d/app/A/in/x',
  'wherry/v1/t/d/apps/a/in/x',
  'wherry/v2/t/d/app/a/in/x',
  'wherry/v1/t/d/app/a/in/1/2/3/4/5/6/7/8/9',
  `wherry/v1/t/d/app/a/in/${'x'.repeat(257)}`,
  'wherry/v1/t/d/app/a/in/x\u0000',
])('refuses %j', (text) => {
  expect(parseAppTopic(text)).toMatchObject({ ok: false, problems: [{ code: 'invalid_topic' }] });
});
