import { type Case, err, NONE, ok, optional } from '../abi/values.ts';
import { IncomingBody, OutgoingBody } from './http-bodies.ts';
import { Fields } from './http-fields.ts';

/** Requests and responses of wasi:http/types. */
const METHODS = ['get', 'head', 'post', 'put', 'delete', 'connect', 'options', 'trace', 'patch'];

export function methodCase(method: string): Case {
  const tag = method.toLowerCase();
  return METHODS.includes(tag) ? { tag } : { tag: 'other', value: method };
}

export class IncomingMessage {
  readonly fields: Fields;
  readonly #body: IncomingBody;
  #isConsumed = false;

  constructor(headers: Readonly<Record<string, string>>, body: Uint8Array) {
    this.fields = Fields.ofRecord(headers);
    this.#body = new IncomingBody(body);
  }

  consume(): Case {
    if (this.#isConsumed) return err();
    this.#isConsumed = true;
    return ok(this.#body);
  }
}

export class IncomingRequest extends IncomingMessage {
  readonly method: Case;
  readonly pathWithQuery: string;
  readonly authority: string | null;

  constructor(
    event: { method: string; path: string; query: string; headers: Readonly<Record<string, string>> },
    body: Uint8Array,
  ) {
    super(event.headers, body);
    this.method = methodCase(event.method);
    this.pathWithQuery = event.query === '' ? event.path : `${event.path}?${event.query}`;
    this.authority = event.headers.host ?? null;
  }
}

export class IncomingResponse extends IncomingMessage {
  readonly status: number;
  constructor(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array) {
    super(headers, body);
    this.status = status;
  }
}

class OutgoingMessage {
  readonly fields: Fields;
  readonly #bodyBytesMax: number;
  outgoing: OutgoingBody | null = null;

  constructor(headers: Fields, bodyBytesMax: number) {
    this.fields = headers.sealed();
    this.#bodyBytesMax = bodyBytesMax;
  }

  body(): Case {
    if (this.outgoing !== null) return err();
    this.outgoing = new OutgoingBody(this.#bodyBytesMax);
    return ok(this.outgoing);
  }
}

export class OutgoingResponse extends OutgoingMessage {
  status = 200;

  setStatus(status: number): Case {
    if (status < 200 || status > 599) return err();
    this.status = status;
    return ok();
  }
}

/** Where a handler puts its answer; once. */
export class ResponseOutparam {
  answer: Case | null = null;
}

const PATH = /^\/[\x21-\x7e]*$|^$/;
const AUTHORITY = /^[A-Za-z0-9._~:[\]-]{1,512}$/;
const PATH_CHARS_MAX = 7168;

export class OutgoingRequest extends OutgoingMessage {
  method: Case = { tag: 'get' };
  scheme: Case = NONE;
  authority: Case = NONE;
  path: Case = NONE;

  setMethod(method: Case): Case {
    if (method.tag === 'other' && !/^[A-Za-z]{1,16}$/.test(method.value as string)) return err();
    this.method = method;
    return ok();
  }

  setPath(path: Case): Case {
    if (path.tag === 'some' && (!PATH.test(path.value as string) || (path.value as string).length > PATH_CHARS_MAX))
      return err();
    this.path = path;
    return ok();
  }

  setAuthority(authority: Case): Case {
    if (authority.tag === 'some' && !AUTHORITY.test(authority.value as string)) return err();
    this.authority = authority;
    return ok();
  }

  setScheme(scheme: Case): Case {
    if (scheme.tag === 'some' && (scheme.value as Case).tag === 'other') return err();
    this.scheme = scheme;
    return ok();
  }

  /** What is asked for, as a client writes it. */
  get url(): string {
    const scheme = this.scheme.tag === 'some' ? (this.scheme.value as Case).tag : 'HTTPS';
    return `${scheme.toLowerCase()}://${textOf(this.authority)}${textOf(this.path) || '/'}`;
  }

  get verb(): string {
    return (this.method.tag === 'other' ? (this.method.value as string) : this.method.tag).toUpperCase();
  }
}

function textOf(text: Case): string {
  return text.tag === 'some' ? (text.value as string) : '';
}

/** Timeouts are the agent's; what is asked for is kept and told back. */
export class RequestOptions {
  readonly #timeouts = new Map<string, Case>();

  get(name: string): Case {
    return this.#timeouts.get(name) ?? optional(null);
  }

  set(name: string, duration: Case): Case {
    this.#timeouts.set(name, duration);
    return ok();
  }
}
