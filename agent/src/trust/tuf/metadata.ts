import { Metadata, MetadataKind, type Root, type Snapshot, type Targets, type Timestamp } from '@tufjs/models';
import { canonicalJson, type Outcome, refuse, succeed } from '@wherry/protocol';
import { digestOf } from '../payload.ts';
import { TUF_BOUNDS } from './bounds.ts';
import { checkDelegations } from './delegations.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

/** A metadata file whose form is right. Whether anybody trusted signed it is another question (signatures.ts). */
export interface MetadataFile<T extends Root | Timestamp | Snapshot | Targets = Root | Timestamp | Snapshot | Targets> {
  readonly bytes: Uint8Array;
  readonly document: Metadata<T>;
  readonly signed: T;
  readonly version: number;
  readonly expiresAtMs: number;
  /** Digest of what is signed, whatever the layout of the file. */
  readonly content: string;
}
export type RootFile = MetadataFile<Root>;
export type TimestampFile = MetadataFile<Timestamp>;
export type SnapshotFile = MetadataFile<Snapshot>;
export type TargetsFile = MetadataFile<Targets>;

/** RFC 3339, as all writers of TUF metadata print it; the day must exist. */
const EXPIRES = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

export const readRoot = (bytes: Uint8Array): Outcome<RootFile> =>
  read(bytes, TUF_BOUNDS.rootBytes, (data) => Metadata.fromJSON(MetadataKind.Root, data));
export const readTimestamp = (bytes: Uint8Array): Outcome<TimestampFile> =>
  read(bytes, TUF_BOUNDS.timestampBytes, (data) => {
    requireMember(data, 'meta');
    return Metadata.fromJSON(MetadataKind.Timestamp, data);
  });
export const readSnapshot = (bytes: Uint8Array): Outcome<SnapshotFile> =>
  read(bytes, TUF_BOUNDS.snapshotBytes, (data) => {
    requireMember(data, 'meta');
    return Metadata.fromJSON(MetadataKind.Snapshot, data);
  });
export function readTargets(bytes: Uint8Array): Outcome<TargetsFile> {
  const known = readings.get(bytes);
  if (known !== undefined) return known;
  const reading = read(bytes, TUF_BOUNDS.targetsBytes, (data) => {
    requireMember(data, 'targets');
    return Metadata.fromJSON(MetadataKind.Targets, data);
  });
  readings.set(bytes, reading);
  if (reading.ok) versions.set(bytes, reading.value.version);
  return reading;
}

/** Of a role whose bytes were read before; undefined: read them. */
export const versionRead = (bytes: Uint8Array): number | undefined => versions.get(bytes);

/**
 * What the bytes of a role say, by the very bytes: they are read several times in a refresh, and an app with many releases is large.
 * Reading is no judgement: who signed is asked each time. Nobody changes bytes that were read.
 */
let readings = new WeakMap<Uint8Array, Outcome<TargetsFile>>();
const versions = new WeakMap<Uint8Array, number>();

/** After a refresh: an idle device has no use for them in memory. */
export function forgetReadings(): void {
  readings = new WeakMap();
}

/** Codes: endless_data, metadata_malformed. */
function read<T extends Root | Timestamp | Snapshot | Targets>(
  bytes: Uint8Array,
  mostBytes: number,
  parse: (data: JsonObject) => Metadata<T>,
): Outcome<MetadataFile<T>> {
  if (bytes.length > mostBytes) return refuse('endless_data', `the file has more than ${mostBytes} bytes`);
  const json = parseStrictJson(bytes);
  if (!json.ok) return json;
  const data = json.value;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return malformed('it is not an object');
  if (Array.isArray(data.signatures) && data.signatures.length > TUF_BOUNDS.signaturesPerFile)
    return malformed(`it has more than ${TUF_BOUNDS.signaturesPerFile} signatures`);
  try {
    const document = parse(data);
    const content = canonicalJson(data.signed);
    // The model is what is looked at and what signatures are checked over: it must be all of what was sent, and nothing else.
    if (canonicalJson(document.signed.toJSON()) !== content) return malformed('part of it has no meaning here');
    const { signed } = document;
    const expiresAtMs = EXPIRES.test(signed.expires) ? Date.parse(signed.expires) : Number.NaN;
    if (Number.isNaN(expiresAtMs)) return malformed('its expiry is not a time');
    if (signed.version < 1) return malformed('its version is below 1');
    const problem = signed.type === MetadataKind.Targets ? checkDelegations(signed.delegations) : null;
    if (problem !== null) return malformed(problem);
    return succeed({
      bytes,
      document,
      signed,
      version: signed.version,
      expiresAtMs,
      content: digestOf(new TextEncoder().encode(content)),
    });
  } catch (error) {
    return malformed(error instanceof Error ? error.message : String(error));
  }
}

/** The models would put a default in its place. */
function requireMember(data: JsonObject, name: string): void {
  const { signed } = data;
  if (typeof signed !== 'object' || signed === null || Array.isArray(signed) || !Object.hasOwn(signed, name))
    throw new Error(`it has no ${name}`);
}

function malformed(what: string): Outcome<never> {
  return refuse('metadata_malformed', `the file is not TUF metadata: ${what}`);
}
