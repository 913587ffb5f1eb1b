/**
 * Lists as Stripe pages them: newest first, `limit` 1 to 100 (10 by default), a cursor that is an object's id.
 * Invariant: walking with `starting_after` meets every object once; `has_more` is true when another page follows.
 */
import { invalidParameter, missingResource, refused } from './errors.js';
import type { Form } from './form.js';
import { numberOf, type ApiObject } from './objects/api-object.js';
import { isForm, textParam, wholeParam } from './params.js';
import type { ObjectType } from './archive.js';
import type { Store, Window } from './store.js';

interface ListAnswer {
  object: 'list';
  data: ApiObject[];
  has_more: boolean;
  url: string;
}

export const listParams = ['limit', 'starting_after', 'ending_before', 'created'] as const;

interface ListQuery {
  type: ObjectType;
  url: string;
  form: Form;
  /** What belongs into the list. */
  test?: (object: ApiObject) => boolean;
  /** The few objects to look through, when the parameters name them; everything otherwise. */
  among?: ApiObject[] | undefined;
}

/** One page of a list. */
export async function listPage(store: Store, query: ListQuery): Promise<ListAnswer> {
  const { form, type, url, test = () => true } = query;
  const limit = wholeParam(form, 'limit', 1, 100) ?? 10;
  const after = cursorOf(store, form, 'starting_after');
  const before = cursorOf(store, form, 'ending_before');
  if (after && before)
    throw refused('parameters_exclusive', 'You cannot use `starting_after` and `ending_before` together.');
  const window = createdWindow(form);
  const bounded = {
    from: Math.max(window.from, before ? numberOf(before, 'created') : window.from),
    to: Math.min(window.to, after ? numberOf(after, 'created') : window.to),
  };
  const source = query.among
    ? query.among.filter((object) => isInside(object, bounded))
    : store.newest(type, bounded);
  const found = before
    ? await takeBefore(source, test, before.id, limit)
    : await takeAfter(source, test, after?.id ?? null, limit);
  return { object: 'list', data: found.data, has_more: found.more, url };
}

function cursorOf(store: Store, form: Form, name: string): ApiObject | null {
  const id = textParam(form, name);
  if (id === undefined) return null;
  const object = store.find(id);
  if (!object) throw missingResource('object', id, name);
  return object;
}

const isInside = (object: ApiObject, { from, to }: Window): boolean =>
  numberOf(object, 'created') >= from && numberOf(object, 'created') <= to;

/** `created`, as one second or as gt, gte, lt, lte. */
function createdWindow(form: Form): Window {
  const { created } = form;
  if (created === undefined) return { from: -Infinity, to: Infinity };
  if (!isForm(created)) {
    const at = wholeParam(form, 'created', 0, Number.MAX_SAFE_INTEGER) ?? 0;
    return { from: at, to: at };
  }
  const bound = (name: string): number | undefined => wholeParam(created, name, 0, Number.MAX_SAFE_INTEGER);
  const unknown = Object.keys(created).find((name) => !['gt', 'gte', 'lt', 'lte'].includes(name));
  if (unknown !== undefined)
    throw invalidParameter(
      `created[${unknown}]`,
      `Received unknown parameter: created[${unknown}]`,
      'parameter_unknown',
    );
  return {
    from: Math.max(bound('gte') ?? -Infinity, (bound('gt') ?? -Infinity) + 1),
    to: Math.min(bound('lte') ?? Infinity, (bound('lt') ?? Infinity) - 1),
  };
}

type Source = Iterable<ApiObject> | AsyncIterable<ApiObject>;
type Test = (object: ApiObject) => boolean;

async function takeAfter(
  source: Source,
  test: Test,
  cursor: string | null,
  limit: number,
): Promise<{ data: ApiObject[]; more: boolean }> {
  const data: ApiObject[] = [];
  let passed = cursor === null;
  for await (const object of source) {
    if (passed && test(object)) data.push(object);
    if (object.id === cursor) passed = true;
    if (data.length > limit) return { data: data.slice(0, limit), more: true };
  }
  return { data, more: false };
}

/** The page that ends just before the cursor: the oldest ones that are newer. */
async function takeBefore(
  source: Source,
  test: Test,
  cursor: string,
  limit: number,
): Promise<{ data: ApiObject[]; more: boolean }> {
  const newer: ApiObject[] = [];
  for await (const object of source) {
    if (object.id === cursor) break;
    if (test(object)) newer.push(object);
  }
  return { data: newer.slice(-limit), more: newer.length > limit };
}
