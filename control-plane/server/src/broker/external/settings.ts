import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { WherryError } from '@wherry/protocol';
import { z } from 'zod';
import type { DenyListPlace } from '../mosquitto/deny-list.ts';
import type { ExternalBrokerOptions } from './external-broker.ts';

/** The file of `--broker`: which MQTT broker carries the fleet's messages. Paths are relative to the file. */
const mqttUrl = z.url({ protocol: /^mqtts?$/ });
const settings = z.strictObject({
  /** Where the control plane connects, and where devices do. */
  url: mqttUrl,
  deviceUrl: mqttUrl,
  /** PEM: whom the control plane believes, and how it shows who it is. */
  caFile: z.string().min(1).optional(),
  certFile: z.string().min(1).optional(),
  keyFile: z.string().min(1).optional(),
  username: z.string().min(1).optional(),
  passwordFile: z.string().min(1).optional(),
  /** Files by which a mosquitto knows whom to let in, kept by the control plane. */
  denyList: z
    .strictObject({
      clientsFile: z.string().min(1),
      revokedFile: z.string().min(1),
      /** Of mosquitto, which is told to read them again; absent: somebody else does that. */
      pidFile: z.string().min(1).optional(),
    })
    .optional(),
});

type DenyListFiles = NonNullable<z.output<typeof settings>['denyList']>;

export type ExternalSettings = Pick<ExternalBrokerOptions, 'url' | 'deviceUrl' | 'credentials'> & {
  /** Absolute paths. */
  readonly denyList?: DenyListPlace;
};

/** Code: invalid_body, with everything that is wrong with the file. */
export async function readExternalSettings(file: string): Promise<ExternalSettings> {
  const read = settings.safeParse(await readJson(file));
  if (!read.success) throw wrong(file, z.prettifyError(read.error).replaceAll('\n', ' '));
  const { url, deviceUrl, username } = read.data;
  const place = (name: string) => resolve(dirname(file), name);
  const text = async (name: string | undefined) => (name === undefined ? undefined : await readText(file, place(name)));
  const [ca, cert, key, password] = await Promise.all(
    [read.data.caFile, read.data.certFile, read.data.keyFile, read.data.passwordFile].map(text),
  );
  const given = { ca, cert, key, username, password: password?.trim() };
  const credentials = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { denyList } = read.data;
  return { url, deviceUrl, credentials, ...(denyList && { denyList: placed(denyList, place) }) };
}

function placed({ clientsFile, revokedFile, pidFile }: DenyListFiles, place: (name: string) => string): DenyListPlace {
  const files = { clientsFile: place(clientsFile), revokedFile: place(revokedFile) };
  return pidFile === undefined ? files : { ...files, pidFile: place(pidFile) };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readText(file, file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrong(file, `it is not JSON: ${(error as Error).message}`);
  }
}

async function readText(file: string, path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: Error) => {
    throw wrong(file, error.message);
  });
}

function wrong(file: string, what: string): WherryError {
  return new WherryError('invalid_body', `read the broker of --broker ${file}: ${what}`);
}
