/** Small values of the server itself, of no tenant. */
export interface SettingRepository {
  get(name: string): Promise<string | null>;
  /** Keeps the first value ever given; returns the one that is kept. */
  keep(name: string, value: string): Promise<string>;
  put(name: string, value: string): Promise<void>;
}
