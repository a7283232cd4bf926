import { basename } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Connection } from '../connection/connect.ts';
import { size } from '../terminal/figures.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ArtifactFile } from './artifacts.ts';
import { uploadArtifact } from './upload.ts';

/** Uploads one after another, each with a bar when a person watches. */
export async function uploadWithBars(
  connection: Connection,
  artifacts: readonly ArtifactFile[],
  terminal: Terminal,
): Promise<void> {
  for (const artifact of artifacts) {
    if (!terminal.isInteractive) {
      await uploadArtifact(connection, artifact, () => {});
      continue;
    }
    const format = `${basename(artifact.file)} {bar} {percentage}% of ${size(artifact.sizeBytes)}`;
    const bar = new SingleBar({ format, stream: process.stderr }, Presets.shades_classic);
    bar.start(artifact.sizeBytes, 0);
    try {
      await uploadArtifact(connection, artifact, (sentBytes) => bar.update(sentBytes));
    } finally {
      bar.stop();
    }
  }
}
