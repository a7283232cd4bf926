import { ModuleRefusal } from '../admission/byte-reader.ts';
import type { ErrorCode } from '../errors.ts';
import type { Declaration, ExternNode } from './definitions.ts';
import { type InstanceItem, type Item, Scope, type TypeItem } from './items.ts';
import { malformed, unsupported } from './read-parts.ts';
import type { FuncType } from './types.ts';

/**
 * Does what is given fit what an import says it wants? The declared types are resolved with what is given already in place, so that
 * a resource type is the very one of the giver; what remains is equality.
 */
export interface Matcher {
  /** Carries out a definition of a type inside `scope`. */
  define(declaration: Exclude<Declaration, { is: 'export' }>, scope: Scope): void;
}

export interface Wanted {
  readonly extern: ExternNode;
  readonly name: string;
  /** The code of a mismatch: import_refused for what the host should give. */
  readonly code: ErrorCode;
}

export function matchExtern(
  matcher: Matcher,
  { extern, name, code }: Wanted,
  given: Item | undefined,
  scope: Scope,
): Item {
  if (given === undefined) throw new ModuleRefusal(code, `${name} is not offered`);
  const differs = () => new ModuleRefusal(code, `${name} is declared with another type than it has`);
  const wanted = extern.is === 'resource' ? undefined : typeAt(scope, extern.type);
  switch (extern.is) {
    case 'resource':
      if (given.sort !== 'type' || given.item.is !== 'resource') throw differs();
      return given;
    case 'type':
      if (given.sort !== 'type' || !sameType(wanted as TypeItem, given.item)) throw differs();
      return given;
    case 'func':
      if (given.sort !== 'func' || wanted?.is !== 'func' || !sameFunc(wanted.type, given.item.type)) throw differs();
      return given;
    case 'instance':
      if (given.sort !== 'instance' || wanted?.is !== 'instance') throw differs();
      matchInstance(matcher, wanted, given.item, name, code);
      return given;
    case 'component':
      throw unsupported(`${name}: components as imports are not supported; compose them before publishing`);
  }
}

function matchInstance(
  matcher: Matcher,
  wanted: Extract<TypeItem, { is: 'instance' }>,
  given: InstanceItem,
  name: string,
  code: ErrorCode,
): void {
  const inside = new Scope(wanted.scope, wanted.scope.instance);
  for (const declaration of wanted.declarations) {
    if (declaration.is !== 'export') {
      matcher.define(declaration, inside);
      continue;
    }
    const path = `${name} ${JSON.stringify(declaration.name)}`;
    const part = { extern: declaration.extern, name: path, code };
    inside.add(matchExtern(matcher, part, given.exports.get(declaration.name), inside));
  }
}

export function typeAt(scope: Scope, index: number): TypeItem {
  const type = scope.types[index];
  if (type === undefined) throw malformed(`type ${index} does not exist`);
  return type;
}

function sameType(a: TypeItem, b: TypeItem): boolean {
  if (a.is === 'value' && b.is === 'value') return a.type === b.type;
  if (a.is === 'resource' && b.is === 'resource') return a.resource === b.resource;
  return a.is === 'func' && b.is === 'func' && sameFunc(a.type, b.type);
}

export function sameFunc(a: FuncType, b: FuncType): boolean {
  return (
    a.result === b.result && a.params.length === b.params.length && a.params.every((type, i) => type === b.params[i])
  );
}
