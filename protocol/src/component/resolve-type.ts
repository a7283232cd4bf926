import { coreRef } from './core-linker.ts';
import type { Labelled, TypeNode, ValueNode, ValueShape } from './definitions.ts';
import type { Scope, TypeItem } from './items.ts';
import { typeAt } from './match.ts';
import type { ResourcePlan } from './plan.ts';
import { malformed } from './read-parts.ts';
import type { TypeTable } from './types.ts';

/** From a type as it is written, with indices, to one in the table. */
export interface TypeSurroundings {
  readonly types: TypeTable;
  /** Counts work; throws when there is too much. */
  spend(cost: number): void;
  addResource(resource: ResourcePlan): number;
}

/** Text is work too: a step may carry so many characters of labels. */
const CHARS_PER_STEP = 32;

export function resolveType(node: TypeNode, scope: Scope, around: TypeSurroundings): TypeItem {
  switch (node.is) {
    case 'value':
      around.spend(costOf(node.shape));
      return { is: 'value', type: around.types.add(resolveShape(node.shape, scope, around.types)) };
    case 'func': {
      around.spend(node.params.length);
      const params = node.params.map(({ type }) => resolveValue(type, scope, around.types));
      const result = node.result === null ? null : resolveValue(node.result, scope, around.types);
      if (result !== null && around.types.get(result).hasBorrow)
        throw malformed('a function that returns a borrowed handle');
      return { is: 'func', type: { params, result } };
    }
    case 'resource': {
      const destructor = node.destructor === null ? null : coreRef(scope, 'func', node.destructor);
      return {
        is: 'resource',
        resource: around.addResource({ of: 'component', instance: scope.instance, destructor }),
      };
    }
    case 'instance':
      return { is: 'instance', declarations: node.declarations, scope };
    case 'component':
      return node;
  }
}

function resolveValue(node: ValueNode, scope: Scope, types: TypeTable): number {
  if (typeof node === 'string') return types.primitive(node);
  const type = typeAt(scope, node);
  if (type.is !== 'value') throw malformed(`type ${node} is not of a value`);
  return type.type;
}

function resolveShape(shape: ValueShape<ValueNode>, scope: Scope, types: TypeTable): ValueShape<number> {
  const resolve = (node: ValueNode) => resolveValue(node, scope, types);
  const optional = (node: ValueNode | null) => (node === null ? null : resolve(node));
  switch (shape.is) {
    case 'record':
      return { is: shape.is, fields: shape.fields.map(({ label, type }) => ({ label, type: resolve(type) })) };
    case 'variant':
      return { is: shape.is, cases: shape.cases.map(({ label, type }) => ({ label, type: optional(type) })) };
    case 'tuple':
      return { is: shape.is, items: shape.items.map(resolve) };
    case 'list':
    case 'option':
      return { is: shape.is, item: resolve(shape.item) };
    case 'result':
      return { is: shape.is, ok: optional(shape.ok), err: optional(shape.err) };
    case 'own':
    case 'borrow': {
      const type = typeAt(scope, shape.resource);
      if (type.is !== 'resource') throw malformed(`type ${shape.resource} is not a resource`);
      return { is: shape.is, resource: type.resource };
    }
    default:
      return shape;
  }
}

function costOf(shape: ValueShape<ValueNode>): number {
  if (shape.is === 'tuple') return shape.items.length;
  const labels =
    shape.is === 'enum' || shape.is === 'flags'
      ? shape.labels
      : shape.is === 'record' || shape.is === 'variant'
        ? (shape.is === 'record' ? shape.fields : shape.cases).map(({ label }: Labelled<unknown>) => label)
        : [];
  return labels.reduce((sum, label) => sum + 1 + label.length / CHARS_PER_STEP, 1);
}
