import type { HostFunction } from '../wherry-abi.ts';
import { argsEnvFunctions } from './args-env.ts';
import { clockFunctions } from './clocks.ts';
import type { WasiContext, WasiFunction } from './context.ts';
import { ERRNO, errnoOf } from './errno.ts';
import { fdFunctions } from './fds.ts';
import { pathOpenFunctions } from './path-open.ts';
import { pathFunctions } from './paths.ts';
import { pollFunctions } from './poll.ts';
import { processFunctions } from './process-calls.ts';
import { readdirFunctions } from './readdir.ts';

/** All of `wasi_snapshot_preview1`, as functions that return an error number. */
export function wasiImports(context: WasiContext): Map<string, HostFunction> {
  const functions = {
    ...argsEnvFunctions(context),
    ...clockFunctions(context),
    ...fdFunctions(context),
    ...pathFunctions(context),
    ...pathOpenFunctions(context),
    ...pollFunctions(context),
    ...processFunctions(context),
    ...readdirFunctions(context),
  };
  return new Map(Object.entries(functions).map(([name, call]) => [name, returningErrno(call, context)]));
}

function returningErrno(call: WasiFunction, { meter }: WasiContext): HostFunction {
  return (...args: never[]) => {
    try {
      call(...args);
      return ERRNO.success;
    } catch (error) {
      const errno = error instanceof TypeError && isEncoding(error) ? ERRNO.ilseq : errnoOf(error);
      if (errno === null) throw error;
      if (errno === ERRNO.mfile) meter.mark('open_files');
      return errno;
    }
  };
}

/** A path that is not UTF-8. */
function isEncoding(error: TypeError): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}
