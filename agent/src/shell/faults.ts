/**
 * Faults that a test injects into the effects of a running agent: an abrupt end before the n-th (`WHERRY_CRASH_AT=n`), or before the
 * n-th of a name (`WHERRY_CRASH_AT=blob.sync:n`), or an error instead of it (`WHERRY_FAIL_AT`): `n:ENOSPC` the n-th, `n+:ENOSPC` from the n-th on, `blob.write:EIO` every one of that name, where
 * `db.*` stands for all that begin with `db.`.
 */
export interface Faults {
  /** 0: never. */
  readonly crashAt: number;
  readonly crashAtStep?: { readonly name: string; readonly nth: number };
  /** The code to fail with; null: go on. */
  readonly failureOf: (begun: number, name: string) => string | null;
}

export const NO_FAULTS: Faults = { crashAt: 0, failureOf: () => null };

export function faultsOf(env: Readonly<Record<string, string | undefined>>): Faults {
  const wanted = Number(env.WHERRY_CRASH_AT ?? 0);
  const crashAt = Number.isSafeInteger(wanted) && wanted > 0 ? wanted : 0;
  const [, where = '', code = ''] = /^([0-9]+\+?|[a-zA-Z.]+\*?):([A-Z_]+)$/.exec(env.WHERRY_FAIL_AT ?? '') ?? [];
  const [, name = '', nth = ''] = /^([a-zA-Z.]+):([1-9][0-9]{0,8})$/.exec(env.WHERRY_CRASH_AT ?? '') ?? [];
  return {
    crashAt,
    ...(name === '' ? {} : { crashAtStep: { name, nth: Number(nth) } }),
    failureOf: (begun, step) => (isHit(where, begun, step) ? code : null),
  };
}

function isHit(where: string, begun: number, name: string): boolean {
  if (where === '') return false;
  if (where.endsWith('*')) return name.startsWith(where.slice(0, -1));
  if (where.endsWith('+')) return begun >= Number(where.slice(0, -1));
  return where === name || where === String(begun);
}

const OF_SQLITE: Readonly<Record<string, string>> = {
  ENOSPC: 'SQLITE_FULL',
  EIO: 'SQLITE_IOERR_FSYNC',
  EROFS: 'SQLITE_READONLY',
};

/** As the platform, or SQLite, would throw it. */
export function injected(code: string, name: string): Error {
  const isDatabase = name.startsWith('db.');
  const own = isDatabase ? (OF_SQLITE[code] ?? code) : code;
  const error = Object.assign(new Error(`${own}: injected into ${name}`), { code: own });
  return isDatabase ? error : Object.assign(error, { syscall: name });
}

/**
 * After a failed fsync the kernel may have thrown the pages away and call the next one good: nothing in memory can be trusted to be
 * on the disk, so the process ends and starts over from what is. A full disk is no such case: the file is refused as a whole.
 */
export function isFatal(name: string, error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  if (name.startsWith('db.')) return code.startsWith('SQLITE_IOERR');
  return name.endsWith('.sync') && code !== 'ENOSPC' && code !== 'EDQUOT';
}
