import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** 2020-01-01: one time for every file, so that the same contents give the same archive. */
const MTIME_SECONDS = 1_577_836_800;

/** Packs a folder under its own name: names sorted, owner, time and modes fixed, no name or time in the gzip header. */
export async function writeArchive(dir: string, file: string): Promise<void> {
  const order = ['--sort=name', '--format=ustar', `--mtime=@${MTIME_SECONDS}`];
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX'];
  const tar = spawn('tar', ['--create', ...order, ...owner, '--directory', dirname(dir), basename(dir)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    tar.once('error', reject);
    tar.once('close', resolve);
  });
  await pipeline(tar.stdout, createGzip({ level: 6 }), createWriteStream(file));
  const status = await ended;
  if (status !== 0) throw new Error(`tar of ${dir} ended with ${status}; GNU tar is needed`);
}
