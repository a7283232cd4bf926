import { LIMITS } from '@wherry/protocol/admission';
import type { Channel } from '../../channel.ts';
import { trap } from '../abi/trap.ts';
import { type Case, err, NONE, ok, optional, some } from '../abi/values.ts';
import { FutureTrailers, type IncomingBody, type OutgoingBody } from './http-bodies.ts';
import { FutureResponse } from './http-fetch.ts';
import { Fields } from './http-fields.ts';
import {
  type IncomingMessage,
  type IncomingRequest,
  type IncomingResponse,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
  type ResponseOutparam,
} from './http-messages.ts';
import type { Interfaces } from './interfaces.ts';

const BODY_BYTES_MAX = LIMITS.httpBodyBytes;
const TIMEOUTS = ['connect-timeout', 'first-byte-timeout', 'between-bytes-timeout'];

/** wasi:http: types and outgoing-handler. */
export function httpInterfaces(channel: Channel): Interfaces {
  return {
    'wasi:http/types': {
      'http-error-code': () => NONE,
      ...fieldFunctions,
      ...incomingFunctions,
      ...requestFunctions,
      ...responseFunctions,
      ...optionFunctions(),
      '[method]future-incoming-response.subscribe': (self: FutureResponse) => self.subscribe(),
      '[method]future-incoming-response.get': (self: FutureResponse) => self.get(),
    },
    'wasi:http/outgoing-handler': {
      handle: (request: OutgoingRequest) =>
        request.authority.tag === 'none'
          ? err({ tag: 'HTTP-request-URI-invalid' })
          : ok(new FutureResponse(channel, request)),
    },
  };
}

const fieldFunctions = {
  '[constructor]fields': () => new Fields(),
  '[static]fields.from-list': (list: [string, Uint8Array][]) => Fields.fromList(list),
  '[method]fields.get': (self: Fields, name: string) => self.get(name),
  '[method]fields.has': (self: Fields, name: string) => self.has(name),
  '[method]fields.set': (self: Fields, name: string, values: Uint8Array[]) => self.set(name, values),
  '[method]fields.delete': (self: Fields, name: string) => self.delete(name),
  '[method]fields.append': (self: Fields, name: string, value: Uint8Array) => self.append(name, value),
  '[method]fields.entries': (self: Fields) => self.entries(),
  '[method]fields.clone': (self: Fields) => self.clone(),
};

const consume = (self: IncomingMessage) => self.consume();
const headersOf = (self: { readonly fields: Fields }) => self.fields.sealed();

const incomingFunctions = {
  '[method]incoming-request.method': (self: IncomingRequest) => self.method,
  '[method]incoming-request.path-with-query': (self: IncomingRequest) => some(self.pathWithQuery),
  '[method]incoming-request.scheme': () => some({ tag: 'HTTP' }),
  '[method]incoming-request.authority': (self: IncomingRequest) => optional(self.authority),
  '[method]incoming-request.headers': headersOf,
  '[method]incoming-request.consume': consume,
  '[method]incoming-response.status': (self: IncomingResponse) => self.status,
  '[method]incoming-response.headers': headersOf,
  '[method]incoming-response.consume': consume,
  '[method]incoming-body.stream': (self: IncomingBody) => self.stream(),
  '[static]incoming-body.finish': () => new FutureTrailers(),
  '[method]future-trailers.subscribe': (self: FutureTrailers) => self.subscribe(),
  '[method]future-trailers.get': (self: FutureTrailers) => self.get(),
};

const requestFunctions = {
  '[constructor]outgoing-request': (headers: Fields) => new OutgoingRequest(headers, BODY_BYTES_MAX),
  '[method]outgoing-request.body': (self: OutgoingRequest) => self.body(),
  '[method]outgoing-request.method': (self: OutgoingRequest) => self.method,
  '[method]outgoing-request.set-method': (self: OutgoingRequest, method: Case) => self.setMethod(method),
  '[method]outgoing-request.path-with-query': (self: OutgoingRequest) => self.path,
  '[method]outgoing-request.set-path-with-query': (self: OutgoingRequest, path: Case) => self.setPath(path),
  '[method]outgoing-request.scheme': (self: OutgoingRequest) => self.scheme,
  '[method]outgoing-request.set-scheme': (self: OutgoingRequest, scheme: Case) => self.setScheme(scheme),
  '[method]outgoing-request.authority': (self: OutgoingRequest) => self.authority,
  '[method]outgoing-request.set-authority': (self: OutgoingRequest, authority: Case) => self.setAuthority(authority),
  '[method]outgoing-request.headers': headersOf,
};

const responseFunctions = {
  '[constructor]outgoing-response': (headers: Fields) => new OutgoingResponse(headers, BODY_BYTES_MAX),
  '[method]outgoing-response.status-code': (self: OutgoingResponse) => self.status,
  '[method]outgoing-response.set-status-code': (self: OutgoingResponse, status: number) => self.setStatus(status),
  '[method]outgoing-response.headers': headersOf,
  '[method]outgoing-response.body': (self: OutgoingResponse) => self.body(),
  '[method]outgoing-body.write': (self: OutgoingBody) => self.write(),
  '[static]outgoing-body.finish': (body: OutgoingBody, trailers: Case) => body.finish(trailers),
  '[static]response-outparam.set': (out: ResponseOutparam, answer: Case) => {
    if (out.answer !== null) trap('a response is set twice');
    out.answer = answer;
  },
};

function optionFunctions(): Interfaces[string] {
  const accessors = TIMEOUTS.flatMap((name) => [
    [`[method]request-options.${name}`, (self: RequestOptions) => self.get(name)] as const,
    [`[method]request-options.set-${name}`, (self: RequestOptions, value: Case) => self.set(name, value)] as const,
  ]);
  return { '[constructor]request-options': () => new RequestOptions(), ...Object.fromEntries(accessors) };
}
