import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import type { BootId, ClaimResponse, Client } from '@wherry/protocol';
import { createClaimToken, PATHS } from '@wherry/protocol';
import { makeDeviceKey } from '../../src/ca/testing/device-key.ts';
import { createSigner } from './test-device.ts';

/** What a client of a listener with TLS believes and shows; PEM. */
export interface ClientTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface TlsAnswer {
  readonly status: number;
  readonly text: string;
  readonly cookies: readonly string[];
  /** Of a problem document, else undefined. */
  readonly code: string | undefined;
}

/** One request over a connection of its own. Rejects when there is no answer. */
export function ask(
  url: string,
  tls: ClientTls,
  { method = 'GET', headers = {}, json }: { method?: string; headers?: object; json?: unknown } = {},
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const sent = request(
      url,
      { ...tls, agent: false, method, headers: { 'content-type': 'application/json', ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('error', reject);
        const cookies = answer.headers['set-cookie'] ?? [];
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, cookies, code: codeOf(text) }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

export interface SecuredDevice {
  readonly name: string;
  readonly device: string;
  readonly boot: BootId;
  readonly mqttUrl: string;
  readonly tls: Required<ClientTls>;
}

export async function claimOverTls(
  httpsUrl: string,
  ca: string,
  operator: Client,
  device: string,
): Promise<SecuredDevice> {
  const { token } = await operator.call(createClaimToken, { body: { device } });
  const { csr, keyPem } = await makeDeviceKey();
  const answer = await ask(httpsUrl + PATHS.claim, { ca }, { method: 'POST', json: claimBody(token, csr) });
  if (answer.status !== 201) throw new Error(`claim ${device}: ${answer.status} ${answer.text}`);
  const { certificate = '', mqttUrl } = JSON.parse(answer.text) as ClaimResponse;
  const boot = randomBytes(16).toString('hex') as BootId;
  return { name: `default/${device}`, device, boot, mqttUrl, tls: { ca, cert: certificate, key: keyPem } };
}

export function claimBody(token: string, csr: string): object {
  const boot = 'a'.repeat(32);
  return { token, target: 'raspberry-pi', arch: 'arm64', reportKey: createSigner().publicKey, boot, csr };
}
