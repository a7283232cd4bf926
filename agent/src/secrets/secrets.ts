import { createHash } from 'node:crypto';
import { type DesiredWorkload, type Outcome, refuse, type SealedSecret, sealedBytes, succeed } from '@wherry/protocol';
import type { FetchProblem } from '../shell/device-http.ts';
import { openSealed } from './open-sealed.ts';
import { type Held, type HeldByName, NAMES_KEPT_MAX, type SealedFiles } from './sealed-files.ts';
import type { SealingKey } from './sealing-key.ts';

/**
 * The secrets of the programs here. What the desired state names is fetched by its digest, opened once to see that it is what it is said
 * to be, and kept sealed. It is opened again whenever a program asks: no clear value is stored, and none is told to anybody else.
 */
export interface Secrets {
  /** Follows a desired state; what is missing is fetched until it is there. */
  follow(workloads: readonly DesiredWorkload[]): void;
  /** Null when everything that is named is here. */
  ready(app: string, names: readonly string[]): Promise<FetchProblem | null>;
  /** Null: there is none. The caller wipes it. */
  value(app: string, name: string): Buffer | null;
  stop(): void;
}

export type Reference = NonNullable<DesiredWorkload['secrets']>[number];

export interface SecretsOptions {
  readonly tenant: string;
  readonly device: string;
  /** Null on a device that cannot keep one. */
  readonly key: SealingKey | null;
  readonly files: SealedFiles;
  readonly fetch: (reference: Reference) => Promise<Outcome<SealedSecret>>;
  /** Names whose values are others than before, or are gone. */
  readonly onChange: (app: string, names: readonly string[]) => void;
  readonly onRefused: (app: string, problem: { code: FetchProblem['code']; message: string }) => void;
  readonly retryMs?: number;
}

const RETRY_MS = 2_000;
const RETRY_MS_MAX = 300_000;

interface Following {
  readonly references: readonly Reference[];
  /** What stood in the way of a name when it was last looked for. */
  problems: Map<string, FetchProblem>;
  turn: Promise<void>;
  timer?: NodeJS.Timeout;
  failures: number;
}

export function createSecrets(options: SecretsOptions): Secrets {
  const { files, key, onChange, onRefused, retryMs = RETRY_MS } = options;
  const followed = new Map<string, Following>();
  const told = new Set<string>();
  let isStopped = false;

  function contextOf(app: string, name: string, version: number) {
    return { tenant: options.tenant, recipient: options.device, app, name, version };
  }

  /** One look after another for each app: what was wanted meanwhile is wanted instead. */
  function look(app: string, before: Promise<void>): void {
    const following = followed.get(app);
    if (following === undefined || isStopped) return;
    clearTimeout(following.timer);
    following.turn = before.then(async () => {
      if (followed.get(app) !== following || isStopped) return;
      const found = await bring(app, following.references);
      // What a newer desired state says is not undone by an older one's answer.
      if (followed.get(app) !== following || isStopped) return;
      following.problems = found.problems;
      const changed = keep(app, found.held, following.references);
      if (changed.length > 0) onChange(app, changed);
      if ([...found.problems.values()].every(({ isFinal }) => isFinal)) following.failures = 0;
      else again(app, following);
    });
    following.turn = following.turn.catch(() => again(app, following));
  }

  function again(app: string, following: Following): void {
    if (isStopped || followed.get(app) !== following) return;
    const delayMs = Math.min(RETRY_MS_MAX, retryMs * 2 ** Math.min(following.failures, 20));
    following.failures += 1;
    clearTimeout(following.timer);
    following.timer = setTimeout(() => look(app, following.turn), delayMs * (0.5 + Math.random())).unref();
  }

  async function bring(app: string, references: readonly Reference[]) {
    const before = files.read(app);
    const held = new Map<string, Held>();
    const problems = new Map<string, FetchProblem>();
    for (const reference of references) {
      const had = Object.hasOwn(before, reference.name) ? before[reference.name] : undefined;
      if (had?.sealed && had.version === reference.version && isReadable(app, reference.name, had)) continue;
      const taken = await take(app, reference, had);
      if (taken.ok) held.set(reference.name, taken.value);
      else problems.set(reference.name, problemOf(app, reference, taken));
    }
    return { held, problems };
  }

  async function take(app: string, reference: Reference, had: Held | undefined): Promise<Outcome<Held>> {
    const { name, version, digest } = reference;
    if (had !== undefined && version < had.version)
      return refuse('secret_rolled_back', `version ${version} of ${name} came after ${had.version}: it is not taken`);
    if (key === null) return refuse('secret_unreadable', 'this device could not store a key to open secrets with');
    const fetched = await options.fetch(reference);
    if (!fetched.ok) return fetched;
    if (digestOf(fetched.value) !== digest)
      return refuse('digest_mismatch', `what came for ${name} is not what the desired state names`);
    const opened = openSealed(fetched.value, contextOf(app, name, version), key);
    if (!opened.ok) return opened;
    opened.value.fill(0);
    return succeed({ version, sealed: { digest, secret: fetched.value } });
  }

  function problemOf(app: string, reference: Reference, refused: Outcome<never> & { ok: false }): FetchProblem {
    const { code, message } = refused.problems[0] ?? { code: 'internal' as const, message: 'no reason given' };
    const isFinal = code === 'secret_rolled_back' || code === 'secret_unreadable';
    const mark = `${app} ${reference.name} ${reference.digest} ${code}`;
    if (code !== 'download_failed' && !told.has(mark)) {
      if (told.size >= NAMES_KEPT_MAX) told.clear();
      told.add(mark);
      onRefused(app, { code, message });
    }
    return { code, message, isFinal };
  }

  function isReadable(app: string, name: string, { sealed, version }: Held): boolean {
    if (sealed === null || key === null) return false;
    const opened = openSealed(sealed.secret, contextOf(app, name, version), key);
    if (opened.ok) opened.value.fill(0);
    return opened.ok;
  }

  /** Stores what came and takes away what is not named any more; the names that changed. */
  function keep(app: string, came: ReadonlyMap<string, Held>, references: readonly Reference[]): string[] {
    const before = files.read(app);
    const named = new Set(references.map(({ name }) => name));
    const gone = Object.keys(before).filter((name) => !named.has(name) && before[name]?.sealed);
    if (came.size === 0 && gone.length === 0) return [];
    const after: Record<string, Held> = { ...before, ...Object.fromEntries(came) };
    for (const name of gone) after[name] = { version: before[name]?.version ?? 1, sealed: null };
    files.write(app, bounded(after));
    return [...came.keys(), ...gone];
  }

  return {
    follow(workloads) {
      const wanted = new Map(workloads.map(({ app, secrets = [] }) => [app as string, secrets]));
      // Also what is still here of programs that went while this device was away.
      for (const app of [...followed.keys(), ...files.apps()]) if (!wanted.has(app)) wanted.set(app, []);
      for (const [app, references] of wanted) {
        const before = followed.get(app);
        if (before !== undefined && isSame(before.references, references)) continue;
        clearTimeout(before?.timer);
        const turn = before?.turn ?? Promise.resolve();
        followed.set(app, { references, problems: new Map(), turn, failures: 0 });
        look(app, turn);
      }
    },
    async ready(app, names) {
      if (names.length === 0) return null;
      const first = followed.get(app);
      // Somebody waits for what could not be fetched: it is looked for now.
      if (first !== undefined && first.failures > 0) look(app, first.turn);
      for (let at = followed.get(app), after = at; at !== undefined; at = after === at ? undefined : after) {
        await at.turn;
        after = followed.get(app);
      }
      const held = files.read(app);
      for (const name of names) {
        if (Object.hasOwn(held, name) && held[name]?.sealed) continue;
        const problem = followed.get(app)?.problems.get(name);
        return problem ?? missing(app, name);
      }
      return null;
    },
    value(app, name) {
      const held = files.read(app);
      const found = Object.hasOwn(held, name) ? held[name] : undefined;
      if (!found?.sealed || key === null) return null;
      const opened = openSealed(found.sealed.secret, contextOf(app, name, found.version), key);
      return opened.ok ? opened.value : null;
    },
    stop() {
      isStopped = true;
      for (const { timer } of followed.values()) clearTimeout(timer);
    },
  };
}

function missing(app: string, name: string): FetchProblem {
  const message = `${app} asks for the secret ${name}, and none is sealed to this device: "wherry secret set ${name} --app ${app}"`;
  return { code: 'secret_missing', message, isFinal: true };
}

function digestOf(sealed: SealedSecret): string {
  return `sha256:${createHash('sha256').update(sealedBytes(sealed)).digest('hex')}`;
}

function isSame(a: readonly Reference[], b: readonly Reference[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The oldest names without a value go first. */
function bounded(held: HeldByName): HeldByName {
  const entries = Object.entries(held);
  const excess = entries.length - NAMES_KEPT_MAX;
  if (excess <= 0) return held;
  const dropped = new Set(
    entries
      .filter(([, { sealed }]) => sealed === null)
      .slice(0, excess)
      .map(([name]) => name),
  );
  return Object.fromEntries(entries.filter(([name]) => !dropped.has(name)));
}
