/**
 * What every object of the payments API has in common, and small readers for values that the API keeps as JSON.
 * Invariant: amounts are integers in minor units, times are whole seconds since 1970, currencies are lower case.
 */

/** Any object of the API. Only `id` and `object` are certain: imported objects may lack everything else. */
export interface ApiObject {
  id: string;
  object: string;
  [field: string]: unknown;
}

export type Metadata = Record<string, string>;

/** Milliseconds as the API's whole seconds. */
export const seconds = (timeMs: number): number => Math.floor(timeMs / 1_000);

/** A number field; 0 where it is missing. */
export const numberOf = (object: ApiObject, field: string): number => {
  const value = object[field];
  return typeof value === 'number' ? value : 0;
};

/** A text field, or the id of an expanded object; null where it is missing. */
export function textOf(object: ApiObject, field: string): string | null {
  const value = object[field];
  if (typeof value === 'string') return value;
  return isApiObject(value) ? value.id : null;
}

export const isApiObject = (value: unknown): value is ApiObject =>
  isRecord(value) && typeof value.id === 'string' && typeof value.object === 'string';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
