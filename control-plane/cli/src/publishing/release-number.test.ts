import { expect, it } from 'vitest';
import { checkNumber, NUMBER_JUMP_MAX } from './release-number.ts';

const plain = { seen: 7, isRestored: false, acceptsJump: false };

it.each([
  [8, {}, 'ok'],
  [7, {}, 'rollback_attack'],
  [1, {}, 'rollback_attack'],
  [7, { isRestored: true }, 'ok'],
  [7, { acceptsJump: true }, 'rollback_attack'],
  [7 + NUMBER_JUMP_MAX, {}, 'ok'],
  [8 + NUMBER_JUMP_MAX, {}, 'version_not_higher'],
  [8 + NUMBER_JUMP_MAX, { isRestored: true }, 'version_not_higher'],
  [8 + NUMBER_JUMP_MAX, { acceptsJump: true }, 'ok'],
  [1, { seen: 0 }, 'ok'],
])('number %i, with %j: %s', (number, rules, code) => {
  const checked = checkNumber(number, { ...plain, ...rules });
  expect(checked.ok ? 'ok' : checked.problems[0]?.code).toBe(code);
});
