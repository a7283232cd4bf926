import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files that no guest may read or change: in the agent's folder, in another app's, and on every way upwards from a data folder. */
export interface Planted {
  readonly paths: readonly string[];
  /** What was changed, made or removed in forbidden places since planting; null for nothing. */
  damage(app: string): string | null;
}

const SECRET_FILE = 'secret.txt';
/** The agent's own things come and go. */
const OWN =
  /^(state\.db.*|lock|good\.json.*|desired\.json|identity\.json|trust|tls|secrets|agent\.json|blobs|releases|runners|data|secret\.txt|scopes?|pool.*)$/;

export function plantSecrets(folder: string, secret: string): Planted {
  const places = [folder, join(folder, 'data/canary')];
  const paths = places.map((place) => join(place, SECRET_FILE));
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, secret);
    utimesSync(path, 1_000_000, 1_000_000);
  }
  return {
    paths,
    damage(app) {
      for (const path of paths) {
        const found = read(path);
        if (found !== `${secret} 1000000`) return `${path} is now ${JSON.stringify(found)}`;
      }
      const strangers = [
        ...readdirSync(folder).filter((name) => !OWN.test(name)),
        ...readdirSync(join(folder, 'data')).filter((name) => !['canary', app].includes(name)),
        ...readdirSync(join(folder, 'data/canary')).filter((name) => name !== SECRET_FILE),
      ];
      return strangers.length === 0 ? null : `there are new files outside the data folder: ${strangers.join(', ')}`;
    },
  };
}

function read(path: string): string {
  try {
    return `${readFileSync(path, 'utf8')} ${Math.round(statSync(path).mtimeMs / 1000)}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
