import { parseCgi } from '../../cgi.ts';
import type { Channel } from '../../channel.ts';
import { STATUS } from '../../messages.ts';
import { type Case, err, NONE, ok, some } from '../abi/values.ts';
import { IncomingResponse, type OutgoingRequest } from './http-messages.ts';
import { Pollable } from './streams.ts';

/**
 * A request on its way. The agent sends it, after looking at the grants, when the guest asks for the response: by then the guest has
 * finished the body, which it may write after the request has been handed over.
 */
export class FutureResponse {
  readonly #channel: Channel;
  readonly #request: OutgoingRequest;
  #isTaken = false;

  constructor(channel: Channel, request: OutgoingRequest) {
    this.#channel = channel;
    this.#request = request;
  }

  subscribe(): Pollable {
    return new Pollable(() => this.#isComplete);
  }

  get(): Case {
    if (this.#isTaken) return some(err());
    if (!this.#isComplete) return NONE;
    this.#isTaken = true;
    return some(ok(this.#fetch()));
  }

  get #isComplete(): boolean {
    return this.#request.outgoing === null || this.#request.outgoing.isFinished;
  }

  #fetch(): Case {
    const { verb: method, url, fields, outgoing } = this.#request;
    const headers = fields.toRecord();
    const { status, tail } = this.#channel.request(
      { op: 'fetch', method, url, headers },
      outgoing?.content() ?? new Uint8Array(0),
    );
    if (status === STATUS.denied) return err({ tag: 'HTTP-request-denied' });
    if (status === STATUS.invalid) return err({ tag: 'HTTP-request-URI-invalid' });
    if (status < 0) return err({ tag: 'destination-unavailable' });
    const answer = parseCgi(tail);
    return ok(new IncomingResponse(answer.status, answer.headers, answer.body));
  }
}
