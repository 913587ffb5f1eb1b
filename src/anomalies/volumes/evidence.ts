/**
 * Evidence that the attempts of a slice fell: the same CUSUMs as for rates, over the shares of traffic that are lost.
 *
 * Counts are negative binomial: Poisson evidence x·ln f + μ(1 − f) for a fall to the share f, tempered by 1 + μσ², the
 * negative binomial's variance over its mean. Rises raise nothing: more traffic is no fault.
 */
import type { Cusums } from '../rates/evidence.js';

/** What is left, of what is the least without being a fault. */
export const leftShares = [0.75, 0.5, 0.2] as const;

interface VolumeMoment {
  attempts: number;
  expected: number;
  sigma2: number;
  /** How far the volume may be below its expectation without being a change, on the logarithm. */
  margin: number;
}

/** `keep` is how much of the evidence lasts until the next bucket: traffic that fades over days is no outage. */
export function addVolumeEvidence(
  cusums: Cusums,
  at: number,
  moment: VolumeMoment,
  bucket: number,
  keep: number,
): void {
  const { attempts, expected, sigma2, margin } = moment;
  cusums.fade(at, keep);
  if (expected <= 0) return;
  const mean = expected * Math.exp(-margin);
  const temper = 1 / (1 + mean * sigma2);
  for (let size = 0; size < leftShares.length; size++) {
    const left = leftShares[size]!;
    cusums.add(at, size, temper * (attempts * Math.log(left) + mean * (1 - left)), bucket);
  }
}
