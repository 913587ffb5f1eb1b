/**
 * A process of its own with nothing but a connection to Slack: the API's address is its argument. It says `connecting`,
 * closes at SIGTERM, and must then end by itself.
 */
import { defaultPatience, socketConnection } from '../../src/adapters/slack/socket-connection.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';

const [apiUrl = ''] = process.argv.slice(2);
const patience = { ...defaultPatience, closingMs: 200 };
const connection = socketConnection(new Secret('xapp-test'), apiUrl, silentLog, patience);
process.once('SIGTERM', () => void connection.close());
void connection.open();
process.stdout.write('connecting\n');
