import { Option } from 'commander';
import { durationOption } from '../quantity-option.ts';

/** Of a token with which a device joins, under a new name or its old one. */
export function ttlOption(): Option {
  return new Option('--ttl <duration>', 'how long the token may be used')
    .argParser(durationOption)
    .default(86_400_000, '1d');
}
