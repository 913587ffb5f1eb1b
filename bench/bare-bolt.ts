/**
 * The yardstick: a Bolt app that answers a constant to every `/payment`. Nothing of Paydesk is in it.
 */
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';

const { SLACK_BOT_TOKEN = '', SLACK_APP_TOKEN = '', SLACK_API_URL = '' } = process.env;
const clientOptions = { slackApiUrl: SLACK_API_URL };
const receiver = new SocketModeReceiver({
  appToken: SLACK_APP_TOKEN,
  installerOptions: { clientOptions },
  logLevel: LogLevel.ERROR,
});
const app = new App({ token: SLACK_BOT_TOKEN, receiver, clientOptions, logLevel: LogLevel.ERROR });
app.command('/payment', async ({ ack, respond }) => {
  await ack();
  await respond('a constant');
});
await app.start();
process.stdout.write('bare Bolt is ready: http://none\n');
