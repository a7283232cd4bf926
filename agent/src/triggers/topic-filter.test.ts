import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disjointCover, isTopicName, matchesTopic } from './topic-filter.ts';

test.each([
  // MQTT 3.1.1, 4.7.1.2
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/#', 'sport', true],
  ['#', 'sport/tennis', true],
  // 4.7.1.3
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['+', 'sport', true],
  ['+/tennis/#', 'sport/tennis', true],
  ['+/+', 'finance', false],
  // 4.7.2
  ['#', '$SYS/uptime', false],
  ['+/uptime', '$SYS/uptime', false],
  ['$SYS/#', '$SYS/uptime', true],
  // 4.7.3
  ['ACCOUNTS', 'Accounts', false],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
])('%s matches %s: %s', (filter, topic, expected) => {
  expect(matchesTopic(filter, topic)).toBe(expected);
});

test.each(['', 'a/+', 'a/#', '#', '$SYS/x', 'a//b', '/a', 'a/', 'a\u0000b', 'a\nb', 'x'.repeat(257)])(
  '%j cannot be published to',
  (topic) => {
    expect(isTopicName(topic)).toBe(false);
  },
);

test('what overlaps is joined, the rest stays', () => {
  expect(disjointCover(['a/+', '+/b', 'c/d'])).toEqual(['+/+']);
  expect(disjointCover(['sensors/#', 'sensors/+/temperature', 'hvac/setpoint'])).toEqual([
    'hvac/setpoint',
    'sensors/#',
  ]);
  expect(disjointCover(['a/b', 'a/c'])).toEqual(['a/b', 'a/c']);
  expect(disjointCover(['a', 'a/#'])).toEqual(['a/#']);
});

const level = fc.constantFrom('a', 'b', 'c');
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
const filter = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', '+'), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));

test('law: a cover matches all that its filters match, and each topic at most once', () => {
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 8 }), topic, (filters, name) => {
      const cover = disjointCover(filters);
      const hits = cover.filter((one) => matchesTopic(one, name)).length;
      expect(hits).toBeLessThanOrEqual(1);
      if (filters.some((one) => matchesTopic(one, name))) expect(hits).toBe(1);
    }),
    { numRuns: 2_000 },
  );
});
