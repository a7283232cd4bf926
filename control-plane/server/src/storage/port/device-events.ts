import type { DeviceEvent } from '@wherry/protocol';
import type { Page, PageRequest } from './page.ts';

export interface DeviceEventRepository {
  /** Returns them with their numbers, in the order given. */
  append(tenant: string, events: readonly Omit<DeviceEvent, 'id'>[]): Promise<DeviceEvent[]>;
  list(tenant: string, device: string, page: PageRequest): Promise<Page<DeviceEvent>>;
  /** Removes what is older, at most `limit` rows; returns how many. Of every tenant. */
  prune(beforeMs: number, limit: number): Promise<number>;
}
