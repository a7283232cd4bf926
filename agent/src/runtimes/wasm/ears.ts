import type { HostServices } from '../port.ts';

/** Who hears what happens to a program. */
export type Ears = Pick<HostServices, 'limitHit' | 'restarted'>;
