/** Seeded draws from the distributions that traffic follows: uniform, normal, Poisson, binomial. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  between(low: number, high: number): number;
  below(limit: number): number;
  normal(): number;
  poisson(mean: number): number;
  binomial(n: number, p: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** Above this many expected events the normal approximation is within a percent of the exact quantiles. */
const manyEvents = 40;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  let spare: number | null = null;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const poisson = (mean: number): number => {
    if (mean <= 0) return 0;
    if (mean > manyEvents) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let events = 0;
    for (let left = uniform(); left > limit; left *= uniform()) events++;
    return events;
  };
  const binomial = (n: number, p: number): number => {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - binomial(n, 1 - p);
    const variance = n * p * (1 - p);
    if (variance > manyEvents)
      return Math.min(n, Math.max(0, Math.round(n * p + Math.sqrt(variance) * normal())));
    const skip = Math.log(1 - p);
    let events = -1;
    for (let at = 0; at <= n; events++) at += Math.floor(Math.log(1 - uniform()) / skip) + 1;
    return events;
  };
  const below = (limit: number): number => Math.floor(uniform() * limit);
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below,
    normal,
    poisson,
    binomial,
    pick: <Item>(items: readonly Item[]): Item => items[below(items.length)]!,
  };
}
