import { describe, expect, it } from 'vitest';
import { DAY_MS, LATER } from './testing/repository.ts';
import { makeScene, makeSettledScene, PATH } from './testing/scene.ts';

const json = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

describe('what is no attack', () => {
  it('the same again needs two files and changes nothing', () => {
    const { device } = makeSettledScene();
    const before = device.trusted;
    device.asked.length = 0;
    expect(device.get(PATH)).toBe('ok');
    expect(device.asked).toEqual(['2.root.json', 'timestamp.json']);
    expect({ ...device.trusted }).toEqual({ ...before });
  });

  it('a timestamp that changed at its version is told, and the first one stays', () => {
    const { repository, device } = makeSettledScene();
    repository.timestamp.expires = '2026-10-01T00:00:00Z';
    repository.write('timestamp');
    expect(device.get(PATH)).toBe('ok');
    expect(device.notices).toEqual(['equivocation']);
    expect(device.trusted.timestamp?.signed.expires).toBe(LATER);
  });

  it('another layout of the same content is the same content', () => {
    const { repository, device } = makeScene();
    repository.files.set('timestamp.json', Buffer.from(JSON.stringify(json(repository.file('timestamp.json')))));
    expect(device.get(PATH)).toBe('ok');
  });

  it('fields that nobody knows are signed content', () => {
    const { repository, device } = makeScene();
    repository.document('targets')['x-wherry-floor'] = { 'acme/thermostat': 3 };
    repository.publishTargets();
    expect(device.get(PATH)).toBe('ok');
  });

  it('a clock that runs ahead refuses only while it is wrong', () => {
    const { repository, device } = makeSettledScene();
    repository.publish('timestamp');
    device.nowMs += 3_650 * DAY_MS;
    expect(device.get(PATH)).toBe('freeze_attack');
    device.nowMs -= 3_650 * DAY_MS;
    expect(device.get(PATH)).toBe('ok');
  });
});
