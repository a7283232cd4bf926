import { expect, test } from 'vitest';
import { createJsonLines } from './json-lines.ts';

function logged(level: Parameters<typeof createJsonLines>[0]) {
  const lines: string[] = [];
  return { log: createJsonLines(level, (line) => lines.push(line)), lines, last: () => JSON.parse(lines.at(-1) ?? '') };
}

test('a line is one JSON object with level, time and message', () => {
  const { log, lines, last } = logged('debug');
  log.warn({ app: 'hello', text: 'two\nlines' }, 'watch out');
  expect(last()).toEqual({ level: 40, time: expect.any(Number), app: 'hello', text: 'two\nlines', msg: 'watch out' });
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
});

test.each([
  ['debug', [20, 30, 40, 50]],
  ['info', [30, 40, 50]],
  ['warn', [40, 50]],
  ['error', [50]],
  ['silent', []],
] as const)('from %s on', (level, expected) => {
  const { log, lines } = logged(level);
  for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]({}, name);
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
});

test('an error is told with its kind, code, stack and cause', () => {
  const { log, last } = logged('info');
  const err = Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 'EIO' });
  log.error({ err }, 'failed');
  expect(last().err).toMatchObject({ type: 'TypeError', message: 'no', code: 'EIO', cause: { message: 'why' } });
  expect(last().err.stack).toContain('json-lines.test.ts');
});

test('what JSON cannot say takes neither the line nor the agent with it', () => {
  const { log, last } = logged('info');
  const circle: { self?: object } = {};
  circle.self = circle;
  log.info({ circle }, 'round');
  expect(last()).toMatchObject({ level: 30, msg: 'round' });
  log.info({ large: 2n ** 70n }, 'large');
  expect(last().large).toBe(String(2n ** 70n));
});
