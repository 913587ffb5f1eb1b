/**
 * Setting the app's request URL, with the challenge that Slack sends first.
 */
import { ControlError } from './errors.js';
import { postSigned } from './http-delivery.js';
import { asObject } from './json.js';
import type { World } from './world.js';

/**
 * Switches delivery to signed HTTP once the URL has answered the challenge; null switches back to Socket Mode.
 * @throws ControlError when the URL is invalid or does not answer the challenge
 */
export async function changeRequestUrl(world: World, url: unknown): Promise<void> {
  if (url === null) {
    world.delivery.setRequestUrl(null);
    return;
  }
  if (typeof url !== 'string' || !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new ControlError('url must be an http or https address, or null for Socket Mode');
  }
  const challenge = world.ids.uuid();
  const answer = await postSigned({
    url,
    signingSecret: world.credentials.signingSecret,
    type: 'events_api',
    payload: { token: world.credentials.verificationToken, challenge, type: 'url_verification' },
    timeoutMs: world.limits.ackMs,
  });
  const echoed = answer.ok
    ? (asObject(answer.payload)?.challenge ?? asObject(answer.payload)?.text)
    : answer.error;
  if (echoed !== challenge) {
    throw new ControlError(
      `Your URL didn't respond with the value of the challenge parameter (${answer.ok ? 'wrong answer' : answer.error}).`,
    );
  }
  world.delivery.setRequestUrl(url);
}
