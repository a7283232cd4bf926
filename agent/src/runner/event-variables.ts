import type { CallEvent } from './messages.ts';

/**
 * A trigger as variables: the environment of a WASI program that is run for it (CGI, RFC 3875, for http), and the head of what
 * `trigger_next` hands to a guest that pulls.
 */
export function eventVariables(event: CallEvent): Record<string, string> {
  switch (event.on) {
    case 'start':
    case 'health':
    case 'save':
    case 'load':
      return { WHERRY_TRIGGER: event.on };
    case 'cron':
      return { WHERRY_TRIGGER: 'cron', WHERRY_SCHEDULE: event.schedule, WHERRY_AT_MS: String(event.atMs) };
    case 'mqtt':
      return { WHERRY_TRIGGER: 'mqtt', WHERRY_TOPIC: event.topic };
    case 'http':
      return {
        WHERRY_TRIGGER: 'http',
        GATEWAY_INTERFACE: 'CGI/1.1',
        REQUEST_METHOD: event.method,
        PATH_INFO: event.path,
        QUERY_STRING: event.query,
        ...headerVariables(event.headers),
      };
  }
}

/** Variables as lines, an empty line, the payload. */
export function eventText(event: CallEvent, payload: Uint8Array): Uint8Array {
  const lines = Object.entries(eventVariables(event)).map(([name, value]) => `${name}=${oneLine(value)}\n`);
  return Buffer.concat([Buffer.from(`${lines.join('')}\n`), payload]);
}

function headerVariables(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const variable = name.toUpperCase().replaceAll('-', '_');
    return [
      variable === 'CONTENT_TYPE' || variable === 'CONTENT_LENGTH' ? variable : `HTTP_${variable}`,
      value,
    ] as const;
  });
  // httpoxy: a Proxy header must not become the variable by which programs find their proxy.
  return Object.fromEntries(entries.filter(([variable]) => variable !== 'HTTP_PROXY'));
}

function oneLine(value: string): string {
  return value.replaceAll(/[\r\n\0]/g, ' ');
}
