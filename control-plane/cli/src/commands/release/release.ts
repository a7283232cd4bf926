import { Command } from 'commander';
import type { Shell } from '../../shell.ts';
import { listReleasesCommand } from './ls.ts';
import { requireCosignCommand } from './require-cosign.ts';
import { showReleaseCommand } from './show.ts';

export function releaseCommand(shell: Shell): Command {
  return new Command('release')
    .description('published releases')
    .addCommand(listReleasesCommand(shell))
    .addCommand(showReleaseCommand(shell))
    .addCommand(requireCosignCommand(shell));
}
