import { expect, it } from 'vitest';
import { findOwnPlace } from './own-place.ts';

const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';

it('finds its folder in the one hierarchy of version 2', () => {
  const place = findOwnPlace(V2, '0::/system.slice/wherry-agent.service\n');
  expect(place.unified).toBe('/sys/fs/cgroup/system.slice/wherry-agent.service');
  expect(place.controllers.size).toBe(0);
});

it('finds each controller of version 1, also those that are mounted together', () => {
  const mounts = [
    '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
    '35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  ].join('\n');
  const place = findOwnPlace(mounts, '5:cpu,cpuacct:/a\n4:memory:/b/c:d\n0::/\n');
  expect(Object.fromEntries(place.controllers)).toEqual({
    cpu: '/sys/fs/cgroup/cpu,cpuacct/a',
    cpuacct: '/sys/fs/cgroup/cpu,cpuacct/a',
    memory: '/sys/fs/cgroup/memory/b/c:d',
  });
  expect(place.unified).toBe('/sys/fs/cgroup/unified/');
});

it('looks from inside a container, where the mount is a part of the hierarchy', () => {
  const mount = '900 800 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw';
  expect(findOwnPlace(mount, '0::/docker/abc/leaf').unified).toBe('/sys/fs/cgroup/leaf');
  expect(findOwnPlace(mount, '0::/').unified).toBe('/sys/fs/cgroup/');
});
