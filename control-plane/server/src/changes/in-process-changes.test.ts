import type { DeviceId, StreamChange } from '@wherry/protocol';
import { expect, it } from 'vitest';
import { createChanges } from './in-process-changes.ts';

const change: StreamChange = { type: 'device', device: 'pi-1' as DeviceId };

it('tells the listeners of a tenant, and nobody else', () => {
  const heard: string[] = [];
  const changes = createChanges(() => {});
  const stop = changes.listen('a', () => heard.push('a'));
  changes.listen('b', () => heard.push('b'));
  changes.emit('a', change);
  stop();
  stop();
  changes.emit('a', change);
  expect(heard).toEqual(['a']);
});

it('goes on when a listener throws, or stops while being told', () => {
  const heard: string[] = [];
  const errors: unknown[] = [];
  const changes = createChanges((error) => errors.push(error));
  changes.listen('a', () => {
    throw new Error('broken');
  });
  const stop = changes.listen('a', () => {
    heard.push('once');
    stop();
  });
  changes.listen('a', () => heard.push('last'));
  changes.emit('a', change);
  changes.emit('a', change);
  expect(heard).toEqual(['once', 'last', 'last']);
  expect(errors).toHaveLength(2);
});
