/**
 * The company's own questions to its books: SQL in files, and running one of them.
 * Errors of `list`: `misconfigured` (the folder cannot be read). Of `run`: `invalid` (the SQL, or a value, is refused by the
 * books), `unavailable` (down, or longer than the time limit), `misconfigured` (a table or right is missing).
 */
export interface QueryFile {
  /** Without `.sql`. */
  name: string;
  /** Null with the reason where the file cannot be read. */
  text: string | null;
  why: string | null;
}

export interface QueryFiles {
  /** By name. */
  list(): Promise<QueryFile[]>;
}

/** What a query may give: what PostgreSQL's types become, before anybody reads them. */
export type QueryValue = string | number | bigint | boolean | Date | null | object;

export interface QueryResult {
  columns: readonly string[];
  /** At most as many as were asked for. */
  rows: readonly (readonly QueryValue[])[];
  /** There were more. */
  isCut: boolean;
}

export interface QueryRunner {
  /** One statement with its `$1…` values, read-only and within a time limit; at most `limit` rows. */
  run(sql: string, values: readonly unknown[], limit: number): Promise<QueryResult>;
}
