/**
 * A decision that carries its reason when it is a refusal: for places where "no" is an ordinary answer.
 * Thrown errors are for what a caller cannot be expected to handle on the spot.
 */
export type Result<Value, Fault> = { ok: true; value: Value } | { ok: false; fault: Fault };

export const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });
export const fail = <Fault>(fault: Fault): { ok: false; fault: Fault } => ({ ok: false, fault });
