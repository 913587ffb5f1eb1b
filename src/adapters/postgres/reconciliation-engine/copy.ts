/**
 * COPY over the connection of the driver, for tables of a million rows.
 *
 * Invariants: the bytes that come lie where the socket left them and the bytes that go are the caller's own, so that no row
 * costs an object; an error of the server ends a copy when the server is ready for what comes next.
 * Deliberately ours: the streams that the driver's authors publish make an object per row and a copy of every byte.
 */
import type { Duplex } from 'node:stream';
import pg from 'pg';

/** Rows as they come. While what it returns is pending, nothing else comes and the bytes stay as they are. */
export type TakeRows = (bytes: Buffer) => void | Promise<void>;
/**
 * Rows as lines whose fields are separated by commas, with a backslash before what is no data; no value is an empty field.
 * The server makes them with half the work of CSV.
 */
export const textTable = "format text, delimiter ',', null ''";

/** Resolves when the bytes may change again. */
export type WriteRows = (bytes: Uint8Array) => Promise<void>;

type Driver = (bytes: Buffer) => void;

const code = { data: 0x64, done: 0x63, failed: 0x66 } as const;
/** A letter and the length of what follows, the length included. */
const headBytes = 5;
const lengthBytes = 4;
const none = Buffer.alloc(0);

function headOf(letter: number, bytes: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head[0] = letter;
  head.writeUInt32BE(bytes + lengthBytes, 1);
  return head;
}

/** A query that the driver did not make itself: what it calls of one. */
class Copy implements pg.Submittable {
  protected stream: Duplex | null = null;
  private connection: pg.Connection | null = null;
  private settle: { resolve: () => void; reject: (error: unknown) => void } | null = null;
  readonly over = new Promise<void>((resolve, reject) => {
    this.settle = { resolve, reject };
  });

  constructor(private readonly sql: string) {
    // Awaited by who made it, perhaps later.
    this.over.catch(() => undefined);
  }

  submit(connection: pg.Connection): void {
    this.connection = connection;
    this.stream = connection.stream;
    connection.query(this.sql);
  }

  handleCommandComplete(): void {
    // The server is not ready yet.
  }

  handleReadyForQuery(): void {
    this.settle?.resolve();
  }

  handleError(error: unknown): void {
    const end = (): void => this.settle?.reject(error);
    if (!(error instanceof pg.DatabaseError)) return end();
    this.connection?.once('readyForQuery', end);
    this.stream?.once('close', end);
  }
}

/** `copy … to stdout`: rows are taken out of the protocol before the driver sees them; everything else is left to it. */
export class CopyOut extends Copy {
  private driver: Driver = () => undefined;
  private isListening = false;
  /** How much of a message's head has come. */
  private headAt = 0;
  private letter = 0;
  /** What has come of its length, and then how much of the message is still to come. */
  private left = 0;
  /** The server is ready, perhaps before the last rows are taken. */
  private isReady = false;

  constructor(
    sql: string,
    private readonly take: TakeRows,
  ) {
    super(sql);
  }

  override submit(connection: pg.Connection): void {
    const { stream } = connection;
    const [driver] = stream.listeners('data') as Driver[];
    if (driver === undefined) throw new Error('The driver does not listen to its connection.');
    this.driver = driver;
    this.isListening = true;
    stream.off('data', driver);
    stream.on('data', this.onBytes);
    super.submit(connection);
  }

  override handleReadyForQuery(): void {
    this.giveBack();
    this.isReady = true;
  }

  override handleError(error: unknown): void {
    this.giveBack();
    super.handleError(error);
  }

  private giveBack(): void {
    if (!this.isListening) return;
    this.isListening = false;
    this.stream?.off('data', this.onBytes);
    this.stream?.on('data', this.driver);
  }

  private readonly onBytes = (bytes: Buffer): void => {
    try {
      const rows = this.rowsIn(bytes);
      const taken = rows.length === 0 ? undefined : this.take(rows);
      if (taken === undefined) return this.goOn();
      this.stream?.pause();
      taken.then(
        () => {
          this.stream?.resume();
          this.goOn();
        },
        (error: unknown) => this.giveUp(error),
      );
    } catch (error) {
      this.giveUp(error);
    }
  };

  private goOn(): void {
    if (this.isReady) super.handleReadyForQuery();
  }

  /** A connection that still sends rows is of no use. */
  private giveUp(error: unknown): void {
    this.handleError(error);
    this.stream?.destroy();
  }

  /** Moves the rows among these bytes to their beginning. */
  private rowsIn(bytes: Buffer): Buffer {
    let rowsEnd = 0;
    for (let at = 0; at < bytes.length;) {
      if (this.headAt < headBytes) {
        this.addToHead(bytes[at++]!);
        continue;
      }
      const end = Math.min(bytes.length, at + this.left);
      this.left -= end - at;
      if (this.left === 0) this.headAt = 0;
      if (this.letter === code.data) while (at < end) bytes[rowsEnd++] = bytes[at++]!;
      // A copy, because rows that follow may be moved there.
      else this.driver(Buffer.from(bytes.subarray(at, end)));
      at = end;
    }
    return bytes.subarray(0, rowsEnd);
  }

  private addToHead(byte: number): void {
    if (this.headAt === 0) this.letter = byte;
    else this.left = this.left * 256 + byte;
    if (++this.headAt < headBytes) return;
    this.left -= lengthBytes;
    if (this.left === 0) this.headAt = 0;
    if (this.letter !== code.data) this.driver(headOf(this.letter, this.left));
  }
}

/** `copy … from stdin`. */
export class CopyIn extends Copy {
  private isReady: () => void = () => undefined;
  private readonly ready = new Promise<void>((resolve) => {
    this.isReady = resolve;
  });

  handleCopyInResponse(): void {
    this.isReady();
  }

  /** Sends what `work` writes. Throws what it throws, and what the server says. */
  async run(work: (write: WriteRows) => Promise<void>): Promise<void> {
    try {
      await this.unlessOver(this.ready);
      await work((bytes) => this.unlessOver(this.send(code.data, bytes)));
    } catch (error) {
      void this.send(code.failed, Buffer.from('the rows cannot be read\0'));
      await this.over.catch(() => undefined);
      throw error;
    }
    void this.send(code.done, none);
    await this.over;
  }

  private unlessOver(step: Promise<void>): Promise<void> {
    return Promise.race([step, this.over]);
  }

  private send(letter: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.stream?.cork();
      this.stream?.write(headOf(letter, bytes.length));
      this.stream?.write(bytes, () => resolve());
      this.stream?.uncork();
    });
  }
}
