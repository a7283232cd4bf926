import type { RuntimeFeatures } from '../port.ts';

export const CONTAINER_FEATURES: RuntimeFeatures = {
  triggers: new Set(['start', 'cron', 'mqtt']),
  isolation: 'container',
};
