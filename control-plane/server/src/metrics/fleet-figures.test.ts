import { expect, it } from 'vitest';
import { SERVER_LIMITS } from '../config/limits.ts';
import { type FleetSources, fleetFigures } from './fleet-figures.ts';

const SOURCES: FleetSources = {
  tenants: async () => ['default', 'acme', 'new'],
  devices: async () =>
    new Map([
      ['default', { total: 3, online: 1 }],
      ['acme', { total: 5, online: 5 }],
    ]),
  rollouts: async () => new Map([['acme', { running: 2 }]]),
};

async function linesOf(sources: FleetSources, grouping: 'in_all' | 'by_tenant'): Promise<string[]> {
  const text = await fleetFigures(sources, grouping).metrics();
  return text.split('\n').filter((line) => line.startsWith('wherry_'));
}
const sum = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}{`)).reduce((total, line) => total + Number(line.split(' ')[1]), 0);

it('counts every tenant', async () => {
  const lines = await linesOf(SOURCES, 'by_tenant');
  for (const line of [
    'wherry_devices{tenant="default",online="true"} 1',
    'wherry_devices{tenant="default",online="false"} 2',
    'wherry_devices{tenant="acme",online="true"} 5',
    'wherry_devices{tenant="new",online="false"} 0',
    'wherry_rollouts{tenant="acme",state="running"} 2',
    'wherry_rollouts{tenant="new",state="running"} 0',
  ])
    expect(lines).toContain(line);
});

it('names no tenant in what it says of all', async () => {
  const lines = await linesOf(SOURCES, 'in_all');
  for (const line of [
    'wherry_devices{online="true"} 6',
    'wherry_devices{online="false"} 2',
    'wherry_rollouts{state="running"} 2',
    'wherry_rollouts{state="halted"} 0',
  ])
    expect(lines).toContain(line);
  expect(lines.join('\n')).not.toMatch(/tenant|acme/);
});

it('has a bounded number of series, which add up to all', async () => {
  const tenants = Array.from({ length: 3 * SERVER_LIMITS.metricTenants }, (_, index) => `t${index}`);
  const unlisted = 'gone';
  const sources: FleetSources = {
    tenants: async () => tenants,
    devices: async () => new Map([...tenants, unlisted].map((name) => [name, { total: 2, online: 1 }])),
    rollouts: async () => new Map(),
  };
  const [all, each] = [await linesOf(sources, 'in_all'), await linesOf(sources, 'by_tenant')];
  expect(sum(each, 'wherry_devices')).toBe(sum(all, 'wherry_devices'));
  expect(each.filter((line) => line.startsWith('wherry_devices{'))).toHaveLength(2 * (SERVER_LIMITS.metricTenants + 1));
  expect(each).toContain('wherry_devices{tenant="t0",online="true"} 1');
  const others = tenants.length + 1 - SERVER_LIMITS.metricTenants;
  expect(each).toContain(`wherry_devices{tenant="_others",online="true"} ${others}`);
});

it('says the same again when it is asked again', async () => {
  const figures = fleetFigures(SOURCES, 'by_tenant');
  const first = await figures.metrics();
  expect(await Promise.all([figures.metrics(), figures.metrics()])).toEqual([first, first]);
});
