import { InvalidArgumentError, Option } from 'commander';

const DAYS_MAX = 3650;

/** How long a device may have been silent to be waited for. */
export function daysOption(): Option {
  return new Option('--heard-within-days <n>', 'devices that were silent for longer are not waited for (30)').argParser(
    (text: string) => {
      const days = Number(text);
      if (Number.isInteger(days) && days >= 1 && days <= DAYS_MAX) return days;
      throw new InvalidArgumentError(`write a whole number of days from 1 to ${DAYS_MAX}.`);
    },
  );
}
