/** The time of the workspace; tests let it stand or jump. */
export interface Clock {
  now(): Date;
}
