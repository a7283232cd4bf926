import type { RawBuilder } from 'kysely';

/** What the dialects write differently in queries; each adapter gives its own. */
export interface Dialect {
  /**
   * Texts as what `in` looks at. The statement is the same however many there are, so that it is compiled once, and they are one bound
   * value.
   */
  texts(values: readonly string[]): RawBuilder<string>;
}
