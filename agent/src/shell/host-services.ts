import type { LogLine } from '@wherry/protocol';
import type { HostServices } from '../runtimes/port.ts';
import type { Store } from '../store/store.ts';
import type { Triggers } from '../triggers/port.ts';
import { firstProblem } from './workload-spec.ts';

/** What the agent does on behalf of one app's guest; the runtime has checked the guest's grants. */
export function createHostServices(
  app: string,
  store: Store,
  triggers: Triggers,
  addLog: (line: LogLine) => void,
  told: Pick<HostServices, 'limitHit' | 'restarted' | 'secret'> = {},
): HostServices {
  return {
    ...told,
    log: (line) => addLog({ ...line, app: app as LogLine['app'] }),
    async publish(topic, payload) {
      const published = await triggers.publish(topic, payload, app);
      if (published.ok) return { ok: true, message: 'published' };
      return { ok: false, ...firstProblem(published.problems) };
    },
    kv: store.kv(app),
  };
}
