import { readIfThere } from '../../files/read-if-there.ts';
import { writeFileDurably } from '../../files/write-file-durably.ts';
import type { RefusedCertificate } from '../port.ts';

/**
 * What mosquitto has to be told when certificates come to open nothing: it looks them up in a file that it reads at its start and at SIGHUP.
 * The signal also makes it forget TLS sessions, which a device could resume without showing its certificate again. Where this process may
 * not send it, whoever may watches the file (a path unit of systemd, for instance).
 */
export interface DenyListPlace {
  /** Written whole: whom devices' certificates are of, and which of them open nothing. */
  readonly clientsFile: string;
  readonly revokedFile: string;
  /** Of mosquitto; absent: somebody else makes it read the files. */
  readonly pidFile?: string;
}

export interface DenyListSource {
  /** Says which lists `make` would make. */
  tag(refused: readonly RefusedCertificate[]): string;
  /** PEM of both files. */
  make(refused: readonly RefusedCertificate[]): Promise<{ readonly clients: string; readonly revoked: string }>;
}

export interface DenyList {
  /** Does nothing when mosquitto has been told the same. Throws what could not be written or signalled; then it is done at the next call. */
  tell(refused: readonly RefusedCertificate[]): Promise<void>;
}

const FILE_MODE = 0o644;
const PROGRAM = 'mosquitto';

export function createDenyList(place: DenyListPlace, source: DenyListSource): DenyList {
  let told: string | null = null;
  return {
    async tell(refused) {
      const tag = source.tag(refused);
      if (tag === told) return;
      const { clients, revoked } = await source.make(refused);
      await writeFileDurably(place.clientsFile, clients, FILE_MODE);
      await writeFileDurably(place.revokedFile, revoked, FILE_MODE);
      if (place.pidFile !== undefined) await signal(place.pidFile);
      told = tag;
    },
  };
}

/** One that does not run reads the files when it starts; one that was killed leaves a number that may be another program's by now. */
async function signal(pidFile: string): Promise<void> {
  const pid = Number((await readIfThere(pidFile))?.trim());
  if (!Number.isInteger(pid) || pid <= 1) return;
  if ((await readIfThere(`/proc/${pid}/comm`))?.trim() !== PROGRAM) return;
  try {
    process.kill(pid, 'SIGHUP');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
