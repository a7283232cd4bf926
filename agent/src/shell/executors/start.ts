import type { ExitReason } from '../../runtimes/port.ts';
import { firstProblem } from '../workload-spec.ts';
import type { Executor, ExecutorContext } from './context.ts';
import { despiteDisk } from './despite-disk.ts';
import { makeRunnable } from './runnable.ts';

export const start: Executor<'start'> = async (app, effect, context, signal) => {
  const { ticket } = effect;
  const runnable = await makeRunnable(app, effect, context, signal);
  if (!runnable.ok) {
    context.dispatch(app, { type: 'start_failed', ticket, code: runnable.code, message: runnable.message });
    return;
  }
  const { runtime, spec } = runnable;
  const begin = () => context.effects.run('runtime.start', () => runtime.start(spec, context.hostFor(app)));
  const started = await despiteDisk(begin, signal);
  if (!started.ok) {
    context.dispatch(app, { type: 'start_failed', ticket, ...firstProblem(started.problems) });
    return;
  }
  const instance = started.value;
  const held = { app, ticket, release: spec.release, releaseDigest: spec.releaseDigest, instance };
  context.instances.add(held, effect.beside === true);
  context.dispatch(app, { type: 'started', ticket });
  void instance.exited.then((reason) => tellExit(app, ticket, reason, context));
};

function tellExit(app: string, ticket: number, reason: ExitReason, { dispatch }: ExecutorContext): void {
  if (reason.kind === 'ended') dispatch(app, { type: 'ended', ticket, exitCode: reason.exitCode });
  else if (reason.kind === 'crashed')
    dispatch(app, {
      type: 'crashed',
      ticket,
      code: reason.code,
      message: reason.message,
      ...(reason.limit && { limit: reason.limit }),
    });
  // Stopped by the shell, which has moved on to another ticket; should anybody else have stopped it, it counts as a crash.
  else dispatch(app, { type: 'crashed', ticket, code: 'guest_error', message: 'it was stopped from outside' });
}
