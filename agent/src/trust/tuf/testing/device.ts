import { type Outcome, refuse, succeed } from '@wherry/protocol';
import { refreshTrust } from '../refresh.ts';
import { openRoot } from '../root-chain.ts';
import { searchTarget, type TrustedTarget } from '../search.ts';
import { type FileRequest, runSteps } from '../steps.ts';
import { factoryTrust, type TrustedSet } from '../trusted-set.ts';
import { NOW_MS } from './repository.ts';

/** The pure workflow over whatever serves files; what it trusts goes from one call to the next. */
export class TestDevice {
  trusted: TrustedSet;
  nowMs = NOW_MS;
  notices: string[] = [];
  readonly asked: string[] = [];
  readonly serve: (name: string) => Uint8Array | undefined;

  constructor(factoryRoot: Uint8Array, serve: (name: string) => Uint8Array | undefined) {
    const root = openRoot(factoryRoot);
    if (!root.ok) throw new Error(root.problems[0]?.message);
    this.trusted = factoryTrust(root.value);
    this.serve = serve;
  }

  /** The code of the refusal, or `ok`. */
  refresh(): string {
    const result = runSteps(refreshTrust(this.trusted, this.nowMs), this.#answer);
    this.trusted = result.trusted;
    this.notices = result.notices.map(({ code }) => code);
    return codeOf(result.verdict);
  }

  search(path: string): Outcome<TrustedTarget> {
    const result = runSteps(searchTarget(this.trusted, path, this.nowMs), this.#answer);
    this.trusted = result.trusted;
    return result.found;
  }

  find(path: string): string {
    return codeOf(this.search(path));
  }

  /** Refreshes, then searches; the first refusal counts. */
  get(path: string): string {
    const refreshed = this.refresh();
    return refreshed === 'ok' ? this.find(path) : refreshed;
  }

  versions(): readonly (number | null)[] {
    const { root, timestamp, snapshot } = this.trusted;
    return [root.version, timestamp?.version ?? null, snapshot?.version ?? null];
  }

  readonly #answer = ({ name, mostBytes }: FileRequest) => {
    this.asked.push(name);
    const bytes = this.serve(name);
    if (bytes !== undefined && bytes.length > mostBytes) return refuse('endless_data', name);
    return succeed(bytes ?? null);
  };
}

export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : (outcome.problems[0]?.code ?? 'none');
}
