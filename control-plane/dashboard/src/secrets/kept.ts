/**
 * What this browser keeps of its own, beside the session: an IndexedDB with one store. Unlike other storage of a page it can hold a key
 * whose bytes no script reads.
 */
const DATABASE = 'wherry';
const STORE = 'kept';

/** Undefined when nothing is kept there. */
export async function readKept(name: string): Promise<unknown> {
  return await within('readonly', (store) => store.get(name));
}

export async function keep(name: string, value: unknown): Promise<void> {
  await within('readwrite', (store) => store.put(value, name));
}

/** What is kept there afterwards: the value, or what another page of this browser was quicker to keep. */
export async function keepFirst(name: string, value: unknown): Promise<unknown> {
  // Two pages of one browser may make a key at once: the slower one takes what the other has kept.
  await within('readwrite', (store) => store.add(value, name)).catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'ConstraintError')) throw error;
  });
  return await readKept(name);
}

export async function forget(name: string): Promise<void> {
  await within('readwrite', (store) => store.delete(name));
}

async function within<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await openDatabase();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(request.error ?? transaction.error);
    });
  } finally {
    database.close();
  }
}

async function openDatabase(): Promise<IDBDatabase> {
  return await new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(new Error('This browser keeps nothing for this page: allow it to store data here, then try again.'));
  });
}
